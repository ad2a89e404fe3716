package backend

import (
	"fmt"

	"github.com/gomx-org/gomx/backend/expr"
)

// Value is a value under construction, as operators see it: its shape and type are known, its numbers are not.
type Value struct {
	b  *Builder
	ID ValueID
}

// Shape of the value; do not change it.
func (v Value) Shape() Shape { return v.info().Shape }

// DType of the value.
func (v Value) DType() DType { return v.info().DType }

// Valid reports whether v is a value at all: the zero Value stands for none.
func (v Value) Valid() bool { return v.b != nil }

func (v Value) info() *ValueInfo {
	if v.b == nil {
		return &ValueInfo{}
	}
	return v.b.P.Value(v.ID)
}

// Builder adds calls to one entry of a Program. Its methods check what they are given; the first mistake is kept in Err
// with the node that made it, and what follows goes on harmlessly.
type Builder struct {
	P     *Program
	calls []Call
	node  string
	part  Part
	err   error
}

// NewBuilder starts an entry of p.
func NewBuilder(p *Program) *Builder { return &Builder{P: p} }

// Err is the first mistake.
func (b *Builder) Err() error { return b.err }

// Node names the operator and node that the following calls belong to.
func (b *Builder) Node(name string) { b.node = name }

// Part says where in training the following calls stand.
func (b *Builder) Part(p Part) { b.part = p }

// Finish adds the entry to the Program and gives the first mistake.
func (b *Builder) Finish(kind EntryKind) error {
	if b.err != nil {
		return b.err
	}
	b.P.Entries = append(b.P.Entries, Entry{Kind: kind, Calls: b.calls})
	b.calls = nil
	return nil
}

// Value gives the value with the number id, made by this Builder or another one of the same Program.
func (b *Builder) Value(id ValueID) Value { return Value{b, id} }

// Failf records a mistake at the current node.
func (b *Builder) Failf(format string, args ...any) {
	if b.err == nil {
		b.err = &Error{Node: b.node, Err: fmt.Errorf(format, args...)}
	}
}

func (b *Builder) temp(s Shape, t DType) ValueID { return b.P.NewValue(ValueInfo{Shape: s, DType: t}) }

// call adds a call with one output.
func (b *Builder) call(k Kind, a Attrs, s Shape, t DType, in ...Value) Value {
	return b.Value(b.emit(k, a, []ValueInfo{{Shape: s, DType: t}}, in)[0])
}

func (b *Builder) emit(k Kind, a Attrs, outs []ValueInfo, in []Value) []ValueID {
	c := Call{Kind: k, Attrs: a, Node: b.node, Part: b.part}
	for _, v := range in {
		if !v.Valid() {
			b.Failf("%v: input is not a value", k)
			v = Value{b, b.temp(Shape{}, Float32)}
		}
		c.In = append(c.In, v.ID)
	}
	for _, o := range outs {
		if !valid(o.Shape) {
			b.Failf("%v: the result would have shape %v", k, o.Shape)
		}
		c.Out = append(c.Out, b.temp(o.Shape, o.DType))
	}
	if b.err == nil {
		if err := kindTable[k].verify(b.P, &c); err != nil {
			b.Failf("%v %v: %w", k, a, err)
		}
	}
	b.calls = append(b.calls, c)
	return c.Out
}

// Arg adds an argument to the Program, or finds the one of that name, and gives what it holds at entry (no value for
// Out). A second mention must agree in shape and type; In and Out together make InOut.
func (b *Builder) Arg(name string, mode ArgMode, s Shape, t DType) Value {
	p := b.P
	at := p.ArgIndex(name)
	if at < 0 {
		p.Args = append(p.Args, Arg{Name: name, Mode: mode, Shape: s, DType: t, Value: -1})
		at = len(p.Args) - 1
	}
	a := &p.Args[at]
	if !a.Shape.Equal(s) || a.DType != t {
		b.Failf("argument %q is %v %v and also %v %v", name, a.DType, a.Shape, t, s)
	}
	if a.Mode != mode {
		a.Mode = InOut
	}
	if a.Value < 0 && a.Mode != Out {
		a.Value = p.NewValue(ValueInfo{Shape: s, DType: t, Kind: ArgValue, Arg: at})
	}
	if a.Value < 0 {
		return Value{}
	}
	return b.Value(a.Value)
}

// Write stores v into the argument name, which must exist.
func (b *Builder) Write(name string, v Value) {
	at := b.P.ArgIndex(name)
	if at < 0 {
		b.Failf("write to the unknown argument %q", name)
		return
	}
	a := &b.P.Args[at]
	if a.Mode == In {
		a.Mode = InOut
	}
	if v.Valid() && v.Shape().Size() == a.Shape.Size() {
		v = b.Cast(b.Reshape(v, a.Shape), a.DType)
	}
	b.emit(Write, &WriteAttrs{Arg: at}, nil, []Value{v})
}

// Const is a tensor of known numbers, in C order.
func (b *Builder) Const(s Shape, t DType, data ...float64) Value {
	if !valid(s) || len(data) != s.Size() {
		b.Failf("constant of shape %v has %d numbers", s, len(data))
		s, data = Shape{}, []float64{0}
	}
	return b.Value(b.P.NewValue(ValueInfo{Shape: s, DType: t, Kind: ConstValue, Const: data}))
}

