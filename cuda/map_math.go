package cuda

import (
	"regexp"
	"strings"
	"sync"
)

// mathPiece is a function or table of ptx/math.ptx.
type mathPiece struct {
	name, text string
	uses       []string // the pieces that it names
}

var (
	mathName    = regexp.MustCompile(`^(?:\.visible )?(?:\.func .*?(\w+)\(?$|\.(?:const|global) .*?(\w+)(?:\[\d*\])? =)`)
	mathComment = regexp.MustCompile(`\s*//.*`)
	mathWord    = regexp.MustCompile(`[A-Za-z_]\w*`)
)

// mathPieces takes the compiled kernels/math.cu apart, in the order of the file.
var mathPieces = sync.OnceValue(func() []mathPiece {
	return takeApart(embedded("math").text())
})

func takeApart(text string) []mathPiece {
	var pieces []mathPiece
	var piece *mathPiece // that the line belongs to
	for _, line := range strings.Split(text, "\n") {
		line = mathComment.ReplaceAllString(line, "")
		if piece == nil {
			m := mathName.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			piece = &mathPiece{name: m[1] + m[2]}
		}
		if line != "" {
			piece.text += line + "\n"
		}
		switch {
		case line == ";": // the end of a prototype
			piece = nil
		case line == "}", strings.HasSuffix(line, "};"):
			pieces = append(pieces, *piece)
			piece = nil
		}
	}
	for i := range pieces {
		words := map[string]bool{}
		for _, w := range mathWord.FindAllString(pieces[i].text, -1) {
			words[w] = true
		}
		for _, other := range pieces {
			if other.name != pieces[i].name && words[other.name] {
				pieces[i].uses = append(pieces[i].uses, other.name)
			}
		}
	}
	return pieces
}

// mathText gives the functions of the names, and all that these use before them.
func mathText(names map[string]bool) string {
	if len(names) == 0 {
		return ""
	}
	var b strings.Builder
	written := map[string]bool{}
	var write func(name string)
	write = func(name string) {
		if written[name] {
			return
		}
		written[name] = true
		for _, p := range mathPieces() {
			if p.name == name {
				for _, u := range p.uses {
					write(u)
				}
				b.WriteString(p.text)
				return
			}
		}
		panic("BUG: math.ptx has no " + name + "; run scripts/ptx.sh")
	}
	for _, p := range mathPieces() {
		if names[p.name] {
			write(p.name)
			delete(names, p.name)
		}
	}
	for name := range names {
		write(name) // which it does not have
	}
	return b.String()
}
