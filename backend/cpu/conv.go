//go:build cgo

package cpu

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// convShape is a convolution with three spatial axes; two become three by a leading axis of 1.
type convShape struct {
	n, c, f, groups                      int
	in, out, kernel, stride, pad, dilate [3]int
	axes                                 int // 2 or 3
}

// newConvShape reads a Conv or one of its gradients.
func newConvShape(p *backend.Program, c *backend.Call) convShape {
	x, y := convEnds(c)
	xs, ys, a := p.Value(x).Shape, p.Value(y).Shape, c.Attrs.(*backend.ConvAttrs)
	return convShape{
		n: xs[0], c: xs[1], f: ys[1], groups: a.Groups, axes: len(a.Kernel),
		in: three(xs[2:], 1), out: three(ys[2:], 1), kernel: three(a.Kernel, 1), stride: three(a.Stride, 1),
		pad: three(a.Pad, 0), dilate: three(a.Dilate, 1),
	}
}

// convEnds names the data and the output, or their gradients, of a Conv or one of its gradients.
func convEnds(c *backend.Call) (x, y backend.ValueID) {
	switch c.Kind {
	case backend.ConvGradData:
		return c.Out[0], c.In[0]
	case backend.ConvGradFilter:
		return c.In[1], c.In[0]
	}
	return c.In[0], c.Out[0]
}

// three puts fill before two numbers.
func three(s []int, fill int) [3]int {
	if len(s) == 2 {
		return [3]int{fill, s[0], s[1]}
	}
	return [3]int{s[0], s[1], s[2]}
}

// taps is how many weights a filter has for one channel.
func (s *convShape) taps() int { return s.kernel[0] * s.kernel[1] * s.kernel[2] }

// outSize is how many positions the output has.
func (s *convShape) outSize() int { return s.out[0] * s.out[1] * s.out[2] }

// allFloat32 reports whether everything the call reads and makes is float32.
func allFloat32(p *backend.Program, c *backend.Call) bool {
	for _, id := range slices.Concat(c.In, c.Out) {
		if p.Value(id).DType != backend.Float32 {
			return false
		}
	}
	return true
}

// convSupports reports whether Conv or one of its gradients has a kernel as it stands.
func convSupports(p *backend.Program, c *backend.Call) bool {
	return allFloat32(p, c) && (n16Supports(p, c) || plainConvSupports(p, c))
}

// lowerConv emits the steps of a Conv or one of its gradients.
func lowerConv(cx *compileCtx, c *backend.Call) error {
	if x, _ := convEnds(c); cx.Value(x).Layout == backend.N16 {
		return lowerN16(cx, c)
	}
	return lowerPlainConv(cx, c)
}

// convPrefers puts 16 images into the lanes where the batch fills them well enough: no channel is padded, and no patch is
// copied. Against matrix products that is twice as fast for LeNet, half as fast again at 32 channels and level from 128 on
// (BenchmarkConv), where it saves the conversions between neighbours. Half full lanes still win where channels are few or odd.
func convPrefers(p *backend.Program, c *backend.Call) backend.Layout {
	s := newConvShape(p, c)
	lanes := ceilDiv(s.n, 16) * 16
	if (4*s.n >= 3*lanes || 2*s.n >= lanes && (s.c < 64 || s.c%16 != 0)) && s.fitsN16() && allFloat32(p, c) {
		return backend.N16
	}
	return backend.Plain
}

// convWeightLayout packs the weights of a forward pass in N16 by four filters; the gradient by the data reads C order well.
func convWeightLayout(_ *Device, p *backend.Program, c *backend.Call, l backend.Layout) backend.Layout {
	if c.Kind == backend.Conv && l == backend.N16 {
		return backend.F4
	}
	return backend.Plain
}
