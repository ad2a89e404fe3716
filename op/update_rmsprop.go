package op

// RMSPropUpdateParam has MXNet's names and defaults.
type RMSPropUpdateParam struct {
	LR           float64 `gomx:"lr,pos,runtime" doc:"learning rate"`
	Gamma1       float64 `gomx:"gamma1,default=0.95,runtime" doc:"share of the old mean square"`
	Epsilon      float64 `gomx:"epsilon,default=1e-08,runtime" doc:"added to the mean square"`
	WD           float64 `gomx:"wd,runtime" doc:"weight decay"`
	RescaleGrad  float64 `gomx:"rescale_grad,default=1.0,runtime" doc:"factor of the gradient"`
	ClipGradient float64 `gomx:"clip_gradient,default=-1.0,runtime" doc:"largest magnitude of gradient and weight decay; negative for none"`
	ClipWeights  float64 `gomx:"clip_weights,default=-1.0,runtime" doc:"largest magnitude of weights; negative for none"`
}

// RMSPropAlexUpdateParam has MXNet's names and defaults.
type RMSPropAlexUpdateParam struct {
	LR           float64 `gomx:"lr,pos,runtime" doc:"learning rate"`
	Gamma1       float64 `gomx:"gamma1,default=0.95,runtime" doc:"share of the old means"`
	Gamma2       float64 `gomx:"gamma2,default=0.9,runtime" doc:"share of the step before"`
	Epsilon      float64 `gomx:"epsilon,default=1e-08,runtime" doc:"added to the variance"`
	WD           float64 `gomx:"wd,runtime" doc:"weight decay"`
	RescaleGrad  float64 `gomx:"rescale_grad,default=1.0,runtime" doc:"factor of the gradient"`
	ClipGradient float64 `gomx:"clip_gradient,default=-1.0,runtime" doc:"largest magnitude of gradient and weight decay; negative for none"`
	ClipWeights  float64 `gomx:"clip_weights,default=-1.0,runtime" doc:"largest magnitude of weights; negative for none"`
}

// FtrlUpdateParam has MXNet's names and defaults.
type FtrlUpdateParam struct {
	LR           float64 `gomx:"lr,pos,runtime" doc:"learning rate"`
	Lamda1       float64 `gomx:"lamda1,default=0.01,runtime" doc:"factor of Σ|w|, which makes weights 0"`
	Beta         float64 `gomx:"beta,default=1.0,runtime" doc:"added to the root of the sum of squares"`
	WD           float64 `gomx:"wd,runtime" doc:"weight decay"`
	RescaleGrad  float64 `gomx:"rescale_grad,default=1.0,runtime" doc:"factor of the gradient"`
	ClipGradient float64 `gomx:"clip_gradient,default=-1.0,runtime" doc:"largest magnitude of the rescaled gradient; negative for none"`
}

const clippedWeights = "clip_weights >= 0 ? min(max(new, -clip_weights), clip_weights) : new, "

func init() {
	registerUpdates[RMSPropUpdateParam](updateRow{
		name: "rmsprop_update", doc: "n = γ₁·n + (1 − γ₁)·g²; w − lr·g/√(n + ε), with g = gradient + wd·w (Tieleman and Hinton 2012)",
		states: []string{"n"},
		fn:     "x = [rescale_grad*grad + wd*weight]; n1 = gamma1*n + (1 - gamma1)*x*x; new = weight - lr*x/sqrt(n1 + epsilon); " + clippedWeights + "n1",
	})
	registerUpdates[RMSPropAlexUpdateParam](updateRow{
		name: "rmspropalex_update", doc: "the centred form of rmsprop_update: the mean square n less the square of the mean g, and momentum in delta (Graves 2013)",
		states: []string{"n", "g", "delta"},
		fn: "x = [rescale_grad*grad + wd*weight]; n1 = gamma1*n + (1 - gamma1)*x*x; g1 = gamma1*g + (1 - gamma1)*x; " +
			"d1 = gamma2*delta - lr*x/sqrt(n1 - g1*g1 + epsilon); new = weight + d1; " + clippedWeights + "n1, g1, d1",
	})
	registerUpdates[FtrlUpdateParam](updateRow{
		name: "ftrl_update", doc: "z += g − (√(n + g²) − √n)·w/lr; n += g²; (sign(z)·lamda1 − z)/((beta + √n)/lr + wd) where |z| > lamda1, else 0 (McMahan et al. 2013)",
		states: []string{"z", "n"},
		fn: "x = [rescale_grad*grad]; n1 = n + x*x; z1 = z + x - (sqrt(n1) - sqrt(n))*weight/lr; " +
			"abs(z1) > lamda1 ? (sign(z1)*lamda1 - z1)/((beta + sqrt(n1))/lr + wd) : 0, z1, n1",
	})
}
