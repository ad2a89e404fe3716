package op

import "github.com/gomx-org/gomx/backend"

// shuffleOnce is how many rows one draw of 24 random bits shuffles: of more, many would draw the same.
const shuffleOnce = 1 << 12

func init() {
	Register(Op[NoParam]{
		Name: "_shuffle", Aliases: []string{"shuffle"},
		Doc: "the slices of data along the first axis in random order",
		Shape: func(_ *NoParam, s *Shapes) {
			if data := s.In("data"); data != nil && len(data) == 0 {
				s.Failf("data is %v, want at least one axis", data)
				return
			}
			s.Elementwise()
		},
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			return []Value{c.Gather(in[0], shuffled(c, in[0].Shape()[0]), 0, false)}
		},
	})
}

// shuffled is 0 … n−1 in random order: that of random numbers, and where these are equal, of others drawn first.
func shuffled(c *Ctx, n int) Value {
	draws := 1
	if n > shuffleOnce {
		draws = 2
	}
	numbers := c.Uniform(backend.Float32, Shape{draws, n})
	draw := func(i int) Value { return c.Reshape(c.SliceAxis(numbers, 0, i, 1), Shape{n}) }
	_, order := c.Sort(draw(0), 0, false)
	if draws == 2 {
		_, again := c.Sort(c.Gather(draw(1), order, 0, false), 0, false)
		order = c.Gather(order, again, 0, false)
	}
	return order
}
