package initializer

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/gomx-org/gomx/internal/keyword"
)

// Zero fills with 0.
type Zero struct{}

// Fill writes zeros.
func (Zero) Fill(_ *Desc, dst []float32) error { return fill(dst, 0) }

// Dumps is ["zero", {}].
func (i Zero) Dumps() string { return dumps("zero", i) }

// One fills with 1.
type One struct{}

// Fill writes ones.
func (One) Fill(_ *Desc, dst []float32) error { return fill(dst, 1) }

// Dumps is ["one", {}].
func (i One) Dumps() string { return dumps("one", i) }

// Constant fills with Value.
type Constant struct {
	Value float64 `gomx:"value"`
}

// Fill writes the value.
func (i Constant) Fill(_ *Desc, dst []float32) error { return fill(dst, float32(i.Value)) }

// Dumps is ["constant", {"value": …}].
func (i Constant) Dumps() string { return dumps("constant", i) }

func fill(dst []float32, v float32) error {
	for i := range dst {
		dst[i] = v
	}
	return nil
}

// Uniform draws from [−Scale, Scale); 0 means 0.07.
type Uniform struct {
	Scale float64 `gomx:"scale,default=0.07"`
}

// Fill draws the numbers.
func (i Uniform) Fill(d *Desc, dst []float32) error {
	uniform(d, keyword.Get(i.Scale, 0.07), dst)
	return nil
}

// Dumps is ["uniform", {"scale": …}].
func (i Uniform) Dumps() string { return dumps("uniform", i) }

// Normal draws from the normal distribution with mean 0 and standard deviation Sigma; 0 means 0.01.
type Normal struct {
	Sigma float64 `gomx:"sigma,default=0.01"`
}

// Fill draws the numbers.
func (i Normal) Fill(d *Desc, dst []float32) error {
	normal(d, keyword.Get(i.Sigma, 0.01), dst)
	return nil
}

// Dumps is ["normal", {"sigma": …}].
func (i Normal) Dumps() string { return dumps("normal", i) }

func (i Normal) check() error {
	if i.Sigma < 0 {
		return fmt.Errorf("sigma is %v, want at least 0", i.Sigma)
	}
	return nil
}

// Xavier keeps the size of activations and gradients level, after Glorot and Bengio, "Understanding the difficulty of
// training deep feedforward neural networks" (AISTATS 2010). With fan_in = shape[1]·k, fan_out = shape[0]·k, k the
// product of the other dimensions, and s = sqrt(Magnitude/fan) it draws from [−s, s), or from N(0, s²).
type Xavier struct {
	RndType    string  `gomx:"rnd_type,default=uniform"` // uniform or gaussian
	FactorType string  `gomx:"factor_type,default=avg"`  // fan is in, out, or the avg of both
	Magnitude  float64 `gomx:"magnitude,default=3"`
}

// Fill draws the numbers; the array needs at least two dimensions.
func (i Xavier) Fill(d *Desc, dst []float32) error {
	if err := i.check(); err != nil {
		return fmt.Errorf("xavier: %w", err)
	}
	if len(d.Shape) < 2 {
		return fmt.Errorf("xavier needs at least two dimensions to tell inputs from outputs")
	}
	k := float64(d.Shape[2:].Size())
	fanIn, fanOut := float64(d.Shape[1])*k, float64(d.Shape[0])*k
	fan := (fanIn + fanOut) / 2
	switch i.FactorType {
	case "in":
		fan = fanIn
	case "out":
		fan = fanOut
	}
	scale := math.Sqrt(keyword.Get(i.Magnitude, 3) / fan)
	if i.RndType == "gaussian" {
		normal(d, scale, dst)
	} else {
		uniform(d, scale, dst)
	}
	return nil
}

func (i Xavier) check() error {
	switch {
	case i.RndType != "" && i.RndType != "uniform" && i.RndType != "gaussian":
		return fmt.Errorf("rnd_type is %q, want uniform or gaussian", i.RndType)
	case i.FactorType != "" && i.FactorType != "avg" && i.FactorType != "in" && i.FactorType != "out":
		return fmt.Errorf("factor_type is %q, want avg, in or out", i.FactorType)
	case i.Magnitude < 0:
		return fmt.Errorf("magnitude is %v, want at least 0", i.Magnitude)
	}
	return nil
}

// Dumps is ["xavier", {"rnd_type": …, "factor_type": …, "magnitude": …}].
func (i Xavier) Dumps() string { return dumps("xavier", i) }

