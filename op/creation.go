package op

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// FilledParam has MXNet's names and defaults.
type FilledParam struct {
	Shape []int  `gomx:"shape,pos,min=1" doc:"the shape"`
	Ctx   string `gomx:"ctx" doc:"the device; taken, not needed: it is that of the network"`
	DType DType  `gomx:"dtype,default=float32" doc:"element type of the result"`
}

// FullParam has MXNet's names and defaults.
type FullParam struct {
	Shape []int   `gomx:"shape,pos,min=1" doc:"the shape"`
	Value float64 `gomx:"value,pos" doc:"the number"`
	Ctx   string  `gomx:"ctx" doc:"the device; taken, not needed: it is that of the network"`
	DType DType   `gomx:"dtype,default=float32" doc:"element type of the result"`
}

// ArangeParam has MXNet's names and defaults.
type ArangeParam struct {
	Start      float64  `gomx:"start,pos" doc:"the first number; with stop=None it is stop, and 0 the first"`
	Stop       *float64 `gomx:"stop" doc:"where the numbers end; it is not among them"`
	Step       float64  `gomx:"step,default=1.0" doc:"the distance between numbers"`
	Repeat     int      `gomx:"repeat,default=1,min=1" doc:"how often each number occurs"`
	InferRange bool     `gomx:"infer_range" doc:"find stop from the shape wanted; not supported"`
	Ctx        string   `gomx:"ctx" doc:"the device; taken, not needed: it is that of the network"`
	DType      DType    `gomx:"dtype,default=float32" doc:"element type of the result"`
}

// LinspaceParam has MXNet's names and defaults.
type LinspaceParam struct {
	Start    float64 `gomx:"start,pos" doc:"the first number"`
	Stop     float64 `gomx:"stop,pos" doc:"the last number"`
	Num      int     `gomx:"num,pos,min=1,max=16777216" doc:"how many"`
	EndPoint bool    `gomx:"endpoint,default=True" doc:"stop is one of them"`
	Ctx      string  `gomx:"ctx" doc:"the device; taken, not needed: it is that of the network"`
	DType    DType   `gomx:"dtype,default=float32" doc:"element type of the result"`
}

// EyeParam has MXNet's names and defaults.
type EyeParam struct {
	N     int    `gomx:"N,pos,min=1,max=16777216" doc:"number of rows"`
	M     int    `gomx:"M,min=0,max=16777216" doc:"number of columns; that of rows when 0"`
	K     int    `gomx:"k" doc:"which diagonal: above the main one when positive, below when negative"`
	Ctx   string `gomx:"ctx" doc:"the device; taken, not needed: it is that of the network"`
	DType DType  `gomx:"dtype,default=float32" doc:"element type of the result"`
}

// maxRange bounds vectors of known numbers, which are kept with the network.
const maxRange = 1 << 24

var eyeExpr = expr.MustParse("i j k -> j == i + k")

