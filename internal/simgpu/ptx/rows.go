package ptx

import (
	"fmt"
	"strings"
)

// A row says what one form of an instruction means: either as a C++ expression over its operands, or by a function.
type row struct {
	form  string
	types string // that T may be
	// Types of the operands, the destination first: T, S, N (T without sign), W (N of twice the size), pred, ?pred (maybe
	// with !), or names such as u32.
	args string
	// $1, $2 … are the sources; $T, $S, $N, $W names of types; $r the rounding as a character.
	code  string
	needs int // the oldest .target
	emit  func(g *generator, i *instruction, m *matched) error

	parsed form
}

var tables = [][]row{integerRows, bitRows, floatRows, approximateRows, halfRows, compareRows, moveRows, convertRows, memoryRows, atomicRows, controlRows, warpRows}

// rows has all rows by the first word of the opcode.
var rows = func() map[string][]*row {
	all := map[string][]*row{}
	for _, table := range tables {
		for i := range table {
			r := &table[i]
			r.parsed = parseForm(r.form)
			all[r.parsed.op] = append(all[r.parsed.op], r)
		}
	}
	return all
}()

const (
	integers = "u16 s16 u32 s32 u64 s64"
	words32  = "u32 s32"
	words64  = "u32 s32 u64 s64"
	allBits  = "b16 b32 b64"
	reals    = "f32 f64"
)

// lookUp finds the row of an instruction.
func (g *generator) lookUp(i *instruction) (*row, *matched, error) {
	candidates := rows[i.parts[0]]
	if candidates == nil {
		return nil, nil, g.fail("unknown instruction %s", i.op)
	}
	for _, r := range candidates {
		m, ok := r.parsed.match(i.parts[1:])
		if !ok || r.types != "" && !oneOf(r.types, m.t.String()) {
			continue
		}
		if r.needs > g.mod.target {
			return nil, nil, g.fail("%s needs .target sm_%d, the module has sm_%d", i.op, r.needs, g.mod.target)
		}
		return r, &m, nil
	}
	return nil, nil, g.fail("%s has a modifier or type that is not known here", i.op)
}

func (r *row) write(g *generator, i *instruction, m *matched) error {
	if r.emit != nil {
		return r.emit(g, i, m)
	}
	kinds := strings.Fields(r.args)
	if len(i.args) != len(kinds) {
		return g.fail("%d operands, want %d", len(i.args), len(kinds))
	}
	replace := []string{"$T", m.t.cpp(), "$S", m.s.cpp(), "$N", m.t.as(unsigned).cpp(), "$W", wide(m.t).cpp(), "$r", rounding(m)}
	for k := len(kinds) - 1; k > 0; k-- {
		source, err := g.sourceOperand(i.args[k], kinds[k], m)
		if err != nil {
			return err
		}
		replace = append(replace, fmt.Sprintf("$%d", k), source)
	}
	expr := strings.NewReplacer(replace...).Replace(r.code)
	t := m.typeOf(kinds[0])
	if t == scalars["f32"] && m.has("ftz") {
		expr = "ftz(" + expr + ")"
	}
	if t.real() && m.has("sat") {
		expr = "sat(" + expr + ")"
	}
	return g.set(i.args[0], t, expr)
}

// sourceOperand reads a source operand of a row.
func (g *generator) sourceOperand(o operand, kind string, m *matched) (string, error) {
	if kind == "?pred" {
		return g.predicate(o)
	}
	t := m.typeOf(kind)
	switch {
	case kind == "table" && o.kind != numberOperand:
		return "", g.fail("a table that is not a number")
	case (kind == "byte" || kind == "table") && o.kind == numberOperand && o.bits > 255:
		return "", g.fail("%d is not from 0 to 255", int64(o.bits))
	case m.t == scalars["f16"] && o.kind == numberOperand:
		return "", g.fail("an integer where a floating point number is wanted")
	}
	s, err := g.read(o, t, false)
	if err == nil && t == scalars["f32"] && m.has("ftz") {
		s = "ftz(" + s + ")"
	}
	return s, err
}

func wide(t scalar) scalar { return scalar{t.class, t.size * 2} }

// typeOf gives the type that a word of row.args means.
func (m *matched) typeOf(kind string) scalar {
	switch kind {
	case "T":
		return m.t
	case "S":
		return m.s
	case "N":
		return m.t.as(unsigned)
	case "W":
		return wide(m.t)
	case "byte", "table":
		return scalars["u32"]
	}
	return scalars[kind]
}

// rounding gives how an opcode rounds, as the C++ functions take it.
func rounding(m *matched) string {
	mode := m.one("rn", "rz", "rm", "rp", "rni", "rzi", "rmi", "rpi")
	if mode == "" {
		return "'n'"
	}
	return "'" + mode[1:2] + "'"
}

// oneOf reports whether a word is in a list with blanks between.
func oneOf(list, word string) bool { return strings.Contains(" "+list+" ", " "+word+" ") }
