package ptx

import (
	"slices"
	"strings"
)

// A form is the shape of an opcode, as the PTX manual writes them:
//
//	add[.rn][.ftz][.sat].T
//
// Brackets hold what may be left out, bars separate alternatives, T and S stand for types.
type form struct {
	op    string
	parts []formPart
}

type formPart struct {
	optional bool
	choices  []string
}

func parseForm(s string) form {
	op, rest, _ := strings.Cut(s, ".")
	if i := strings.IndexByte(op, '['); i >= 0 {
		op, rest = s[:i], s[i:]
	}
	f := form{op: op}
	for rest != "" {
		var p formPart
		part := rest
		if strings.HasPrefix(rest, "[.") {
			p.optional = true
			part, rest, _ = strings.Cut(rest[2:], "]")
			rest = strings.TrimPrefix(rest, ".")
		} else {
			n := len(rest)
			if i := strings.IndexAny(rest, ".["); i >= 0 {
				n = i
			}
			part = rest[:n]
			rest = strings.TrimPrefix(rest[n:], ".")
		}
		p.choices = strings.Split(part, "|")
		f.parts = append(f.parts, p)
	}
	return f
}

// matched is what an opcode has in the places of its form.
type matched struct {
	t, s scalar
	mods []string
}

func (m *matched) has(mod string) bool { return slices.Contains(m.mods, mod) }

// one gives which of several modifiers the opcode has, or "".
func (m *matched) one(mods ...string) string {
	for _, mod := range mods {
		if m.has(mod) {
			return mod
		}
	}
	return ""
}

// match reports whether parts, without the first, have this form.
func (f *form) match(parts []string) (m matched, ok bool) {
	i := 0
	for _, p := range f.parts {
		if i < len(parts) && p.take(parts[i], &m) {
			i++
		} else if !p.optional {
			return m, false
		}
	}
	return m, i == len(parts)
}

func (p *formPart) take(part string, m *matched) bool {
	if p.choices[0] == "T" || p.choices[0] == "S" {
		s, ok := scalars[part]
		if p.choices[0] == "T" {
			m.t = s
		} else {
			m.s = s
		}
		return ok
	}
	if !slices.Contains(p.choices, part) {
		return false
	}
	m.mods = append(m.mods, part)
	return true
}
