package op

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// updateRow is the update that an optimizer makes of one parameter: MXNet's operators for training loops written by hand.
// The result is the new weight; states change in place, so that they stand among the auxiliary states.
type updateRow struct {
	name, doc string
	args      []string // the inputs behind weight, by default grad; those after the first are arrays of one number, (1,)
	states    []string // what changes: fn has a result for each
	behind    string   // an array of one number that stands behind the states
	// fn gives the new weight and the new states over weight, the inputs, the states, and the parameters under MXNet's
	// names. What stands in [brackets] is clipped to ± the parameter clip, by default clip_gradient, unless that is negative.
	fn, clip string
	// mp names the variant for 16-bit weights, which keeps the weight in 32 bits in the state weight32; mpFn is its fn where
	// that differs.
	mp, mpFn string
	step     bool // the first result is a step to take, not the new weight
}

var (
	bracketed = regexp.MustCompile(`\[([^]]*)\]`)
	word      = regexp.MustCompile(`\w+`)
)

func registerUpdates[P any](rows ...updateRow) {
	for _, r := range rows {
		if r.args == nil {
			r.args = []string{"grad"}
		}
		r.clip = cmp.Or(r.clip, "clip_gradient")
		registerUpdate[P](newUpdate[P](r, false))
		if r.mp != "" {
			r.name, r.fn = r.mp, cmp.Or(r.mpFn, r.fn)
			r.doc += "; the weight is kept in 32 bits as well"
			registerUpdate[P](newUpdate[P](r, true))
		}
	}
}

// update is an updateRow ready for use.
type update struct {
	updateRow
	wide    bool     // keeps weight32
	aux     []string // states, weight32 and what stands behind
	numbers []string // the parameters that fn reads
	e       *expr.Expr
}

func newUpdate[P any](r updateRow, wide bool) *update {
	u := &update{updateRow: r, wide: wide, aux: slices.Clone(r.states)}
	if wide {
		u.aux = append(u.aux, "weight32")
	}
	inputs := slices.Concat([]string{"weight"}, r.args, r.states)
	if r.behind != "" {
		u.aux, inputs = append(u.aux, r.behind), append(inputs, r.behind)
	}
	body := bracketed.ReplaceAllString(r.fn, "("+r.clip+" >= 0 ? min(max($1, -"+r.clip+"), "+r.clip+") : $1)")
	words := word.FindAllString(body, -1)
	for i := range reflect.TypeFor[P]().NumField() {
		name := splitTag(reflect.TypeFor[P]().Field(i).Tag.Get("gomx"))[0]
		if slices.Contains(words, name) && !slices.Contains(inputs, name) {
			u.numbers = append(u.numbers, name)
		}
	}
	u.e = expr.MustParse(strings.Join(append(inputs, u.numbers...), " ") + " -> " + body)
	return u
}

func registerUpdate[P any](u *update) {
	Register(Op[P]{
		Name: u.name, Doc: u.doc,
		Args: func(*P) []string { return append([]string{"weight"}, u.args...) },
		Aux:  func(*P) []string { return u.aux },
		Shape: func(_ *P, s *Shapes) {
			for _, known := range []Shape{s.In("weight"), s.At(1), s.OutAt(0)} {
				s.Want("weight", known, "weight, %s and the output have one shape", u.args[0])
				s.WantAt(1, known, "weight, %s and the output have one shape", u.args[0])
				s.Out(known)
			}
			for _, name := range u.args[1:] {
				s.Want(name, Shape{1}, "it is one number")
			}
			for _, name := range u.aux {
				if name == u.behind {
					s.WantAux(name, Shape{1}, "it is one number")
					continue
				}
				s.WantAux(name, s.In("weight"), "weight is %v", s.In("weight"))
			}
		},
		Type:    func(_ *P, t *Types) { u.types(t) },
		Forward: func(_ *P, c *Ctx, in []Value) []Value { return []Value{u.forward(c, in)} },
	})
}

// types: everything has the type of the weight, but beside 16-bit ones all is kept in 32 bits, and so are steps.
func (u *update) types(t *Types) {
	if !u.wide {
		t.Same()
		return
	}
	for i := range t.Aux {
		t.WantAux(i, backend.Float32)
	}
	switch {
	case u.step:
		t.WantOut(0, backend.Float32)
	case u.args[0] != "grad": // the step of another update
		for i := range u.args {
			t.WantIn(1+i, backend.Float32)
		}
		sameAs(t, 0)
	default:
		sameAs(t, 0, 1)
	}
}

func (u *update) forward(c *Ctx, in []Value) Value {
	args := slices.Clone(in[:2])
	for _, v := range in[2:] {
		args = append(args, c.Reshape(v, Shape{}))
	}
	for i, name := range u.aux {
		switch {
		case u.wide && name == "weight32":
			args[0] = c.Aux(i)
		case name == u.behind:
			args = append(args, c.Reshape(c.Aux(i), Shape{}))
		default:
			args = append(args, c.Aux(i))
		}
	}
	t := args[0].DType()
	for _, name := range u.numbers {
		args = append(args, c.number(name, t))
	}
	out := c.Map(u.e, args...)
	for i, v := range out[1:] {
		c.SetAux(i, v)
	}
	if !u.wide || u.step {
		return out[0]
	}
	c.SetAux(slices.Index(u.aux, "weight32"), out[0])
	return c.Cast(out[0], in[0].DType())
}

// number is a parameter as a Value, a truth value as 0 or 1.
func (c *Ctx) number(name string, t DType) Value {
	switch v := c.params.Get(c.param, name).(type) {
	case float64:
		return c.Param(name, t, v)
	case int:
		return c.Scalar(t, float64(v))
	case bool:
		if v {
			return c.Scalar(t, 1)
		}
	}
	return c.Scalar(t, 0)
}
