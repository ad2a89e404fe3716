package backend

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// arity checks how many inputs and outputs a call has; max < 0 means any number of inputs from min.
func arity(c *Call, min, max, outs int) error {
	if len(c.In) < min || max >= 0 && len(c.In) > max {
		return fmt.Errorf("has %d inputs, want %d", len(c.In), min)
	}
	if outs >= 0 && len(c.Out) != outs {
		return fmt.Errorf("has %d outputs, want %d", len(c.Out), outs)
	}
	return nil
}

// attrs gives the attributes as their type, or an error.
func attrs[A Attrs](c *Call) (A, error) {
	a, ok := c.Attrs.(A)
	if !ok {
		return a, fmt.Errorf("has attributes %T, want %T", c.Attrs, a)
	}
	return a, nil
}

// sameType checks that the inputs from the first to the given number and all outputs have one type. Calls with an epilogue
// may give another.
func (p *Program) sameType(c *Call, inputs int) error {
	t := p.Value(c.In[0]).DType
	for _, id := range append(slices.Clone(c.In[:inputs]), c.Out...) {
		if o := p.Value(id).DType; o != t {
			return fmt.Errorf("mixes %v and %v", t, o)
		}
	}
	return nil
}

func (p *Program) shape(id ValueID) Shape { return p.Values[id].Shape }

func wantShape(what string, got, want Shape) error {
	if !got.Equal(want) {
		return fmt.Errorf("%s is %v, want %v", what, got, want)
	}
	return nil
}

func wantAxes(axes []int, s Shape) error {
	for i, a := range axes {
		if a < 0 || a >= len(s) || i > 0 && axes[i-1] >= a {
			return fmt.Errorf("axes %v do not fit shape %v", axes, s)
		}
	}
	return nil
}

func verifyMap(p *Program, c *Call) error {
	a, err := attrs[*MapAttrs](c)
	if err != nil {
		return err
	}
	if a.E == nil {
		return errors.New("has no expression")
	}
	if len(c.In) != a.E.NumInputs || len(c.Out) != len(a.E.Outs) || len(c.Out) == 0 {
		return fmt.Errorf("has %d inputs and %d outputs, the expression %d and %d", len(c.In), len(c.Out), a.E.NumInputs, len(a.E.Outs))
	}
	out := p.shape(c.Out[0])
	for _, id := range c.Out[1:] {
		if err := wantShape("output", p.shape(id), out); err != nil {
			return err
		}
	}
	for _, id := range c.In {
		if s, ok := Broadcast(p.shape(id), out); !ok || !s.Equal(out) {
			return fmt.Errorf("input %v does not broadcast to %v", p.shape(id), out)
		}
	}
	return nil
}

func verifyReduce(p *Program, c *Call) error {
	a, err := attrs[*ReduceAttrs](c)
	if err != nil {
		return err
	}
	if err := arity(c, 1, 1, 1); err != nil {
		return err
	}
	if err := p.sameType(c, 1); err != nil {
		return err
	}
	if err := wantAxes(a.Axes, p.shape(c.In[0])); err != nil {
		return err
	}
	return wantShape("output", p.shape(c.Out[0]), without(p.shape(c.In[0]), a.Axes, a.Keep))
}

func verifyArgReduce(p *Program, c *Call) error {
	a, err := attrs[*ArgReduceAttrs](c)
	if err != nil {
		return err
	}
	if err := arity(c, 1, 1, 1); err != nil {
		return err
	}
	if err := p.sameType(c, 1); err != nil {
		return err
	}
	axes := []int{a.Axis}
	if err := wantAxes(axes, p.shape(c.In[0])); err != nil {
		return err
	}
	return wantShape("output", p.shape(c.Out[0]), without(p.shape(c.In[0]), axes, a.Keep))
}

func verifySort(p *Program, c *Call) error {
	a, err := attrs[*SortAttrs](c)
	if err != nil {
		return err
	}
	if err := arity(c, 1, 1, 2); err != nil {
		return err
	}
	x, values, order := p.Value(c.In[0]), p.Value(c.Out[0]), p.Value(c.Out[1])
	if values.DType != x.DType || order.DType != Int32 {
		return fmt.Errorf("gives %v and %v, want %v and int32", values.DType, order.DType, x.DType)
	}
	if err := wantAxes([]int{a.Axis}, x.Shape); err != nil {
		return err
	}
	if x.Shape[a.Axis] > math.MaxInt32 {
		return fmt.Errorf("axis %d of %v is longer than int32 counts", a.Axis, x.Shape)
	}
	return errors.Join(wantShape("values", values.Shape, x.Shape), wantShape("order", order.Shape, x.Shape))
}

