package ref

import "github.com/gomx-org/gomx/backend"

// newRandom draws numbers as backend.RandomStream defines them and rounds them to the type of the output.
func newRandom(c *call) Kernel {
	return &randomKernel{c.Attrs.(*backend.RandomAttrs), c.out[0], make([]float64, min(strip, c.out[0].Shape.Size()))}
}

type randomKernel struct {
	attrs *backend.RandomAttrs
	out   *backend.ValueInfo
	buf   []float64
}

func (k *randomKernel) Run(in, out [][]byte) error {
	var rng [4]int64
	load(rng[:], in[0], backend.Int64)
	s := backend.NewRandomStream(rng[:], k.attrs.Node, k.out.Shape)
	n, size := k.out.Shape.Size(), k.out.DType.Size()
	for start := 0; start < n; start += strip {
		buf := k.buf[:min(strip, n-start)]
		if k.attrs.Dist == backend.DistNormal {
			for i := range buf {
				buf[i] = s.Normal64(s.Offset + uint64(start+i))
			}
		} else {
			for i := range buf {
				buf[i] = backend.Uniform32(s.Word(s.Offset + uint64(start+i)))
			}
		}
		storeFloat(out[0][start*size:], k.out.DType, buf)
	}
	return nil
}
