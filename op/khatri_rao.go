package op

// KhatriRaoParam has MXNet's names.
type KhatriRaoParam struct {
	NumArgs int `gomx:"num_args,req,min=1,max=64" doc:"number of inputs; counted by itself"`
}

func init() {
	Register(Op[KhatriRaoParam]{
		Name: "khatri_rao", Doc: "the Kronecker products of the columns: of matrices (n₁, k), (n₂, k) … a (n₁·n₂·…, k)",
		Variadic: true,
		Shape: func(_ *KhatriRaoParam, s *Shapes) {
			rows := 1
			for i := range s.Len() {
				m := s.At(i)
				if !m.Known() {
					return
				}
				if len(m) != 2 || m[1] != s.At(0)[1] {
					s.Failf("arg%d is %v, want a matrix with as many columns as arg0, %v", i, m, s.At(0))
					return
				}
				rows *= m[0]
			}
			s.Out(Shape{rows, s.At(0)[1]})
		},
		Forward: func(_ *KhatriRaoParam, c *Ctx, in []Value) []Value {
			product := in[0]
			for _, m := range in[1:] {
				n, k, rows := product.Shape()[0], m.Shape()[1], m.Shape()[0]
				product = c.Reshape(c.Mul(c.Reshape(product, Shape{n, 1, k}), m), Shape{n * rows, k})
			}
			return []Value{product}
		},
	})
}
