package cuda

import "github.com/gomx-org/gomx/backend"

const (
	convAtOnce = 4    // filters or channels that a thread of kernels/conv.cu makes
	convTaps   = 9    // TAPS there
	convBlock  = 1024 // positions that are worth a block of conv_grad_filter
)

// lowerDirect emits the kernels of kernels/conv.cu.
func (s *convShape) lowerDirect(cx *compileCtx, c *backend.Call) {
	a, b, to := cx.Ptr(c.In[0]), cx.Ptr(c.In[1]), cx.Ptr(c.Out[0])
	depthwise := s.f == 1 && s.c == 1
	switch {
	case c.Kind == backend.ConvGradFilter:
		s.lowerDirectGradFilter(cx, a, b, to)
	case c.Kind == backend.Conv && depthwise:
		p := s.convParam(s.f, s.outSize)
		cx.depthwiseForward(gridFor(int(p.items)), a, b, to, p)
	case c.Kind == backend.Conv:
		p := s.convParam(ceilDiv(s.f, convAtOnce), s.outSize)
		cx.convForward(gridFor(int(p.items)), a, b, to, p)
	case depthwise:
		p := s.convParam(s.c, s.inSize)
		cx.depthwiseGradData(gridFor(int(p.items)), a, b, to, p)
	default:
		p := s.convParam(ceilDiv(s.c, convAtOnce), s.inSize)
		cx.convGradData(gridFor(int(p.items)), a, b, to, p)
	}
}

// convParam is for kernels whose threads make one of size positions of one of the blocks of channels in each group.
func (s *convShape) convParam(blocks, size int) *convParam {
	magic, shift := s.strideDivisor()
	return &convParam{
		images: uint32(s.n), groups: uint32(s.groups), channels: uint32(s.c), filters: uint32(s.f),
		in: u32s(s.in), out: u32s(s.out), kernel: u32s(s.kernel), stride: u32s(s.stride), pad: u32s(s.pad), dilate: u32s(s.dilate),
		strideMagic: magic, strideShift: shift, inSize: uint32(s.inSize), outSize: uint32(s.outSize), taps: uint32(s.taps),
		blocks: uint32(blocks), items: uint32(s.n * s.groups * blocks * size),
	}
}

// lowerDirectGradFilter cuts the positions where filters and channels give too few blocks; the parts are added in order.
func (s *convShape) lowerDirectGradFilter(cx *compileCtx, dy, x, dw place) {
	p := s.convParam(ceilDiv(s.taps, convTaps), 1)
	blocks, positions := s.groups*s.f*s.c*int(p.blocks), s.n*s.outSize
	parts := max(1, min(gemmBlocks/blocks, positions/convBlock))
	length := ceilDiv(positions, parts)
	parts = ceilDiv(positions, length)
	grid := dim3{uint32(blocks), uint32(parts), 1}
	if parts == 1 {
		cx.convGradFilter(grid, dy, x, dw, p, uint32(length))
		return
	}
	size := s.groups * s.f * s.patch()
	sums := cx.Scratch(4 * parts * size)
	cx.convGradFilter(grid, dy, x, sums, p, uint32(length))
	cx.addParts(gridFor(size), sums, dw, uint32(parts), 1, 1, uint32(size), 0, 0, 0)
}
