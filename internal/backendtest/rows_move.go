package backendtest

import (
	"errors"
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// moveRows only move elements, so every type must come through unchanged.
func moveRows() []Row {
	var rows []Row
	move := func(name string, build func(c *Case)) {
		rows = append(rows, Row{Name: name, Types: allTypes, Exact: true, Build: build})
	}
	for _, k := range []struct {
		s    shape
		axes []int
	}{{shape{1}, []int{0}}, {shape{17, 33}, []int{1, 0}}, {shape{2, 3, 4}, []int{2, 0, 1}}, {shape{2, 3, 4}, []int{0, 2, 1}}, {shape{2, 16, 5, 7}, []int{0, 2, 3, 1}},
		{shape{2, 5, 7, 16}, []int{0, 3, 1, 2}}, {shape{3, 4, 5, 6}, []int{1, 0, 3, 2}}, {shape{2, 3}, []int{0, 1}}, {shape{2, 0, 3}, []int{2, 1, 0}},
		{shape{65, 70}, []int{1, 0}}, {shape{3, 33, 40}, []int{0, 2, 1}}, {shape{3, 9, 2, 34}, []int{2, 3, 0, 1}}, {shape{2, 3, 2, 3, 2, 3}, []int{5, 3, 1, 0, 2, 4}}} {
		move(fmt.Sprintf("Transpose %v %v", k.s, k.axes), func(c *Case) { c.Out("y", c.Transpose(c.In("x", k.s, Count), k.axes...)) })
	}
	for _, k := range []struct {
		from, to shape
	}{{shape{4, 6}, shape{24}}, {shape{2, 3, 5}, shape{5, 6}}, {shape{}, shape{1, 1}}} {
		move(fmt.Sprintf("Reshape %v %v", k.from, k.to), func(c *Case) { c.Out("y", c.Reshape(c.In("x", k.from, Count), k.to)) })
	}
	for _, k := range []struct {
		s, out      shape
		begin, step []int
	}{
		{shape{10}, shape{4}, []int{3}, []int{1}}, {shape{10}, shape{10}, []int{9}, []int{-1}}, {shape{10}, shape{3}, []int{1}, []int{3}},
		{shape{5, 33}, shape{2, 33}, []int{1, 0}, []int{1, 1}}, {shape{5, 33}, shape{5, 16}, []int{0, 17}, []int{1, 1}},
		{shape{5, 33}, shape{3, 11}, []int{4, 31}, []int{-2, -3}}, {shape{2, 6, 4, 5}, shape{2, 2, 4, 5}, []int{0, 3, 0, 0}, []int{1, 1, 1, 1}},
		{shape{2, 6, 4, 5}, shape{1, 6, 3, 2}, []int{1, 0, 1, 3}, []int{1, 1, 1, 1}}, {shape{4, 3}, shape{0, 3}, []int{0, 0}, []int{1, 1}},
		{shape{5, 64}, shape{4, 32}, []int{1, 16}, []int{1, 1}}, {shape{3, 9, 10}, shape{2, 9, 9}, []int{2, 8, 9}, []int{-2, -1, -1}},
		{shape{20, 12}, shape{10, 12}, []int{1, 0}, []int{2, 1}},
	} {
		move(fmt.Sprintf("Slice %v to %v from %v by %v", k.s, k.out, k.begin, k.step), func(c *Case) {
			c.Out("y", c.Slice(c.In("x", k.s, Count), k.out, k.begin, k.step))
		})
	}
	for _, k := range []struct {
		axis int
		in   []shape
	}{
		{0, []shape{{3}, {4}, {1}}}, {1, []shape{{2, 3, 4, 4}, {2, 17, 4, 4}, {2, 1, 4, 4}}}, {0, []shape{{2, 5}, {3, 5}}}, {2, []shape{{2, 3, 1}, {2, 3, 4}}},
		{1, []shape{{3, 0}, {3, 2}}}, {1, []shape{{2, 16, 4, 4}, {2, 32, 4, 4}}},
	} {
		move(fmt.Sprintf("Concat %d %v", k.axis, k.in), func(c *Case) {
			var in []backend.Value
			for i, s := range k.in {
				in = append(in, c.In(fmt.Sprint("x", i), s, Count))
			}
			c.Out("y", c.Concat(k.axis, in...))
		})
	}
	for mode := backend.PadConstant; mode <= backend.PadReflect; mode++ {
		for _, k := range []struct {
			s             shape
			before, after []int
		}{{shape{5}, []int{2}, []int{3}}, {shape{2, 3, 4, 5}, []int{0, 0, 1, 2}, []int{0, 0, 3, 4}}, {shape{3, 4}, []int{2, 0}, []int{0, 3}},
			{shape{2, 3, 2, 3, 2, 5}, []int{1, 0, 1, 0, 1, 0}, []int{0, 0, 1, 0, 0, 2}}} {
			move(fmt.Sprintf("Pad %d %v %v %v", mode, k.s, k.before, k.after), func(c *Case) {
				c.Out("y", c.Pad(c.In("x", k.s, Count), mode, k.before, k.after, 3))
			})
		}
	}
	move("Slice of a result", func(c *Case) {
		x := c.Concat(0, c.In("a", shape{2, 8}, Count), c.In("b", shape{3, 8}, Count))
		y := c.SliceAxis(x, 0, 1, 3)
		c.Out("y", c.Reshape(y, shape{24}))
		c.Out("z", c.SliceAxis(y, 1, 2, 5))
	})
	move("Reshape of an argument written later", func(c *Case) {
		w := c.InOut("w", shape{4, 6}, Count)
		flat := c.Reshape(w, shape{24})
		c.Out("w", c.Transpose(c.Reshape(flat, shape{6, 4})))
		c.Out("y", c.Slice(flat, shape{12}, []int{1}, []int{2}))
	})
	return rows
}

// indexRows take and add rows by indices of several types, some outside.
func indexRows() []Row {
	var rows []Row
	for _, k := range []struct {
		s, idx shape
		axis   int
		wrap   bool
		t      backend.DType
	}{
		{shape{10, 7}, shape{5}, 0, false, backend.Float32}, {shape{10, 17}, shape{3, 4}, 0, true, backend.Int32}, {shape{3, 10, 5}, shape{6}, 1, false, backend.Int64},
		{shape{3, 10}, shape{16}, 1, true, backend.Float32}, {shape{10}, shape{}, 0, false, backend.Int32}, {shape{10, 3}, shape{20}, 0, false, backend.Uint8},
		{shape{10, 64}, shape{7}, 0, true, backend.Float64}, {shape{60, 130}, shape{40}, 0, true, backend.Int8}, {shape{2, 60, 3}, shape{9}, 1, false, backend.Int32},
		{shape{10, 3}, shape{0}, 0, false, backend.Int32},
	} {
		name := fmt.Sprintf("%v %v %d wrap %v %v", k.s, k.idx, k.axis, k.wrap, k.t)
		idx := Values(3, 0, 9, -1, 10, 3, 25, -12, 5)
		rows = append(rows, Row{Name: "Gather " + name, Types: allTypes, Exact: true, Build: func(c *Case) {
			c.Out("y", c.Gather(c.In("x", k.s, Count), c.InOf("idx", k.idx, k.t, idx), k.axis, k.wrap))
		}})
		dy := append(append(k.s[:k.axis].Clone(), k.idx...), k.s[k.axis+1:]...)
		rows = append(rows, Row{Name: "ScatterAdd " + name, Types: floatTypes, Length: k.idx.Size(), Build: func(c *Case) {
			c.Out("dx", c.ScatterAdd(c.In("dy", dy, Normal), c.InOf("idx", k.idx, k.t, idx), k.s, k.axis, k.wrap))
		}})
	}
	return append(rows, Row{Name: "Gather NaN and infinite indices", Exact: true, Build: func(c *Case) {
		c.Out("y", c.Gather(c.In("x", shape{4, 3}, Count), c.InOf("idx", shape{4}, backend.Float32, Values(nan, inf(1), inf(-1), 1.9)), 0, false))
	}})
}

func randomRows() []Row {
	var rows []Row
	for _, s := range []shape{{}, {1}, {1000}, {17, 33}, {4, 3, 5, 7}} {
		for _, d := range []backend.Dist{backend.DistUniform, backend.DistNormal} {
			r := Row{Name: fmt.Sprintf("Random %d %v", d, s), Types: floatTypes, Exact: d == backend.DistUniform, Build: func(c *Case) {
				c.InOf("rng", shape{4}, backend.Int64, Values(123456789012, 7, 3, 0))
				c.Out("y", c.Random(d, 5, c.T, s))
			}}
			if d == backend.DistNormal {
				r.Length = 1 // near 0 a cosine loses digits
			}
			rows = append(rows, r)
		}
		for _, d := range []backend.Dist{backend.DistGamma, backend.DistPoisson} {
			parameter := s.Clone()
			if len(s) > 1 {
				parameter[len(s)-2] = 1
			}
			rows = append(rows, Row{Name: fmt.Sprintf("Random %d %v", d, s), Types: floatTypes, Exact: true, Build: func(c *Case) {
				c.InOf("rng", shape{4}, backend.Int64, Values(123456789012, 7, 3, 0))
				c.Out("y", c.Random(d, 5, c.T, s, c.In("a", parameter, Values(0.3, 1, 2.5, 9, 11, 400, 0, -1, nan))))
			}})
		}
		rows = append(rows, Row{Name: fmt.Sprintf("Random below %v", s), Types: []backend.DType{backend.Int64}, Exact: true, Build: func(c *Case) {
			c.InOf("rng", shape{4}, backend.Int64, Values(123456789012, 7, 3, 0))
			c.Out("y", c.RandomBelow(1000, 5, s))
		}})
	}
	return append(rows, Row{Name: "Random far away", Types: []backend.DType{backend.Float32}, Exact: true, Build: func(c *Case) {
		c.InOf("rng", shape{4}, backend.Int64, Values(-5, 1<<32-1, 1<<36+1, 0))
		c.Out("y", c.Random(backend.DistUniform, 1<<32-1, c.T, shape{3, 7}))
	}})
}

// layoutRows convert to each layout and back, in Programs edited by hand since Builder knows C order only.
func layoutRows() []Row {
	var rows []Row
	for _, k := range []struct {
		l backend.Layout
		s shape
	}{
		{backend.N16, shape{17, 3, 5, 7}}, {backend.N16, shape{16, 2, 3, 3}}, {backend.N16, shape{3, 20}}, {backend.C16, shape{2, 17, 5, 3}}, {backend.C16, shape{3, 3, 4, 4}},
		{backend.F4, shape{5, 3, 3, 3}}, {backend.F4, shape{8, 1, 5, 5}},
	} {
		rows = append(rows, Row{Name: fmt.Sprintf("Relayout %v %v", k.l, k.s), Exact: true, Types: []backend.DType{backend.Float32}, Build: func(c *Case) {
			c.Out("y", c.In("x", k.s, Count))
			c.edit = func(p *backend.Program) { throughLayout(p, k.l) }
		}})
	}
	return rows
}

// throughLayout makes every value that a Write stores pass through layout l first.
func throughLayout(p *backend.Program, l backend.Layout) {
	e := &p.Entries[0]
	var calls []backend.Call
	for _, c := range e.Calls {
		if c.Kind == backend.Write {
			v := *p.Value(c.In[0])
			v.Kind, v.Layout = backend.TempValue, l
			packed := p.NewValue(v)
			v.Layout = backend.Plain
			plain := p.NewValue(v)
			calls = append(calls,
				backend.Call{Kind: backend.Relayout, In: []backend.ValueID{c.In[0]}, Out: []backend.ValueID{packed}},
				backend.Call{Kind: backend.Relayout, In: []backend.ValueID{packed}, Out: []backend.ValueID{plain}})
			c.In = []backend.ValueID{plain}
		}
		calls = append(calls, c)
	}
	e.Calls = calls
}

// hostRows call Go functions between kernels.
func hostRows() []Row {
	double := func(in, out []backend.HostTensor) error {
		if len(in) != 1 || len(out) != 1 || len(in[0].Data) != in[0].Shape.Size()*in[0].DType.Size() || len(out[0].Data) != len(in[0].Data) {
			return errors.New("a Host function got the wrong memory")
		}
		v := decode(in[0].Data, in[0].DType)
		for i := range v {
			v[i] *= 2
		}
		encode(out[0].Data, out[0].DType, v)
		return nil
	}
	return []Row{{Name: "Host between calls", Types: floatTypes, Build: func(c *Case) {
		x := c.Scale(c.In("x", shape{5, 17}, Normal), 0.5)
		y := c.Host("double", double, []backend.ValueInfo{{Shape: shape{5, 17}, DType: c.T}}, x)[0]
		c.Out("y", c.Add(y, x))
	}}}
}
