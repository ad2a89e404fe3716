package ptx

import (
	"fmt"
	"strings"
)

// symbol is what a name in PTX stands for.
type symbol struct {
	space  string // reg, param, local, shared, global, const; or label, table, function
	typ    scalar
	cpp    string // registers: a variable; memory: an expression for its address, in its space
	bytes  int    // of memory, -1 where nobody knows
	fn     *function
	shared *sharedVariable
	goal   []string // of tables
	line   int
}

// scope is a pair of braces.
type scope struct {
	outer *scope
	names map[string]*symbol
	// Registers that are declared by a count: prefix, how many, type.
	ranges []registerRange
}

type registerRange struct {
	prefix string
	count  int
	typ    scalar
}

func newScope(outer *scope) *scope { return &scope{outer: outer, names: map[string]*symbol{}} }

// find looks a name up from the inside out. Registers of a range come to be when they are first used.
func (g *generator) find(name string) *symbol {
	for s := g.scope; s != nil; s = s.outer {
		if sym := s.names[name]; sym != nil {
			if s == g.top && sym.line > g.at.line && sym.fn == nil {
				return nil // declared further down
			}
			if sym.shared != nil && g.fn != nil {
				g.fn.usesShared[sym.shared] = true
			}
			return sym
		}
		for _, r := range s.ranges {
			if r.has(name) {
				sym := g.declareRegister(name, r.typ)
				s.names[name] = sym
				return sym
			}
		}
	}
	return nil
}

func (r *registerRange) has(name string) bool {
	digits, ok := strings.CutPrefix(name, r.prefix)
	if !ok || digits == "" || len(digits) > 7 || digits[0] == '0' && len(digits) > 1 {
		return false
	}
	n := 0
	for _, c := range []byte(digits) {
		if !digit(c) {
			return false
		}
		n = n*10 + int(c-'0')
	}
	return n < r.count
}

// declare enters a name into the innermost braces.
func (g *generator) declare(name string, sym *symbol) error {
	if specials[name] != "" || reserved[name] {
		return g.fail("%s is a register of the machine", name)
	}
	if old := g.scope.names[name]; old != nil {
		return g.fail("%s is declared twice, first in line %d", name, old.line)
	}
	sym.line = g.at.line
	g.scope.names[name] = sym
	return nil
}

// unique makes a C++ name of a PTX name.
func (g *generator) unique(prefix, name string) string {
	clean := []byte(prefix + strings.TrimPrefix(name, "%"))
	for i, c := range clean {
		if !letter(c) && !digit(c) || c == '%' || c == '$' {
			clean[i] = '_'
		}
	}
	s := string(clean)
	for n := 2; g.taken[s]; n++ {
		s = fmt.Sprintf("%s__%d", clean, n)
	}
	g.taken[s] = true
	return s
}

func (g *generator) declareRegister(name string, typ scalar) *symbol {
	cpp := g.unique("_", name)
	s := typ.storage()
	g.registers[s] = append(g.registers[s], cpp)
	return &symbol{space: "reg", typ: typ, cpp: cpp, line: g.at.line}
}

// reserved are special registers that have no meaning here. Those that have are in specials.
var reserved = map[string]bool{
	"%smid": true, "%nsmid": true, "%gridid": true, "%clock": true, "%clock_hi": true, "%clock64": true,
	"%globaltimer": true, "%globaltimer_lo": true, "%globaltimer_hi": true, "%dynamic_smem_size": true, "%total_smem_size": true,
	"%tid": true, "%ntid": true, "%ctaid": true, "%nctaid": true, "WARP_SZ": true, "_": true,
}
