package ndarray

import (
	"github.com/gomx-org/gomx/with"
)

// fixed is an operator whose parameters are known beforehand, but for a run-time number: calls of it cost the least.
type fixed struct {
	label string // for errors
	l     opLowering
}

func newFixed(label, opName string) *fixed {
	def := mustOp(opName)
	s := &with.Settings{}
	if def.Params.Field("scalar") != nil {
		s.Float("scalar", 1)
	}
	f := &fixed{label: label, l: opLowering{def: def, settings: s}}
	if err := f.l.parse(); err != nil {
		panic("BUG: " + err.Error())
	}
	return f
}

// pair is f(a, b).
func (f *fixed) pair(a, b *NDArray) *NDArray {
	return f.run(call{op: f.label, home: a.place(), what: f.l.def.Name, in: []*NDArray{a, b}})
}

// number is f(a, v).
func (f *fixed) number(a *NDArray, v float64) *NDArray {
	return f.run(call{op: f.label, home: a.place(), what: f.l.def.Name, in: []*NDArray{a}, scalar: v})
}

// pairInPlace overwrites a with f(a, b).
func (f *fixed) pairInPlace(a, b *NDArray) *NDArray {
	if a.overlaps(b) {
		b = b.Copy()
		defer b.Close()
	}
	return f.run(call{op: f.label, home: a.place(), what: f.l.def.Name, in: []*NDArray{a, b}, inPlace: true})
}

// numberInPlace overwrites a with f(a, v).
func (f *fixed) numberInPlace(a *NDArray, v float64) *NDArray {
	return f.run(call{op: f.label, home: a.place(), what: f.l.def.Name, in: []*NDArray{a}, scalar: v, inPlace: true})
}

func (f *fixed) run(c call) *NDArray {
	out, err := c.one(&f.l)
	if err != nil {
		panic(wrap(f.label, err))
	}
	return out
}

// place is the home of an array that may be nil.
func (a *NDArray) place() *home {
	a.memory()
	return a.home
}

// overlaps reports whether a and b have memory in common.
func (a *NDArray) overlaps(b *NDArray) bool {
	return a.memory() == b.memory() && a.offset < b.offset+b.length && b.offset < a.offset+a.length
}
