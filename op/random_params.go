package op

import "fmt"

// The parameters of the random operators have MXNet's names and defaults.

// RandomResult is what all _random_ operators say of their result.
type RandomResult struct {
	Shape []int  `gomx:"shape,min=1" doc:"the shape; (1,) when empty"`
	Ctx   string `gomx:"ctx" doc:"the device; taken, not needed: it is that of the network"`
	DType *DType `gomx:"dtype" doc:"element type of the result, a floating-point type; float32 when not given"`
}

func (r *RandomResult) result() *RandomResult { return r }

// RandomUniformLikeParam is that of _random_uniform_like: the numbers of the distribution.
type RandomUniformLikeParam struct {
	Low  float64 `gomx:"low,runtime" doc:"the smallest number"`
	High float64 `gomx:"high,default=1.0,runtime" doc:"all numbers are below it"`
}

func (p *RandomUniformLikeParam) values() []float64 { return []float64{p.Low, p.High} }

// RandomUniformParam is that of _random_uniform.
type RandomUniformParam struct {
	RandomUniformLikeParam
	RandomResult
}

// RandomNormalLikeParam is that of _random_normal_like: the numbers of the distribution.
type RandomNormalLikeParam struct {
	Loc   float64 `gomx:"loc,runtime" doc:"the mean"`
	Scale float64 `gomx:"scale,default=1.0,runtime" doc:"the standard deviation"`
}

func (p *RandomNormalLikeParam) values() []float64 { return []float64{p.Loc, p.Scale} }

// RandomNormalParam is that of _random_normal.
type RandomNormalParam struct {
	RandomNormalLikeParam
	RandomResult
}

// RandomExponentialLikeParam is that of _random_exponential_like: the numbers of the distribution.
type RandomExponentialLikeParam struct {
	Lam float64 `gomx:"lam,default=1.0,runtime" doc:"λ, one over the mean"`
}

func (p *RandomExponentialLikeParam) values() []float64 { return []float64{p.Lam} }

// RandomExponentialParam is that of _random_exponential.
type RandomExponentialParam struct {
	RandomExponentialLikeParam
	RandomResult
}

// RandomGammaLikeParam is that of _random_gamma_like: the numbers of the distribution.
type RandomGammaLikeParam struct {
	Alpha float64 `gomx:"alpha,default=1.0,runtime" doc:"α, the shape of the distribution"`
	Beta  float64 `gomx:"beta,default=1.0,runtime" doc:"β, its scale"`
}

func (p *RandomGammaLikeParam) values() []float64 { return []float64{p.Alpha, p.Beta} }

// RandomGammaParam is that of _random_gamma.
type RandomGammaParam struct {
	RandomGammaLikeParam
	RandomResult
}

// RandomPoissonLikeParam is that of _random_poisson_like: the numbers of the distribution.
type RandomPoissonLikeParam struct {
	Lam float64 `gomx:"lam,default=1.0,runtime" doc:"λ, the mean"`
}

func (p *RandomPoissonLikeParam) values() []float64 { return []float64{p.Lam} }

// RandomPoissonParam is that of _random_poisson.
type RandomPoissonParam struct {
	RandomPoissonLikeParam
	RandomResult
}

// RandomNegativeBinomialLikeParam is that of _random_negative_binomial_like: the numbers of the distribution.
type RandomNegativeBinomialLikeParam struct {
	K int     `gomx:"k,default=1" doc:"how many failures end the experiment"`
	P float64 `gomx:"p,default=1.0,runtime" doc:"the probability of a failure"`
}

func (p *RandomNegativeBinomialLikeParam) values() []float64 { return []float64{float64(p.K), p.P} }

// RandomNegativeBinomialParam is that of _random_negative_binomial.
type RandomNegativeBinomialParam struct {
	RandomNegativeBinomialLikeParam
	RandomResult
}

// RandomGeneralizedNegativeBinomialLikeParam is that of _random_generalized_negative_binomial_like: the numbers of the distribution.
type RandomGeneralizedNegativeBinomialLikeParam struct {
	Mu    float64 `gomx:"mu,default=1.0,runtime" doc:"μ, the mean"`
	Alpha float64 `gomx:"alpha,default=1.0,runtime" doc:"α, the dispersion: the variance is μ + αμ²"`
}

func (p *RandomGeneralizedNegativeBinomialLikeParam) values() []float64 {
	return []float64{p.Mu, p.Alpha}
}

// RandomGeneralizedNegativeBinomialParam is that of _random_generalized_negative_binomial.
type RandomGeneralizedNegativeBinomialParam struct {
	RandomGeneralizedNegativeBinomialLikeParam
	RandomResult
}

// SampleParam is that of the _sample_ operators.
type SampleParam struct {
	Shape []int  `gomx:"shape,min=1" doc:"the shape of what is drawn for each element of the inputs; one number when empty"`
	DType *DType `gomx:"dtype" doc:"element type of the result, a floating-point type; float32 when not given"`
}

// numberRule is what a parameter of a distribution must be.
type numberRule struct {
	want string
	ok   func(float64) bool
}

var (
	anyNumber   = numberRule{"a number", func(v float64) bool { return v == v }}
	positive    = numberRule{"more than 0", func(v float64) bool { return v > 0 }}
	notNegative = numberRule{"at least 0", func(v float64) bool { return v >= 0 }}
	probability = numberRule{"more than 0 and at most 1", func(v float64) bool { return v > 0 && v <= 1 }}
)

// floatType refuses element types that random numbers do not have.
func floatType(t *DType) error {
	if t != nil && !t.IsFloat() {
		return fmt.Errorf("dtype=%v, want a floating-point type", *t)
	}
	return nil
}