func init() {
	for _, r := range []struct {
		name string
		v    float64
	}{{"_zeros", 0}, {"_ones", 1}} {
		Register(Op[FilledParam]{
			Name: r.name, Doc: fmt.Sprintf("an array of %vs", r.v),
			Args:  noArgs[FilledParam],
			Shape: func(p *FilledParam, s *Shapes) { s.Out(p.Shape) },
			Type:  func(p *FilledParam, t *Types) { t.WantOut(0, p.DType) },
			Forward: func(p *FilledParam, c *Ctx, _ []Value) []Value {
				return []Value{c.Full(p.DType, p.Shape, r.v)}
			},
		})
	}
	Register(Op[FullParam]{
		Name: "_full", Doc: "an array of one number",
		Args:  noArgs[FullParam],
		Shape: func(p *FullParam, s *Shapes) { s.Out(p.Shape) },
		Type:  func(p *FullParam, t *Types) { t.WantOut(0, p.DType) },
		Forward: func(p *FullParam, c *Ctx, _ []Value) []Value {
			return []Value{c.Full(p.DType, p.Shape, p.Value)}
		},
	})
	Register(Op[ArangeParam]{
		Name: "_arange", Doc: "the vector start, start + step … that ends before stop",
		Args:  noArgs[ArangeParam],
		Check: (*ArangeParam).check,
		Shape: func(p *ArangeParam, s *Shapes) { s.Out(Shape{p.count() * p.Repeat}) },
		Type:  func(p *ArangeParam, t *Types) { t.WantOut(0, p.DType) },
		Forward: func(p *ArangeParam, c *Ctx, _ []Value) []Value {
			return []Value{vector(c, p.DType, p.numbers())}
		},
	})
	Register(Op[LinspaceParam]{
		Name: "_linspace", Doc: "num numbers from start to stop, at equal distances",
		Args:  noArgs[LinspaceParam],
		Shape: func(p *LinspaceParam, s *Shapes) { s.Out(Shape{p.Num}) },
		Type:  func(p *LinspaceParam, t *Types) { t.WantOut(0, p.DType) },
		Forward: func(p *LinspaceParam, c *Ctx, _ []Value) []Value {
			intervals := p.Num
			if p.EndPoint {
				intervals--
			}
			v := make([]float64, p.Num)
			for i := range v {
				v[i] = p.Start + float64(i)*(p.Stop-p.Start)/float64(max(intervals, 1))
			}
			return []Value{vector(c, p.DType, v)}
		},
	})
	Register(Op[EyeParam]{
		Name: "_eye", Doc: "a matrix of zeros with a diagonal of ones",
		Args:  noArgs[EyeParam],
		Shape: func(p *EyeParam, s *Shapes) { s.Out(Shape{p.N, p.columns()}) },
		Type:  func(p *EyeParam, t *Types) { t.WantOut(0, p.DType) },
		Forward: func(p *EyeParam, c *Ctx, _ []Value) []Value {
			i, j := column(c, c.Iota(backend.Int32, p.N)), c.Iota(backend.Int32, p.columns())
			return []Value{c.MapAs(p.DType, eyeExpr, i, j, c.Scalar(backend.Int32, float64(p.K)))}
		},
	})
}

func noArgs[P any](*P) []string { return nil }

// vector is a constant vector, whole numbers rounded towards zero.
func vector(c *Ctx, t DType, v []float64) Value {
	if !t.IsFloat() {
		for i := range v {
			v[i] = math.Trunc(v[i])
		}
	}
	return c.Const(Shape{len(v)}, t, v...)
}

// bounds gives the first number and where they end.
func (p *ArangeParam) bounds() (start, stop float64) {
	if p.Stop == nil {
		return 0, p.Start
	}
	return p.Start, *p.Stop
}

func (p *ArangeParam) count() int {
	start, stop := p.bounds()
	return int(math.Ceil((stop - start) / p.Step))
}

func (p *ArangeParam) check() error {
	start, stop := p.bounds()
	if p.InferRange {
		return fmt.Errorf("infer_range is not supported, give stop")
	}
	if n := math.Ceil((stop - start) / p.Step); !(n >= 1) || n*float64(p.Repeat) > maxRange {
		return fmt.Errorf("from %v to %v by %v, each %d times, are no numbers, or more than %d", start, stop, p.Step, p.Repeat, maxRange)
	}
	return nil
}

// numbers of a whole type begin and go on in whole numbers, as in MXNet.
func (p *ArangeParam) numbers() []float64 {
	start, _ := p.bounds()
	step := p.Step
	if !p.DType.IsFloat() {
		start, step = math.Trunc(start), math.Trunc(step)
	}
	v := make([]float64, 0, p.count()*p.Repeat)
	for i := range p.count() {
		v = append(v, slices.Repeat([]float64{start + float64(i)*step}, p.Repeat)...)
	}
	return v
}

func (p *EyeParam) columns() int {
	if p.M == 0 {
		return p.N
	}
	return p.M
}
