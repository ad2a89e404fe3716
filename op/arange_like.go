package op

// ArangeLikeParam has MXNet's names and defaults.
type ArangeLikeParam struct {
	Start  float64 `gomx:"start" doc:"the first number"`
	Step   float64 `gomx:"step,default=1.0" doc:"the distance between numbers"`
	Repeat int     `gomx:"repeat,default=1,min=1" doc:"how often each number occurs"`
	Ctx    string  `gomx:"ctx" doc:"the device; taken, not needed: it is that of the network"`
	Axis   *int    `gomx:"axis" doc:"a vector as long as this axis; None: an array of the shape of data"`
}

func init() {
	Register(Op[ArangeLikeParam]{
		Name: "_contrib_arange_like", Doc: "the numbers start, start + step …, as many as data has elements or as an axis is long",
		Shape: func(p *ArangeLikeParam, s *Shapes) {
			data := s.In("data")
			switch {
			case data == nil:
			case p.Axis == nil:
				s.Out(data)
			default:
				axis, ok := data.Axis(*p.Axis)
				if !ok {
					s.Failf("data is %v, it has no axis %d", data, *p.Axis)
					return
				}
				s.Out(Shape{data[axis]})
			}
			if data.Known() && data.Size() > maxRange {
				s.Failf("data is %v, want at most %d elements", data, maxRange)
			}
		},
		Forward: func(p *ArangeLikeParam, c *Ctx, in []Value) []Value {
			s := in[0].Shape()
			if p.Axis != nil {
				axis, _ := s.Axis(*p.Axis)
				s = Shape{s[axis]}
			}
			v := make([]float64, s.Size())
			for i := range v {
				v[i] = p.Start + float64(i/p.Repeat)*p.Step
			}
			return []Value{c.Reshape(vector(c, in[0].DType(), v), s)}
		},
		NoGrad: []string{"data"},
	})
}
