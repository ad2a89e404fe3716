package op

// BlockParam has MXNet's names.
type BlockParam struct {
	BlockSize int `gomx:"block_size,pos,min=1,max=65536" doc:"height and width of the blocks"`
}

func init() {
	Register(Op[BlockParam]{
		Name: "depth_to_space", Doc: "channels laid out as blocks of pixels: (N, b²·C, H, W) becomes (N, C, b·H, b·W)",
		Shape:    (*BlockParam).spaceShape,
		Forward:  func(p *BlockParam, c *Ctx, in []Value) []Value { return []Value{p.toSpace(c, in[0])} },
		Backward: func(p *BlockParam, c *Ctx, dout []Value) []Value { return []Value{p.toDepth(c, dout[0])} },
	})
	Register(Op[BlockParam]{
		Name: "space_to_depth", Doc: "blocks of pixels laid out as channels: (N, C, b·H, b·W) becomes (N, b²·C, H, W)",
		Shape:    (*BlockParam).depthShape,
		Forward:  func(p *BlockParam, c *Ctx, in []Value) []Value { return []Value{p.toDepth(c, in[0])} },
		Backward: func(p *BlockParam, c *Ctx, dout []Value) []Value { return []Value{p.toSpace(c, dout[0])} },
	})
}

func (p *BlockParam) spaceShape(s *Shapes) {
	data, b := s.In("data"), p.BlockSize
	if data == nil {
		return
	}
	if len(data) != 4 || data[1]%(b*b) != 0 {
		s.Failf("data is %v, want (N,C,H,W) with C a multiple of %d: block_size is %d", data, b*b, b)
		return
	}
	s.Out(Shape{data[0], data[1] / (b * b), data[2] * b, data[3] * b})
}

func (p *BlockParam) depthShape(s *Shapes) {
	data, b := s.In("data"), p.BlockSize
	if data == nil {
		return
	}
	if len(data) != 4 || data[2]%b != 0 || data[3]%b != 0 {
		s.Failf("data is %v, want (N,C,H,W) with H and W multiples of block_size, which is %d", data, b)
		return
	}
	s.Out(Shape{data[0], data[1] * b * b, data[2] / b, data[3] / b})
}

func (p *BlockParam) toSpace(c *Ctx, x Value) Value {
	s, b := x.Shape(), p.BlockSize
	y := c.Transpose(c.Reshape(x, Shape{s[0], b, b, s[1] / (b * b), s[2], s[3]}), 0, 3, 4, 1, 5, 2)
	return c.Reshape(y, Shape{s[0], s[1] / (b * b), s[2] * b, s[3] * b})
}

func (p *BlockParam) toDepth(c *Ctx, x Value) Value {
	s, b := x.Shape(), p.BlockSize
	y := c.Transpose(c.Reshape(x, Shape{s[0], s[1], s[2] / b, b, s[3] / b, b}), 0, 3, 5, 1, 2, 4)
	return c.Reshape(y, Shape{s[0], s[1] * b * b, s[2] / b, s[3] / b})
}