// MSRAPrelu is for layers followed by a leaky ReLU, after He et al., "Delving deep into rectifiers" (ICCV 2015): Xavier
// of the gaussian type with magnitude 2/(1+Slope²).
type MSRAPrelu struct {
	FactorType string  `gomx:"factor_type,default=avg"`
	Slope      float64 `gomx:"slope,default=0.25"`
}

func (i MSRAPrelu) xavier() Xavier {
	slope := keyword.Get(i.Slope, 0.25)
	return Xavier{RndType: "gaussian", FactorType: i.FactorType, Magnitude: 2 / (1 + slope*slope)}
}

// Fill draws the numbers; the array needs at least two dimensions.
func (i MSRAPrelu) Fill(d *Desc, dst []float32) error { return i.xavier().Fill(d, dst) }

func (i MSRAPrelu) check() error { return i.xavier().check() }

// Dumps is ["msraprelu", {"factor_type": …, "slope": …}].
func (i MSRAPrelu) Dumps() string { return dumps("msraprelu", i) }

// Orthogonal makes the rows or columns of the array, seen as (shape[0], rest), orthogonal and Scale long, after Saxe et
// al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks" (ICLR 2014): the factor of
// fitting shape of a random matrix's singular value decomposition.
type Orthogonal struct {
	Scale    float64 `gomx:"scale,default=1.414"`
	RandType string  `gomx:"rand_type,default=uniform"` // the random matrix: uniform in [−1, 1) or normal
}

// Fill computes the matrix.
func (i Orthogonal) Fill(d *Desc, dst []float32) error {
	if err := i.check(); err != nil {
		return fmt.Errorf("orthogonal: %w", err)
	}
	if len(d.Shape) == 0 || len(dst) == 0 {
		return fmt.Errorf("orthogonal needs at least one dimension")
	}
	rows, cols := d.Shape[0], d.Shape[1:].Size()
	if i.RandType == "normal" {
		normal(d, 1, dst)
	} else {
		uniform(d, 1, dst)
	}
	m := mat.NewDense(rows, cols, nil)
	for k, v := range dst {
		m.Set(k/cols, k%cols, float64(v))
	}
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDThin) {
		return fmt.Errorf("orthogonal: the decomposition of a random (%d,%d) matrix failed; another seed will do", rows, cols)
	}
	var q mat.Dense
	at := func(r, c int) float64 { return q.At(r, c) }
	if rows >= cols {
		svd.UTo(&q)
	} else {
		svd.VTo(&q)
		at = func(r, c int) float64 { return q.At(c, r) }
	}
	scale := keyword.Get(i.Scale, 1.414)
	for k := range dst {
		dst[k] = float32(scale * at(k/cols, k%cols))
	}
	return nil
}

func (i Orthogonal) check() error {
	if i.RandType != "" && i.RandType != "uniform" && i.RandType != "normal" {
		return fmt.Errorf("rand_type is %q, want uniform or normal", i.RandType)
	}
	return nil
}

// Dumps is ["orthogonal", {"scale": …, "rand_type": …}].
func (i Orthogonal) Dumps() string { return dumps("orthogonal", i) }

// Bilinear makes the filters (N,C,H,W) of a Deconvolution that interpolates: with f = ⌈W/2⌉ and
// c = (2f−1−(f mod 2))/(2f), element (y, x) is (1−|x/f−c|)·(1−|y/f−c|).
type Bilinear struct{}

// Fill computes the filters; the array needs four dimensions.
func (Bilinear) Fill(d *Desc, dst []float32) error {
	if len(d.Shape) != 4 {
		return fmt.Errorf("bilinear needs four dimensions")
	}
	h, w := d.Shape[2], d.Shape[3]
	f := math.Ceil(float64(w) / 2)
	c := (2*f - 1 - math.Mod(f, 2)) / (2 * f)
	for i := range dst {
		x, y := float64(i%w), float64(i/w%h)
		dst[i] = float32((1 - math.Abs(x/f-c)) * (1 - math.Abs(y/f-c)))
	}
	return nil
}

// Dumps is ["bilinear", {}].
func (i Bilinear) Dumps() string { return dumps("bilinear", i) }

// locBias begins a spatial transformer with the identity.
type locBias struct{}

func (locBias) Fill(_ *Desc, dst []float32) error {
	if len(dst) != 6 {
		return fmt.Errorf("the bias of a localisation network has %d elements, want the 6 of an affine map", len(dst))
	}
	copy(dst, []float32{1, 0, 0, 0, 1, 0})
	return nil
}

func (i locBias) Dumps() string { return "locbias" }