func verifyStats(p *Program, c *Call) error {
	a, err := attrs[*StatsAttrs](c)
	if err != nil {
		return err
	}
	if err := arity(c, 1, 1, 2); err != nil {
		return err
	}
	if err := p.sameType(c, 1); err != nil {
		return err
	}
	if err := wantAxes(a.Axes, p.shape(c.In[0])); err != nil {
		return err
	}
	want := without(p.shape(c.In[0]), a.Axes, false)
	return errors.Join(wantShape("mean", p.shape(c.Out[0]), want), wantShape("variance", p.shape(c.Out[1]), want))
}

func verifyMatMul(p *Program, c *Call) error {
	a, err := attrs[*MatMulAttrs](c)
	if err != nil {
		return err
	}
	if err := epilogueArity(c, 2, a.Epilogue != nil, func() int { return a.Epilogue.NumInputs }); err != nil {
		return err
	}
	if err := p.sameType(c, 2); err != nil && a.Epilogue == nil {
		return err
	}
	x, y := p.shape(c.In[0]), p.shape(c.In[1])
	if len(x) != len(y) || len(x) != 2 && len(x) != 3 || len(x) == 3 && x[0] != y[0] {
		return fmt.Errorf("cannot multiply %v and %v", x, y)
	}
	m, k := matDims(x, a.TransA)
	k2, n := matDims(y, a.TransB)
	if k != k2 {
		return fmt.Errorf("cannot multiply %v and %v%v: %d columns, %d rows", x, y, a, k, k2)
	}
	return wantShape("output", p.shape(c.Out[0]), append(x[:len(x)-2].Clone(), m, n))
}

func epilogueArity(c *Call, inputs int, has bool, n func() int) error {
	if has {
		inputs += n() - 1
	}
	return arity(c, inputs, inputs, 1)
}

func verifyConv(p *Program, c *Call) error {
	a, err := attrs[*ConvAttrs](c)
	if err != nil {
		return err
	}
	if err := epilogueArity(c, 2, a.Epilogue != nil, func() int { return a.Epilogue.NumInputs }); err != nil {
		return err
	}
	if err := p.sameType(c, 2); err != nil && a.Epilogue == nil {
		return err
	}
	x, w, y := p.shape(c.In[0]), p.shape(c.In[1]), p.shape(c.Out[0])
	switch c.Kind {
	case ConvGradData:
		x, y = y, x
	case ConvGradFilter:
		x, w, y = w, y, x
	}
	n := len(a.Kernel)
	if n != 2 && n != 3 || len(a.Stride) != n || len(a.Pad) != n || len(a.Dilate) != n || len(x) != n+2 || len(w) != n+2 || len(y) != n+2 {
		return fmt.Errorf("%v does not fit data %v, weight %v, output %v", a, x, w, y)
	}
	if a.Groups < 1 || x[1]%a.Groups != 0 || w[0]%a.Groups != 0 || w[1] != x[1]/a.Groups || y[0] != x[0] || y[1] != w[0] {
		return fmt.Errorf("data %v, weight %v and output %v do not fit together in %d groups", x, w, y, a.Groups)
	}
	for i, k := range a.Kernel {
		// Deconvolution may leave surplus rows at the end of x: the output decides.
		span := (y[2+i]-1)*a.Stride[i] + a.Dilate[i]*(k-1) + 1
		if w[2+i] != k || a.Stride[i] < 1 || a.Dilate[i] < 1 || a.Pad[i] < 0 || y[2+i] < 1 || span > x[2+i]+2*a.Pad[i]+a.Stride[i]-1 {
			return fmt.Errorf("axis %d: data %d, kernel %d of weight %v, %v do not give %d", 2+i, x[2+i], k, w, a, y[2+i])
		}
	}
	return nil
}

