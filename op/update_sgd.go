package op

// SGDUpdateParam has MXNet's names and defaults.
type SGDUpdateParam struct {
	LR           float64 `gomx:"lr,pos,runtime" doc:"learning rate"`
	WD           float64 `gomx:"wd,runtime" doc:"weight decay"`
	RescaleGrad  float64 `gomx:"rescale_grad,default=1.0,runtime" doc:"factor of the gradient"`
	ClipGradient float64 `gomx:"clip_gradient,default=-1.0,runtime" doc:"largest magnitude of the rescaled gradient; negative for none"`
	LazyUpdate   bool    `gomx:"lazy_update,default=True" doc:"of sparse gradients; taken, not needed"`
}

// MomentumUpdateParam has MXNet's names and defaults.
type MomentumUpdateParam struct {
	LR           float64 `gomx:"lr,pos,runtime" doc:"learning rate"`
	Momentum     float64 `gomx:"momentum,runtime" doc:"share of the step before"`
	WD           float64 `gomx:"wd,runtime" doc:"weight decay"`
	RescaleGrad  float64 `gomx:"rescale_grad,default=1.0,runtime" doc:"factor of the gradient"`
	ClipGradient float64 `gomx:"clip_gradient,default=-1.0,runtime" doc:"largest magnitude of the rescaled gradient; negative for none"`
	LazyUpdate   bool    `gomx:"lazy_update,default=True" doc:"of sparse gradients; taken, not needed"`
}

// SignumUpdateParam has MXNet's names and defaults.
type SignumUpdateParam struct {
	LR           float64 `gomx:"lr,pos,runtime" doc:"learning rate"`
	Momentum     float64 `gomx:"momentum,runtime" doc:"share of the average before"`
	WD           float64 `gomx:"wd,runtime" doc:"weight decay, added to the gradient"`
	RescaleGrad  float64 `gomx:"rescale_grad,default=1.0,runtime" doc:"factor of the gradient"`
	ClipGradient float64 `gomx:"clip_gradient,default=-1.0,runtime" doc:"largest magnitude of the rescaled gradient; negative for none"`
	WDLH         float64 `gomx:"wd_lh,runtime" doc:"weight decay, taken from the weight"`
}

const nag = "g = [rescale_grad*grad] + wd*weight; m = momentum*mom - lr*g; "

func init() {
	registerUpdates[SGDUpdateParam](
		updateRow{
			name: "sgd_update", mp: "mp_sgd_update", doc: "w − lr·(g + wd·w), the step of gradient descent; g is the gradient, rescaled and clipped",
			fn: "(1 - lr*wd)*weight - lr*[rescale_grad*grad]",
		},
		updateRow{
			name: "signsgd_update", doc: "w − lr·(sign(g) + wd·w), a step of one length in each direction (Bernstein et al. 2018)",
			fn: "(1 - lr*wd)*weight - lr*sign(grad)",
		})
	registerUpdates[MomentumUpdateParam](
		updateRow{
			name: "sgd_mom_update", mp: "mp_sgd_mom_update", doc: "m = momentum·m − lr·(g + wd·w); w + m",
			states: []string{"mom"},
			fn:     "m = momentum*mom - lr*wd*weight - lr*[rescale_grad*grad]; weight + m, m",
		},
		updateRow{
			name: "nag_mom_update", mp: "mp_nag_mom_update", doc: "m = momentum·m − lr·(g + wd·w); w + momentum·m − lr·(g + wd·w), Nesterov's accelerated gradient",
			states: []string{"mom"},
			fn:     nag + "weight + momentum*m - lr*g, m",
			// MXNet writes the weight before the state, whose weight decay is then that of the new weight.
			mpFn: nag + "w = weight + momentum*m - lr*g; w, m - lr*wd*(w - weight)",
		})
	registerUpdates[SignumUpdateParam](updateRow{
		name: "signum_update", doc: "m = momentum·m − (1 − momentum)·(g + wd·w); (1 − lr·wd_lh)·w + lr·sign(m) (Bernstein et al. 2018)",
		states: []string{"mom"},
		fn:     "m = momentum*mom - (1 - momentum)*(wd*weight + [rescale_grad*grad]); (1 - lr*wd_lh)*weight + lr*sign(m), m",
	})
}
