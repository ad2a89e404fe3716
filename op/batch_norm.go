package op

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// BatchNormParam has MXNet's names and defaults.
type BatchNormParam struct {
	Eps            float64  `gomx:"eps,default=0.001,min=0" doc:"added to the variance"`
	Momentum       float64  `gomx:"momentum,default=0.9" doc:"share of the old moving statistics"`
	FixGamma       bool     `gomx:"fix_gamma,default=True" doc:"gamma is 1 and gets no gradient"`
	UseGlobalStats bool     `gomx:"use_global_stats" doc:"use the moving statistics in training too"`
	OutputMeanVar  bool     `gomx:"output_mean_var" doc:"give the mean and 1/√(variance + eps) as outputs; BatchNorm_v1 the variance"`
	Axis           int      `gomx:"axis,default=1" doc:"the channels"`
	CudnnOff       bool     `gomx:"cudnn_off" doc:"do without cuDNN; taken, not needed"`
	MinCalibRange  *float64 `gomx:"min_calib_range" doc:"of quantized networks; taken, not needed"`
	MaxCalibRange  *float64 `gomx:"max_calib_range" doc:"of quantized networks; taken, not needed"`
}

// The positions of BatchNorm's inputs and states.
const (
	bnData, bnGamma, bnBeta   = 0, 1, 2
	bnMovingMean, bnMovingVar = 0, 1
)

func init() {
	registerBatchNorm("BatchNorm", func(inv, _ Value) Value { return inv })
	registerBatchNorm("BatchNorm_v1", func(_, variance Value) Value { return variance })
}

// registerBatchNorm makes one of the two versions, which differ in what they show as var.
func registerBatchNorm(name string, shown func(inv, variance Value) Value) {
	Register(Op[BatchNormParam]{
		Name: name,
		Doc:  "out = gamma · (data − mean)/√(variance + eps) + beta, per channel (Ioffe and Szegedy 2015)",
		Args: func(*BatchNormParam) []string { return []string{"data", "gamma", "beta"} },
		Aux:  func(*BatchNormParam) []string { return []string{"moving_mean", "moving_var"} },
		Outputs: func(p *BatchNormParam) []string {
			if p.OutputMeanVar {
				return []string{"output", "mean", "var"}
			}
			return []string{"output"}
		},
		Hidden: func(p *BatchNormParam) int {
			if p.OutputMeanVar {
				return 0
			}
			return 2
		},
		Shape: (*BatchNormParam).shape,
		Type:  func(_ *BatchNormParam, t *Types) { batchNormType(t) },
		Forward: func(p *BatchNormParam, c *Ctx, in []Value) []Value {
			out := []Value{p.forward(c, in)}
			if p.OutputMeanVar {
				out = append(out, c.Saved(0), shown(c.Saved(1), c.Saved(2)))
			}
			return out
		},
		Backward: (*BatchNormParam).backward,
	})
}

func (p *BatchNormParam) shape(s *Shapes) {
	data := s.In("data")
	if data == nil {
		return
	}
	axis, ok := data.Axis(p.Axis)
	if !ok || len(data) < 2 {
		s.Failf("data is %v, want at least two axes and among them axis=%d", data, p.Axis)
		return
	}
	channels := Shape{data[axis]}
	s.Out(data)
	for _, name := range []string{"gamma", "beta"} {
		s.Want(name, channels, "data is %v", data)
	}
	for _, name := range []string{"moving_mean", "moving_var"} {
		s.WantAux(name, channels, "data is %v", data)
	}
	if p.OutputMeanVar {
		s.SetOut(1, channels)
		s.SetOut(2, channels)
	}
}

// batchNormType keeps parameters and statistics of 16-bit data in float32.
func batchNormType(t *Types) {
	known := t.In[bnData]
	if known == nil {
		known = t.Out[0]
	}
	if known == nil {
		return
	}
	data, stats := *known, wide(*known)
	t.WantIn(bnData, data)
	t.WantOut(0, data)
	for _, i := range []int{bnGamma, bnBeta} {
		t.WantIn(i, stats)
	}
	for i := range t.Aux {
		t.WantAux(i, stats)
	}
	for i := 1; i < len(t.Out); i++ {
		t.WantOut(i, stats)
	}
}