func verifyPool(p *Program, c *Call) error {
	a, err := attrs[*PoolAttrs](c)
	if err != nil {
		return err
	}
	x, y := c.In[0], c.Out[0]
	if c.Kind == PoolGrad {
		if err := arity(c, 3, 3, 1); err != nil {
			return err
		}
		x, y = c.In[1], c.In[2]
		if err := errors.Join(wantShape("output", p.shape(c.Out[0]), p.shape(x)), wantShape("head gradient", p.shape(c.In[0]), p.shape(y))); err != nil {
			return err
		}
	} else if err := arity(c, 1, 1, 1); err != nil {
		return err
	}
	if err := p.sameType(c, len(c.In)); err != nil {
		return err
	}
	xs, ys, n := p.shape(x), p.shape(y), len(a.Kernel)
	if n != 2 && n != 3 || len(a.Stride) != n || len(a.Pad) != n || len(xs) != n+2 || len(ys) != n+2 || !xs[:2].Equal(ys[:2]) {
		return fmt.Errorf("%v does not fit data %v and output %v", a, xs, ys)
	}
	for i, k := range a.Kernel {
		// Every window must hold at least one element.
		if k < 1 || a.Stride[i] < 1 || a.Pad[i] < 0 || a.Pad[i] >= k || ys[2+i] < 1 || (ys[2+i]-1)*a.Stride[i]-a.Pad[i] >= xs[2+i] {
			return fmt.Errorf("axis %d: data %d and %v do not give %d", 2+i, xs[2+i], a, ys[2+i])
		}
	}
	return nil
}

func verifySoftmax(p *Program, c *Call) error {
	a, err := attrs[*SoftmaxAttrs](c)
	if err != nil {
		return err
	}
	if err := arity(c, 1, 1, 1); err != nil {
		return err
	}
	if err := p.sameType(c, 1); err != nil {
		return err
	}
	return errors.Join(wantAxes([]int{a.Axis}, p.shape(c.In[0])), wantShape("output", p.shape(c.Out[0]), p.shape(c.In[0])))
}

func verifyTranspose(p *Program, c *Call) error {
	a, err := attrs[*TransposeAttrs](c)
	if err != nil {
		return err
	}
	if err := arity(c, 1, 1, 1); err != nil {
		return err
	}
	if err := p.sameType(c, 1); err != nil {
		return err
	}
	x := p.shape(c.In[0])
	seen := make([]bool, len(x))
	want := Shape{}
	if len(a.Axes) != len(x) {
		return fmt.Errorf("axes %v do not fit shape %v", a.Axes, x)
	}
	for _, ax := range a.Axes {
		if ax < 0 || ax >= len(x) || seen[ax] {
			return fmt.Errorf("axes %v do not fit shape %v", a.Axes, x)
		}
		seen[ax] = true
		want = append(want, x[ax])
	}
	return wantShape("output", p.shape(c.Out[0]), want)
}

func verifyReshape(p *Program, c *Call) error {
	if err := arity(c, 1, 1, 1); err != nil {
		return err
	}
	if x, y := p.Value(c.In[0]), p.Value(c.Out[0]); x.Shape.Size() != y.Shape.Size() || x.DType != y.DType {
		return fmt.Errorf("cannot see %v %v as %v %v", x.DType, x.Shape, y.DType, y.Shape)
	}
	return nil
}

func verifySlice(p *Program, c *Call) error {
	a, err := attrs[*SliceAttrs](c)
	if err != nil {
		return err
	}
	if err := arity(c, 1, 1, 1); err != nil {
		return err
	}
	if err := p.sameType(c, 1); err != nil {
		return err
	}
	x, y := p.shape(c.In[0]), p.shape(c.Out[0])
	if len(x) != len(y) || len(a.Begin) != len(x) || len(a.Step) != len(x) {
		return fmt.Errorf("%v does not fit shapes %v and %v", a, x, y)
	}
	for i := range x {
		last := a.Begin[i] + (y[i]-1)*a.Step[i]
		if a.Step[i] == 0 || y[i] > 0 && (a.Begin[i] < 0 || a.Begin[i] >= x[i] || last < 0 || last >= x[i]) {
			return fmt.Errorf("axis %d: %v leaves %v to give %v", i, a, x, y)
		}
	}
	return nil
}

func verifyConcat(p *Program, c *Call) error {
	a, err := attrs[*ConcatAttrs](c)
	if err != nil {
		return err
	}
	if err := arity(c, 1, -1, 1); err != nil {
		return err
	}
	if err := p.sameType(c, len(c.In)); err != nil {
		return err
	}
	want := p.shape(c.In[0]).Clone()
	if err := wantAxes([]int{a.Axis}, want); err != nil {
		return err
	}
	want[a.Axis] = 0
	for _, id := range c.In {
		s := p.shape(id)
		if len(s) != len(want) {
			return fmt.Errorf("inputs %v and %v differ in axes", p.shape(c.In[0]), s)
		}
		want[a.Axis] += s[a.Axis]
		for i := range s {
			if i != a.Axis && s[i] != want[i] {
				return fmt.Errorf("inputs %v and %v differ beside axis %d", p.shape(c.In[0]), s, a.Axis)
			}
		}
	}
	return wantShape("output", p.shape(c.Out[0]), want)
}

