package op

// AdamUpdateParam has MXNet's names and defaults.
type AdamUpdateParam struct {
	LR           float64 `gomx:"lr,pos,runtime" doc:"learning rate"`
	Beta1        float64 `gomx:"beta1,default=0.9,runtime" doc:"share of the old mean"`
	Beta2        float64 `gomx:"beta2,default=0.999,runtime" doc:"share of the old mean square"`
	Epsilon      float64 `gomx:"epsilon,default=1e-08,runtime" doc:"added to the root of the mean square"`
	WD           float64 `gomx:"wd,runtime" doc:"weight decay"`
	RescaleGrad  float64 `gomx:"rescale_grad,default=1.0,runtime" doc:"factor of the gradient"`
	ClipGradient float64 `gomx:"clip_gradient,default=-1.0,runtime" doc:"largest magnitude of gradient and weight decay; negative for none"`
	LazyUpdate   bool    `gomx:"lazy_update,default=True" doc:"of sparse gradients; taken, not needed"`
}

// AdamWUpdateParam has MXNet's names and defaults.
type AdamWUpdateParam struct {
	LR           float64 `gomx:"lr,pos,runtime" doc:"learning rate"`
	Eta          float64 `gomx:"eta,pos,runtime" doc:"factor of the whole step"`
	Beta1        float64 `gomx:"beta1,default=0.9,runtime" doc:"share of the old mean"`
	Beta2        float64 `gomx:"beta2,default=0.999,runtime" doc:"share of the old mean square"`
	Epsilon      float64 `gomx:"epsilon,default=1e-08,runtime" doc:"added to the root of the mean square"`
	WD           float64 `gomx:"wd,runtime" doc:"weight decay"`
	ClipGradient float64 `gomx:"clip_gradient,default=-1.0,runtime" doc:"largest magnitude of the rescaled gradient; negative for none"`
}

// FTMLUpdateParam has MXNet's names and defaults.
type FTMLUpdateParam struct {
	LR          float64 `gomx:"lr,pos,runtime" doc:"learning rate"`
	T           float64 `gomx:"t,pos,runtime" doc:"number of the update, from 1"`
	Beta1       float64 `gomx:"beta1,default=0.6,runtime" doc:"share of the old mean"`
	Beta2       float64 `gomx:"beta2,default=0.999,runtime" doc:"share of the old mean square"`
	Epsilon     float64 `gomx:"epsilon,default=1e-08,runtime" doc:"added to the root of the mean square"`
	WD          float64 `gomx:"wd,runtime" doc:"weight decay"`
	RescaleGrad float64 `gomx:"rescale_grad,default=1.0,runtime" doc:"factor of the gradient"`
	ClipGrad    float64 `gomx:"clip_grad,default=-1.0,runtime" doc:"largest magnitude of gradient and weight decay; negative for none"`
}

// LambPhase1Param has MXNet's names and defaults.
type LambPhase1Param struct {
	T              float64 `gomx:"t,pos,runtime" doc:"number of the update, from 1"`
	WD             float64 `gomx:"wd,pos,runtime" doc:"weight decay"`
	Beta1          float64 `gomx:"beta1,default=0.9,runtime" doc:"share of the old mean"`
	Beta2          float64 `gomx:"beta2,default=0.999,runtime" doc:"share of the old mean square"`
	Epsilon        float64 `gomx:"epsilon,default=1e-06,runtime" doc:"added to the root of the mean square"`
	BiasCorrection bool    `gomx:"bias_correction,default=True" doc:"make up for the zeros that the means began with"`
	RescaleGrad    float64 `gomx:"rescale_grad,default=1.0,runtime" doc:"factor of the gradient"`
	ClipGradient   float64 `gomx:"clip_gradient,default=-1.0,runtime" doc:"largest magnitude of the rescaled gradient; negative for none"`
}

// LambPhase2Param has MXNet's names and defaults.
type LambPhase2Param struct {
	LR         float64 `gomx:"lr,pos,runtime" doc:"learning rate"`
	LowerBound float64 `gomx:"lower_bound,default=-1.0,runtime" doc:"smallest norm of the weight that counts; negative for none"`
	UpperBound float64 `gomx:"upper_bound,default=-1.0,runtime" doc:"largest norm of the weight that counts; negative for none"`
}

const (
	adamMeans = "m = beta1*mean + (1 - beta1)*g; v = beta2*var + (1 - beta2)*g*g; "
	// A factor of the gradient that is no number, or 0, says that the step overflowed: nothing changes.
	adamW = "on = abs(rescale_grad) < inf && rescale_grad != 0; g = [rescale_grad*grad]; " + adamMeans +
		"on ? weight - eta*(lr*m/(sqrt(v) + epsilon) + wd*weight) : weight, on ? m : mean, on ? v : var"
)

func init() {
	registerUpdates[AdamUpdateParam](updateRow{
		name: "adam_update", doc: "m = β₁·m + (1 − β₁)·g; v = β₂·v + (1 − β₂)·g²; w − lr·m/(√v + ε), with g = gradient + wd·w (Kingma and Ba 2015)",
		states: []string{"mean", "var"},
		fn:     "g = [rescale_grad*grad + wd*weight]; " + adamMeans + "weight - lr*m/(sqrt(v) + epsilon), m, v",
	})
	registerUpdates[AdamWUpdateParam](updateRow{
		name: "_adamw_update", mp: "_mp_adamw_update",
		doc:    "w − eta·(lr·m/(√v + ε) + wd·w), with m and v as in adam_update but without weight decay; nothing changes when rescale_grad, an array of one number, is 0 or not finite (Loshchilov and Hutter 2019)",
		states: []string{"mean", "var"}, behind: "rescale_grad",
		fn: adamW,
	})
	registerUpdates[FTMLUpdateParam](updateRow{
		name: "ftml_update", doc: "−z/d: the leader that the moving sums d, v and z follow (Zheng and Kwok 2017)",
		states: []string{"d", "v", "z"}, clip: "clip_grad",
		fn: "g = [rescale_grad*grad + wd*weight]; v1 = beta2*v + (1 - beta2)*g*g; " +
			"d1 = (1 - pow(beta1, t))/lr*(sqrt(v1/(1 - pow(beta2, t))) + epsilon); " +
			"z1 = beta1*z + (1 - beta1)*g - (d1 - beta1*d)*weight; -z1/d1, d1, v1, z1",
	})
	registerUpdates[LambPhase1Param](updateRow{
		name: "lamb_update_phase1", mp: "mp_lamb_update_phase1", step: true,
		doc:    "m/(√v + ε) + wd·w, the step of Adam before its length is chosen (You et al. 2020)",
		states: []string{"mean", "var"},
		fn: "g = [rescale_grad*grad]; " + adamMeans + "a = bias_correction != 0 ? m/(1 - pow(beta1, t)) : m; " +
			"b = bias_correction != 0 ? v/(1 - pow(beta2, t)) : v; a/(sqrt(b) + epsilon) + wd*weight, m, v",
	})
	registerUpdates[LambPhase2Param](updateRow{
		name: "lamb_update_phase2", mp: "mp_lamb_update_phase2",
		doc:  "w − lr·(r1/r2)·g, where r1 is the norm of the weight and r2 that of the step g; w − lr·g where one of them is 0 (You et al. 2020)",
		args: []string{"g", "r1", "r2"},
		fn: "low = lower_bound >= 0 ? max(r1, lower_bound) : r1; r = upper_bound >= 0 ? min(low, upper_bound) : low; " +
			"weight - lr*(r == 0 || r2 == 0 ? 1 : r/r2)*g",
	})
}
