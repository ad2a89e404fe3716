package op

// SpatialTransformerParam has MXNet's names and defaults.
type SpatialTransformerParam struct {
	TargetShape   []int  `gomx:"target_shape,default=(0, 0),min=0" doc:"height and width of the result"`
	TransformType string `gomx:"transform_type,req,enum=affine,prefix=Transform" doc:"loc is (N,6), two rows of an affine transform for each example"`
	SamplerType   string `gomx:"sampler_type,req,enum=bilinear,prefix=Sampler" doc:"between the four pixels round each place"`
	CudnnOff      bool   `gomx:"cudnn_off,none" doc:"do without cuDNN; taken, not needed"`
}

func init() {
	Register(Op[SpatialTransformerParam]{
		Name: "SpatialTransformer", Doc: "data turned, stretched and moved as loc says: GridGenerator and BilinearSampler in one (Jaderberg et al. 2015)",
		Args: func(*SpatialTransformerParam) []string { return []string{"data", "loc"} },
		// MXNet's grids.
		Hidden: func(*SpatialTransformerParam) int { return 2 },
		Check:  func(p *SpatialTransformerParam) error { return checkTarget(p.TargetShape) },
		Shape: func(p *SpatialTransformerParam, s *Shapes) {
			data := s.In("data")
			if data == nil {
				return
			}
			if len(data) != 4 {
				s.Failf("data is %v, want (N,C,H,W)", data)
				return
			}
			s.Want("loc", Shape{data[0], 6}, "data is %v and the transform affine", data)
			s.Out(Shape{data[0], data[1], p.TargetShape[0], p.TargetShape[1]})
		},
		Forward: func(p *SpatialTransformerParam, c *Ctx, in []Value) []Value {
			return []Value{newSampler(c, in[0], affineGrid(c, in[1], p.TargetShape)).sample()}
		},
		Backward: func(p *SpatialTransformerParam, c *Ctx, dout []Value) []Value {
			s := newSampler(c, c.In(0), affineGrid(c, c.In(1), p.TargetShape))
			ddata, dgrid := s.gradients(dout[0])
			return []Value{ddata, affineGrad(c, dgrid)}
		},
	})
}
