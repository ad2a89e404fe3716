package op

import "fmt"

// UpSamplingParam has MXNet's names and defaults.
type UpSamplingParam struct {
	Scale          int    `gomx:"scale,pos,min=1,max=1000" doc:"factor of height and width"`
	SampleType     string `gomx:"sample_type,pos,enum=nearest|bilinear,prefix=UpSampling" doc:"repeat each element, or a Deconvolution whose weight begins as bilinear interpolation"`
	NumFilter      int    `gomx:"num_filter,min=0,max=10000" doc:"of bilinear: the number of channels"`
	MultiInputMode string `gomx:"multi_input_mode,default=concat,enum=concat|sum,prefix=UpSampling" doc:"of nearest: join the inputs along the channels, or add them"`
	NumArgs        int    `gomx:"num_args,req,min=1,max=65536" doc:"number of inputs; counted by itself"`
	Workspace      int    `gomx:"workspace,default=512,min=0" doc:"MiB of temporary memory; taken, not needed"`
}

func init() {
	Register(Op[UpSamplingParam]{
		Name: "UpSampling",
		Doc:  "images made scale times larger; several inputs of nearest all become as large as the first",
		Args: func(p *UpSamplingParam) []string {
			if p.bilinear() {
				return []string{"data", "weight"}
			}
			return nil
		},
		Variadic: true,
		Init:     map[string]string{"weight": `["bilinear", {}]`},
		Check: func(p *UpSamplingParam) error {
			if p.bilinear() && p.NumFilter < 1 {
				return fmt.Errorf("num_filter is %d, want the number of channels: sample_type is bilinear", p.NumFilter)
			}
			return nil
		},
		Shape:    (*UpSamplingParam).shape,
		Forward:  (*UpSamplingParam).forward,
		Backward: (*UpSamplingParam).backward,
	})
}

func (p *UpSamplingParam) bilinear() bool { return p.SampleType == "bilinear" }

// deconvolution interpolates each channel by itself.
func (p *UpSamplingParam) deconvolution() *DeconvolutionParam {
	s := p.Scale
	k := 2*s - s%2
	pad := s / 2
	return &DeconvolutionParam{NumFilter: p.NumFilter, NumGroup: p.NumFilter, Kernel: []int{k, k}, Stride: []int{s, s}, Pad: []int{pad, pad}, NoBias: true}
}

func (p *UpSamplingParam) shape(s *Shapes) {
	first := s.At(0)
	if first == nil {
		return
	}
	if len(first) != 4 {
		s.Failf("%s is %v, want (N,C,H,W)", s.args[0], first)
		return
	}
	if p.bilinear() {
		if first[1] != 0 && first[1] != p.NumFilter {
			s.Failf("data is %v, want %d channels: num_filter is %d", first, p.NumFilter, p.NumFilter)
			return
		}
		p.deconvolution().shape(s)
		return
	}
	out := Shape{first[0], 0, first[2] * p.Scale, first[3] * p.Scale}
	channels, known := 0, true
	for i := range s.Len() {
		in := s.At(i)
		if in == nil {
			known = false
			continue
		}
		if len(in) == 4 && out[2:].Known() && in[2:].Known() && !p.divides(out, in) {
			s.Failf("%s is %v: it cannot become (%d,%d) by one factor", s.args[i], in, out[2], out[3])
			return
		}
		s.WantAt(i, Shape{first[0], 0, 0, 0}, "%s is %v", s.args[0], first)
		if p.MultiInputMode == "sum" {
			s.WantAt(i, Shape{0, first[1], 0, 0}, "%s is %v and multi_input_mode is sum", s.args[0], first)
		}
		if s.Err() != nil {
			return
		}
		channels += in[1]
		known = known && in[1] != 0
	}
	switch {
	case p.MultiInputMode == "sum":
		out[1] = first[1]
	case known:
		out[1] = channels
	}
	s.Out(out)
}

func (p *UpSamplingParam) divides(out, in Shape) bool {
	return out[2]%in[2] == 0 && out[3]%in[3] == 0 && out[2]/in[2] == out[3]/in[3]
}

func (p *UpSamplingParam) forward(c *Ctx, in []Value) []Value {
	if p.bilinear() {
		return p.deconvolution().forward(c, in)
	}
	height := in[0].Shape()[2] * p.Scale
	large := make([]Value, len(in))
	for i, x := range in {
		factor := height / x.Shape()[2]
		large[i] = repeatAxis(c, repeatAxis(c, x, 3, factor), 2, factor) // rows are copied whole
	}
	if p.MultiInputMode == "concat" {
		return []Value{c.Concat(1, large...)}
	}
	sum := large[0]
	for _, x := range large[1:] {
		sum = c.Add(sum, x)
	}
	return []Value{sum}
}

func (p *UpSamplingParam) backward(c *Ctx, dout []Value) []Value {
	if p.bilinear() {
		return p.deconvolution().backward(c, dout)
	}
	d, at := make([]Value, p.NumArgs), 0
	height := dout[0].Shape()[2]
	for i := range d {
		s := c.In(i).Shape()
		part := dout[0]
		if p.MultiInputMode == "concat" {
			part = c.SliceAxis(part, 1, at, s[1])
			at += s[1]
		}
		factor := height / s[2]
		d[i] = foldAxis(c, foldAxis(c, part, 2, factor), 3, factor)
	}
	return d
}
