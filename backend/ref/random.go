package ref

import "github.com/gomx-org/gomx/backend"

// newRandom draws numbers as backend.RandomStream defines them and rounds them to the type of the output.
func newRandom(c *call) Kernel {
	a, out := c.Attrs.(*backend.RandomAttrs), c.out[0]
	length := min(strip, out.Shape.Size())
	if a.Dist == backend.DistBelow {
		return &belowKernel{a, out}
	}
	k := &randomKernel{attrs: a, out: out, buf: make([]float64, length)}
	if a.Dist.HasParameter() {
		k.parameter = &mapIn[float64]{dtype: c.in[1].DType, walk: broadcastWalk(c.in[1].Shape, out.Shape), strip: make([]float64, length)}
	}
	return k
}

type randomKernel struct {
	attrs     *backend.RandomAttrs
	out       *backend.ValueInfo
	parameter *mapIn[float64] // nil where the distribution has none
	buf       []float64
}

func (k *randomKernel) Run(in, out [][]byte) error {
	s := stream(in[0], k.attrs, k.out)
	if k.parameter != nil {
		k.parameter.walk.reset()
	}
	n, size := k.out.Shape.Size(), k.out.DType.Size()
	for start := 0; start < n; start += strip {
		buf := k.buf[:min(strip, n-start)]
		if k.parameter != nil {
			k.parameter.load(in[1], start, len(buf))
		}
		k.draw(&s, s.Offset+uint64(start), buf)
		storeFloat(out[0][start*size:], k.out.DType, buf)
	}
	return nil
}

// draw fills buf with the numbers of the global elements from g on.
func (k *randomKernel) draw(s *backend.RandomStream, g uint64, buf []float64) {
	switch k.attrs.Dist {
	case backend.DistNormal:
		for i := range buf {
			buf[i] = s.Normal64(g + uint64(i))
		}
	case backend.DistGamma:
		for i := range buf {
			buf[i] = s.Gamma64(g+uint64(i), k.parameter.strip[i])
		}
	case backend.DistPoisson:
		for i := range buf {
			buf[i] = s.Poisson64(g+uint64(i), k.parameter.strip[i])
		}
	default:
		for i := range buf {
			buf[i] = backend.Uniform32(s.Word(g + uint64(i)))
		}
	}
}

// belowKernel draws whole numbers.
type belowKernel struct {
	attrs *backend.RandomAttrs
	out   *backend.ValueInfo
}

func (k *belowKernel) Run(in, out [][]byte) error {
	s := stream(in[0], k.attrs, k.out)
	dst := view[int64](out[0])
	for i := range k.out.Shape.Size() {
		dst[i] = int64(s.Below64(s.Offset+uint64(i), k.attrs.Below))
	}
	return nil
}

// stream reads the argument rng.
func stream(mem []byte, a *backend.RandomAttrs, out *backend.ValueInfo) backend.RandomStream {
	var rng [4]int64
	load(rng[:], mem, backend.Int64)
	return backend.NewRandomStream(rng[:], a.Node, out.Shape)
}