// Scalar is a known number of type t and shape ().
func (b *Builder) Scalar(t DType, v float64) Value { return b.Const(Shape{}, t, v) }

// Iota is the constant vector 0, 1, … n−1.
func (b *Builder) Iota(t DType, n int) Value {
	data := make([]float64, max(n, 0))
	for i := range data {
		data[i] = float64(i)
	}
	return b.Const(Shape{n}, t, data...)
}

// Map computes e over broadcast inputs and gives its outputs, which all have the broadcast shape and the type of the
// first input that is not a scalar constant. Scalar constants become part of the expression.
func (b *Builder) Map(e *expr.Expr, in ...Value) []Value {
	return b.mapTo(e, nil, in)
}

// Map1 is Map of an expression with one output.
func (b *Builder) Map1(e *expr.Expr, in ...Value) Value { return b.mapTo(e, nil, in)[0] }

// MapAs is Map1 with a result of type t.
func (b *Builder) MapAs(t DType, e *expr.Expr, in ...Value) Value { return b.mapTo(e, &t, in)[0] }

func (b *Builder) mapTo(e *expr.Expr, as *DType, in []Value) []Value {
	if len(in) != e.NumInputs {
		b.Failf("Map %v: has %d inputs, want %d", e, len(in), e.NumInputs)
		return b.nothing(len(e.Outs))
	}
	consts := make([]*float64, len(in))
	left := make([]Value, 0, len(in))
	shape := Shape{}
	t, typed := Float32, false
	for i, v := range in {
		if !v.Valid() {
			b.Failf("Map %v: input %d is not a value", e, i)
			return b.nothing(len(e.Outs))
		}
		info := v.info()
		s, ok := Broadcast(shape, info.Shape)
		if !ok {
			b.Failf("Map %v: shapes %v and %v do not broadcast", e, shape, info.Shape)
			return b.nothing(len(e.Outs))
		}
		shape = s
		if info.Kind == ConstValue && len(info.Shape) == 0 {
			consts[i] = &info.Const[0]
			continue
		}
		if !typed {
			t, typed = info.DType, true
		}
		left = append(left, v)
	}
	if !typed && len(in) > 0 { // constants only
		t = in[0].DType()
	}
	if as != nil {
		t = *as
	}
	if len(left) < len(in) {
		e = e.Bind(consts)
	}
	if e.IsIdentity() && left[0].DType() == t && left[0].Shape().Equal(shape) {
		return left
	}
	outs := make([]ValueInfo, len(e.Outs))
	for i := range outs {
		outs[i] = ValueInfo{Shape: shape, DType: t}
	}
	ids := b.emit(Map, &MapAttrs{E: e}, outs, left)
	vals := make([]Value, len(ids))
	for i, id := range ids {
		vals[i] = b.Value(id)
	}
	return vals
}

func (b *Builder) nothing(n int) []Value {
	vals := make([]Value, n)
	for i := range vals {
		vals[i] = b.Value(b.temp(Shape{}, Float32))
	}
	return vals
}

var (
	identityExpr = expr.MustParse("x -> x")
	addExpr      = expr.MustParse("a b -> a + b")
	subExpr      = expr.MustParse("a b -> a - b")
	mulExpr      = expr.MustParse("a b -> a * b")
	divExpr      = expr.MustParse("a b -> a / b")
	firstExpr    = expr.MustParse("a b -> a")
)

// Add is x + y, broadcast; Sub, Mul and Div likewise.
func (b *Builder) Add(x, y Value) Value { return b.Map1(addExpr, x, y) }

// Sub is x − y.
func (b *Builder) Sub(x, y Value) Value { return b.Map1(subExpr, x, y) }

// Mul is x · y, element by element.
func (b *Builder) Mul(x, y Value) Value { return b.Map1(mulExpr, x, y) }

// Div is x / y.
func (b *Builder) Div(x, y Value) Value { return b.Map1(divExpr, x, y) }

// Scale is x times a known number.
func (b *Builder) Scale(x Value, by float64) Value {
	return b.Map1(mulExpr, x, b.Scalar(x.DType(), by))
}

// Cast converts to type t: towards zero for integers, wrapping around when out of range.
func (b *Builder) Cast(x Value, t DType) Value { return b.MapAs(t, identityExpr, x) }

// BroadcastTo stretches dimensions of 1.
func (b *Builder) BroadcastTo(x Value, s Shape) Value {
	if full, ok := Broadcast(x.Shape(), s); !ok || !full.Equal(s) {
		b.Failf("cannot broadcast %v to %v", x.Shape(), s)
		return x
	}
	if x.Shape().Equal(s) {
		return x
	}
	return b.Map1(firstExpr, x, b.zeros(x.DType(), s))
}

// zeros is a full tensor of zeros that costs nothing when only its shape is used: a Map of a constant.
func (b *Builder) zeros(t DType, s Shape) Value { return b.Full(t, s, 0) }

// Full is a tensor of one number.
func (b *Builder) Full(t DType, s Shape, v float64) Value {
	if len(s) == 0 {
		return b.Scalar(t, v)
	}
	bld := expr.NewBuilder(0)
	ids := b.emit(Map, &MapAttrs{E: bld.Build(bld.Const(v))}, []ValueInfo{{Shape: s, DType: t}}, nil)
	return b.Value(ids[0])
}
