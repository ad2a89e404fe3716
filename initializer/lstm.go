package initializer

import (
	"fmt"

	"github.com/gomx-org/gomx/internal/keyword"
)

// LSTMBias begins an LSTM with open forget gates: the second of the four quarters of its bias is ForgetBias, for which 0 means
// 1, and the rest is 0. Names that end in bias get 0 from every initializer, so a variable asks for it by its attribute
// __init__.
type LSTMBias struct {
	ForgetBias float64 `gomx:"forget_bias,default=1.0"`
}

// Fill writes the four quarters; the first dimension holds them.
func (i LSTMBias) Fill(d *Desc, dst []float32) error {
	if len(d.Shape) == 0 || d.Shape[0]%4 != 0 {
		return fmt.Errorf("lstmbias needs a first dimension that is a multiple of 4, for the gates")
	}
	quarter := len(dst) / 4
	if err := fill(dst, 0); err != nil {
		return err
	}
	return fill(dst[quarter:2*quarter], float32(keyword.Get(i.ForgetBias, 1)))
}

// Dumps is ["lstmbias", {"forget_bias": …}].
func (i LSTMBias) Dumps() string { return dumps("lstmbias", i) }