func verifyPad(p *Program, c *Call) error {
	a, err := attrs[*PadAttrs](c)
	if err != nil {
		return err
	}
	if err := arity(c, 1, 1, 1); err != nil {
		return err
	}
	if err := p.sameType(c, 1); err != nil {
		return err
	}
	x, y := p.shape(c.In[0]), p.shape(c.Out[0])
	if len(x) != len(y) || len(a.Before) != len(x) {
		return fmt.Errorf("%v does not fit shapes %v and %v", a, x, y)
	}
	for i := range x {
		after := y[i] - x[i] - a.Before[i]
		if a.Before[i] < 0 || after < 0 || a.Mode == PadReflect && (a.Before[i] >= x[i] || after >= x[i]) {
			return fmt.Errorf("axis %d: cannot pad %d to %d with %d before", i, x[i], y[i], a.Before[i])
		}
	}
	return nil
}

func verifyGather(p *Program, c *Call) error {
	a, err := attrs[*GatherAttrs](c)
	if err != nil {
		return err
	}
	if err := arity(c, 2, 2, 1); err != nil {
		return err
	}
	if err := p.sameType(c, 1); err != nil {
		return err
	}
	x, y, idx := p.shape(c.In[0]), p.shape(c.Out[0]), p.shape(c.In[1])
	if c.Kind == ScatterAdd {
		x, y = y, x
	}
	if err := wantAxes([]int{a.Axis}, x); err != nil {
		return err
	}
	want := append(x[:a.Axis].Clone(), idx...)
	return wantShape("gathered", y, append(want, x[a.Axis+1:]...))
}

func verifyRandom(p *Program, c *Call) error {
	a, err := attrs[*RandomAttrs](c)
	if err != nil {
		return err
	}
	inputs := 1
	if a.Dist.HasParameter() {
		inputs = 2
	}
	if err := arity(c, inputs, inputs, 1); err != nil {
		return err
	}
	out := p.Value(c.Out[0])
	switch {
	case inputs == 2:
		s := p.shape(c.In[1])
		if both, ok := Broadcast(s, out.Shape); !ok || !both.Equal(out.Shape) {
			return fmt.Errorf("the parameter is %v and does not broadcast to %v", s, out.Shape)
		}
	case a.Dist == DistBelow && (out.DType != Int64 || a.Below == 0):
		return fmt.Errorf("numbers below %d are %v, want int64 and at least one number", a.Below, out.DType)
	}
	if t := p.Value(c.In[0]).DType; t != Int64 {
		return fmt.Errorf("rng is %v, want int64", t)
	}
	return wantShape("rng", p.shape(c.In[0]), Shape{4})
}

func verifyRelayout(p *Program, c *Call) error {
	if err := arity(c, 1, 1, 1); err != nil {
		return err
	}
	if err := p.sameType(c, 1); err != nil {
		return err
	}
	return wantShape("output", p.shape(c.Out[0]), p.shape(c.In[0]))
}

func verifyWrite(p *Program, c *Call) error {
	a, err := attrs[*WriteAttrs](c)
	if err != nil {
		return err
	}
	if err := arity(c, 1, 1, 0); err != nil {
		return err
	}
	if a.Arg < 0 || a.Arg >= len(p.Args) {
		return fmt.Errorf("argument %d of %d", a.Arg, len(p.Args))
	}
	arg := &p.Args[a.Arg]
	if arg.Mode == In {
		return fmt.Errorf("argument %q is read-only", arg.Name)
	}
	if v := p.Value(c.In[0]); v.DType != arg.DType {
		return fmt.Errorf("argument %q is %v, the value %v", arg.Name, arg.DType, v.DType)
	}
	return wantShape("value for "+arg.Name, p.shape(c.In[0]), arg.Shape)
}

func verifyHost(p *Program, c *Call) error {
	a, err := attrs[*HostAttrs](c)
	if err != nil {
		return err
	}
	if a.Fn == nil {
		return errors.New("has no function")
	}
	return nil
}
