package zoo

import (
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// The networks say what MXNet's scripts say, parameter by parameter and in their order, so that their JSON is the same.

// window is the geometry of a convolution or pooling.
type window struct{ kernel, stride, pad [2]int }

// square is a k×k window in steps of 1 without a border; rect is a kh×kw one.
func square(k int) window        { return rect(k, k) }
func rect(kh, kw int) window     { return window{kernel: [2]int{kh, kw}, stride: [2]int{1, 1}} }
func (w window) by(s int) window { w.stride = [2]int{s, s}; return w }

// border gives the window a border of p.
func (w window) border(p int) window { w.pad = [2]int{p, p}; return w }

// same gives the window the border that keeps the size, for odd kernels.
func (w window) same() window { w.pad = [2]int{w.kernel[0] / 2, w.kernel[1] / 2}; return w }

// conv is a convolution that says its whole window.
func conv(x *symbol.Symbol, filters int, w window, more ...with.ConvolutionOption) *symbol.Symbol {
	return symbol.Convolution(x, filters, append([]with.ConvolutionOption{
		with.Kernel(w.kernel[:]...), with.Stride(w.stride[:]...), with.Pad(w.pad[:]...)}, more...)...)
}

// pool is a pooling that says kernel and stride, and the border if there is one.
func pool(x *symbol.Symbol, kind with.PoolTypeValue, w window, more ...with.PoolingOption) *symbol.Symbol {
	o := []with.PoolingOption{kind, with.Kernel(w.kernel[:]...), with.Stride(w.stride[:]...)}
	if w.pad != [2]int{} {
		o = append(o, with.Pad(w.pad[:]...))
	}
	return symbol.Pooling(x, append(o, more...)...)
}

// relu is an Activation; without a name it gets an automatic one.
func relu(x *symbol.Symbol, name string) *symbol.Symbol {
	if name == "" {
		return symbol.Activation(x, with.ActRelu)
	}
	return symbol.Activation(x, with.ActRelu, with.Name(name))
}

// dense is the usual end: FullyConnected and SoftmaxOutput.
func dense(x *symbol.Symbol, classes int, name string) *symbol.Symbol {
	if name == "" {
		x = symbol.FullyConnected(x, classes)
	} else {
		x = symbol.FullyConnected(x, classes, with.Name(name))
	}
	return symbol.SoftmaxOutput(x, with.Name("softmax"))
}

// said are parameters as the scripts write them, where they write a whole number for a real one.
type said map[string]string

// Apply implements with.Option.
func (p said) Apply(s *with.Settings) {
	for name, text := range p {
		s.Param(name, text)
	}
}

// slim is the unit of the later Inceptions and MobileNet: a convolution without bias, BatchNorm and ReLU, named after the
// unit with _conv2d, _batchnorm, _relu.
func slim(x *symbol.Symbol, name string, filters int, w window, more ...with.ConvolutionOption) *symbol.Symbol {
	x = conv(x, filters, w, append([]with.ConvolutionOption{with.NoBias(true), with.Name(name + "_conv2d")}, more...)...)
	x = symbol.BatchNorm(x, with.FixGamma(true), with.Name(name+"_batchnorm"))
	return relu(x, name+"_relu")
}