// wide is the type in which sums over values of type t are kept.
func wide(t DType) DType {
	if t == backend.Float16 || t == backend.BFloat16 {
		return backend.Float32
	}
	return t
}

var (
	invStdExpr    = expr.MustParse("v e -> rsqrt(v + e)")
	shiftExpr     = expr.MustParse("m k b -> b - m*k")
	scaleExpr     = expr.MustParse("x k b -> x*k + b")
	normalizeExpr = expr.MustParse("x m k b -> (x - m)*k + b")
	movingExpr    = expr.MustParse("old new m -> old*m + new*(1 - m)")
	centredExpr   = expr.MustParse("d x m -> d*(x - m)")
	bnDataGrad    = expr.MustParse("d x m k sum dot inv n -> k*(d - sum/n - (x - m)*(inv*inv*dot/n))")
)

// batchStats reports whether the statistics are those of the batch.
func (p *BatchNormParam) batchStats(c *Ctx) bool { return c.Train && !p.UseGlobalStats }

// forward saves the mean, 1/√(variance + eps) and the variance.
func (p *BatchNormParam) forward(c *Ctx, in []Value) Value {
	x := in[bnData]
	n := len(x.Shape())
	axis, _ := x.Shape().Axis(p.Axis)
	t := wide(x.DType())
	var mean, variance Value
	if p.batchStats(c) {
		mean, variance = c.Stats(c.Cast(x, t), allBut(n, axis)...)
	} else {
		mean, variance = c.Aux(bnMovingMean), c.Aux(bnMovingVar)
	}
	inv := c.Map1(invStdExpr, variance, c.Scalar(t, p.Eps))
	scale := inv
	if p.FixGamma {
		c.SetIn(bnGamma, c.Full(t, in[bnGamma].Shape(), 1)) // MXNet saves it as 1
	} else {
		scale = c.Mul(inv, in[bnGamma])
	}
	along := func(v Value) Value { return alongAxis(c, v, n, axis) }
	var y Value
	if p.batchStats(c) {
		y = c.Map1(normalizeExpr, x, along(mean), along(scale), along(in[bnBeta]))
	} else {
		// scale and shift depend on parameters alone: they are prepared once, or folded into a convolution.
		shift := c.Map1(shiftExpr, mean, scale, in[bnBeta])
		y = c.Map1(scaleExpr, x, along(scale), along(shift))
	}
	c.Save(mean, inv, variance)
	return y
}

// alongAxis sees a vector as an array that broadcasts along one axis of n.
func alongAxis(c *Ctx, v Value, n, axis int) Value {
	return perChannel(c, v, n-axis+1)
}

// backward is the gradient of the paper's appendix; with moving statistics the statistics are constants. The moving
// statistics change here and not in forward, as in MXNet.
func (p *BatchNormParam) backward(c *Ctx, dout []Value) []Value {
	x, dy := c.In(bnData), dout[0]
	n := len(x.Shape())
	axis, _ := x.Shape().Axis(p.Axis)
	mean, inv := c.Saved(0), c.Saved(1)
	t := mean.DType()
	along := func(v Value) Value { return alongAxis(c, v, n, axis) }
	others := allBut(n, axis)
	scale := inv
	if !p.FixGamma {
		scale = c.Mul(inv, c.In(bnGamma))
	}
	dbeta := c.Sum(c.Cast(dy, t), others...)
	d := []Value{{}, {}, dbeta}
	var dot Value
	if !p.FixGamma || p.batchStats(c) {
		dot = c.Sum(c.MapAs(t, centredExpr, dy, x, along(mean)), others...)
	}
	if !p.FixGamma {
		d[bnGamma] = c.Mul(dot, inv)
	}
	if !p.batchStats(c) {
		d[bnData] = c.Mul(dy, along(scale))
		return d
	}
	count := c.Scalar(t, float64(x.Shape().Size()/mean.Shape().Size()))
	d[bnData] = c.Map1(bnDataGrad, dy, x, along(mean), along(scale), along(dbeta), along(dot), along(inv), count)
	m := c.Scalar(t, p.Momentum)
	c.SetAux(bnMovingMean, c.Map1(movingExpr, c.Aux(bnMovingMean), mean, m))
	c.SetAux(bnMovingVar, c.Map1(movingExpr, c.Aux(bnMovingVar), c.Saved(2), m))
	return d
}
