package op

import "github.com/gomx-org/gomx/backend/expr"

// What InstanceNorm, LayerNorm and GroupNorm share: x minus its mean over its standard deviation along some axes, times
// gamma plus beta. They differ in the axes, and in those along which gamma and beta lie.

var (
	affineExpr     = expr.MustParse("x m k g b -> (x - m)*k*g + b")
	timesExpr      = expr.MustParse("d g -> d*g")
	timesHatExpr   = expr.MustParse("d x m k -> d*(x - m)*k")
	dotHatExpr     = expr.MustParse("d g x m -> d*g*(x - m)")
	normalGradExpr = expr.MustParse("d g x m k sum dot n -> k*(d*g - sum/n - (x - m)*(k*k*dot/n))")
	stdExpr        = expr.MustParse("k -> 1/k")
)

// normalize gives the output, and mean and standard deviation with the axes kept as 1. gamma and beta broadcast to x.
func normalize(c *Ctx, x, gamma, beta Value, eps float64, axes ...int) (y, mean, std Value) {
	t := wide(x.DType())
	mean, variance := c.Stats(c.Cast(x, t), axes...)
	kept := x.Shape().Clone()
	for _, a := range axes {
		kept[a] = 1
	}
	mean = c.Reshape(mean, kept)
	inv := c.Map1(invStdExpr, c.Reshape(variance, kept), c.Scalar(t, eps))
	c.Save(mean, inv)
	y = c.MapAs(x.DType(), affineExpr, x, mean, inv, gamma, beta)
	return y, c.Cast(mean, x.DType()), c.MapAs(x.DType(), stdExpr, inv)
}

// normalizeGrad gives the gradients by x, and by gamma and beta in the shape that gamma has here.
func normalizeGrad(c *Ctx, dy, x, gamma Value, axes ...int) (dx, dgamma, dbeta Value) {
	mean, inv := c.Saved(0), c.Saved(1)
	t := mean.DType()
	n := c.Scalar(t, float64(x.Shape().Size()/mean.Shape().Size()))
	sum := c.SumTo(c.MapAs(t, timesExpr, dy, c.BroadcastTo(gamma, dy.Shape())), mean.Shape())
	dot := c.SumTo(c.MapAs(t, dotHatExpr, dy, gamma, x, mean), mean.Shape())
	dx = c.MapAs(x.DType(), normalGradExpr, dy, gamma, x, mean, inv, sum, dot, n)
	dgamma = c.SumTo(c.MapAs(t, timesHatExpr, dy, x, mean, inv), gamma.Shape())
	dbeta = c.SumTo(c.Cast(dy, t), gamma.Shape())
	return dx, c.Cast(dgamma, gamma.DType()), c.Cast(dbeta, gamma.DType())
}

// normArgs are the inputs of the family.
func normArgs[P any](*P) []string { return []string{"data", "gamma", "beta"} }

// normOutputs names the outputs, and normHidden counts those that are not among them.
func normOutputs(meanStd bool) []string {
	if meanStd {
		return []string{"output", "mean", "std"}
	}
	return []string{"output"}
}

func normHidden(meanStd bool) int { return 3 - len(normOutputs(meanStd)) }
