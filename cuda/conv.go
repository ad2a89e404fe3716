package cuda

import "github.com/gomx-org/gomx/backend"

// convShape is a convolution with three spatial axes; two become three by a leading axis of 1.
type convShape struct {
	n, groups                            int
	c, f                                 int // channels and filters of a group
	in, out, kernel, stride, pad, dilate [3]int
	inSize, outSize, taps                int // the products of in, out and kernel
}

// newConvShape reads a Conv or one of its gradients.
func newConvShape(p *backend.Program, c *backend.Call) *convShape {
	x, y, a := c.In[0], c.Out[0], c.Attrs.(*backend.ConvAttrs)
	switch c.Kind {
	case backend.ConvGradData:
		x, y = y, x
	case backend.ConvGradFilter:
		x, y = c.In[1], c.In[0]
	}
	xs, ys := p.Value(x).Shape, p.Value(y).Shape
	s := &convShape{
		n: xs[0], groups: a.Groups, c: xs[1] / a.Groups, f: ys[1] / a.Groups,
		in: three(xs[2:], 1), out: three(ys[2:], 1), kernel: three(a.Kernel, 1), stride: three(a.Stride, 1),
		pad: three(a.Pad, 0), dilate: three(a.Dilate, 1),
	}
	s.inSize, s.outSize, s.taps = volume(s.in), volume(s.out), volume(s.kernel)
	return s
}

// three puts fill before two numbers.
func three(s []int, fill int) [3]int {
	if len(s) == 2 {
		return [3]int{fill, s[0], s[1]}
	}
	return [3]int{s[0], s[1], s[2]}
}

func volume(s [3]int) int { return s[0] * s[1] * s[2] }

func (s *convShape) patch() int { return s.c * s.taps } // weights of a filter

// pointwise reports whether the patches are the image itself.
func (s *convShape) pointwise() bool {
	return s.taps == 1 && s.stride == [3]int{1, 1, 1} && s.pad == [3]int{} && s.in == s.out
}

// convPath is how a convolution is computed.
type convPath uint8

const (
	convDirect  convPath = iota // from its definition: conv_direct.go
	convPatches                 // as a product of matrices, one of them the patches under the filter: conv_patches.go
)

const (
	// patchBytes bounds the matrix of patches; larger ones are made in pieces.
	patchBytes = 64 << 20
	// patchFilters is from how many filters on copying patches pays. The matrix is written and read once, 8 bytes for every 2
	// operations and filter: below some 16 filters memory, not arithmetic, would be what is waited for.
	patchFilters = 16
)

// path chooses. Few filters in a group, a depthwise convolution above all, make thin products that the copies outweigh; a
// pointwise one copies nothing, but many groups of it would be as many small products.
func (s *convShape) path() convPath {
	switch {
	case 4*s.taps*s.outSize > patchBytes: // one channel of one image
		return convDirect
	case s.f >= patchFilters, s.pointwise() && s.groups == 1:
		return convPatches
	}
	return convDirect
}

// supportsConv: float32 in C order, as MatMul, with kernel, stride, pad and dilation in 32 bits.
func supportsConv(p *backend.Program, c *backend.Call) bool {
	a := c.Attrs.(*backend.ConvAttrs)
	if a.Epilogue != nil || !plainFloat32(p, c) {
		return false
	}
	s := newConvShape(p, c)
	for i := range s.in {
		if s.stride[i] > maxElements || s.in[i]+2*s.pad[i]+s.stride[i] > maxElements || s.dilate[i] > maxElements {
			return false
		}
	}
	return true
}

// lowerConv emits the steps of a convolution or one of its gradients.
func lowerConv(cx *compileCtx, c *backend.Call) error {
	s := newConvShape(cx.P, c)
	if cx.Shape(c.In[0]).Size() == 0 || cx.Shape(c.In[1]).Size() == 0 { // a sum of nothing
		cx.Fill(cx.Ptr(c.Out[0]), 0, 4*cx.Shape(c.Out[0]).Size())
		return nil
	}
	if s.path() == convDirect {
		s.lowerDirect(cx, c)
	} else {
		s.lowerPatches(cx, c, patchBytes)
	}
	return nil
}

func u32s(v [3]int) [3]uint32 { return [3]uint32{uint32(v[0]), uint32(v[1]), uint32(v[2])} }

// strideDivisor gives what divides by the stride in kernels.
func (s *convShape) strideDivisor() (magic, shift [3]uint32) {
	for i, d := range s.stride {
		magic[i], shift[i] = divisor(d)
	}
	return magic, shift
}
