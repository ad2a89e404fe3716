package ptx

import (
	"fmt"
	"strconv"
	"strings"
)

// generator writes the C++ of a module, one line of it for each instruction.
type generator struct {
	mod     *module
	check   bool
	out     strings.Builder // of the present function
	pending []string        // statements of the present instruction
	braces  bool            // they need braces
	line    int             // that a C++ compiler takes the next line for
	file    string          // likewise

	at          place
	instruction *instruction
	scope       *scope
	taken       map[string]bool     // C++ names of the function
	registers   map[string][]string // by storage type
	fn          *function
	top         *scope
	shared      *sharedLayout
	arrays      []string // declarations at the function's beginning
	temporaries int
	sites       []string
	siteOf      map[*instruction]int
	takenTop    map[string]bool // C++ names outside functions
	data        []globalData
	dataText    string
	known       map[string]bool // functions that were declared or defined so far
}

func (g *generator) fail(format string, args ...any) error {
	e := &Error{File: g.mod.file, Line: g.at.line, What: fmt.Sprintf(format, args...)}
	if g.instruction != nil {
		e.Text = g.instruction.text
	}
	return e
}

// source gives what compilers shall call the present place.
func (g *generator) source() (string, int) {
	if name := g.mod.files[g.at.source]; g.at.source != 0 && name != "" {
		return name, g.at.sourceLine
	}
	return g.mod.file, g.at.line
}

// emit writes a statement of the present instruction.
func (g *generator) emit(format string, args ...any) {
	g.pending = append(g.pending, fmt.Sprintf(format, args...))
}

// flush writes the statements of the present instruction as one line, named as its place.
func (g *generator) flush() {
	if len(g.pending) == 0 {
		return
	}
	file, line := g.source()
	if file != g.file {
		fmt.Fprintf(&g.out, "#line %d %q\n", line, file)
	} else if line != g.line {
		fmt.Fprintf(&g.out, "#line %d\n", line)
	}
	g.file, g.line = file, line+1
	g.out.WriteString(g.joined())
	g.out.WriteByte('\n')
	g.pending = g.pending[:0]
}

// joined gives the statements of the present instruction; the first may be the condition for all.
func (g *generator) joined() string {
	first, rest := g.pending[0], g.pending[1:]
	switch {
	case !g.braces:
		return strings.Join(g.pending, " ")
	case strings.HasPrefix(first, "if ("):
		return first + " { " + strings.Join(rest, " ") + " }"
	}
	return "{ " + strings.Join(g.pending, " ") + " }"
}

// site gives the number of the present instruction in the table that messages use.
func (g *generator) site() int {
	if n, ok := g.siteOf[g.instruction]; ok {
		return n
	}
	file := "nullptr"
	if name := g.mod.files[g.at.source]; g.at.source != 0 && name != "" {
		file = strconv.Quote(name)
	}
	n := len(g.sites)
	g.sites = append(g.sites, fmt.Sprintf("{%s, %d, %s, %d}", strconv.QuoteToASCII(strings.TrimSuffix(g.instruction.text, ";")), g.at.line, file, g.at.sourceLine))
	g.siteOf[g.instruction] = n
	return n
}

// temporary names a variable that lives in one line.
func (g *generator) temporary() string {
	g.temporaries++
	return fmt.Sprintf("x%d", g.temporaries)
}
