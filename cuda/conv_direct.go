package cuda

import "github.com/gomx-org/gomx/backend"

const (
	convTaps  = 9    // TAPS of kernels/conv.cu
	convBlock = 1024 // positions that are worth a block of conv_grad_filter
)

// lowerDirect emits the kernels of kernels/conv.cu.
func (s *convShape) lowerDirect(cx *compileCtx, c *backend.Call) {
	a, b, to := cx.Ptr(c.In[0]), cx.Ptr(c.In[1]), cx.Ptr(c.Out[0])
	switch c.Kind {
	case backend.Conv:
		p, wide := s.convParam(s.f, s.outSize)
		if wide {
			cx.convForward4(gridFor(int(p.items)), a, b, to, p)
		} else {
			cx.convForward1(gridFor(int(p.items)), a, b, to, p)
		}
	case backend.ConvGradData:
		p, wide := s.convParam(s.c, s.inSize)
		if wide {
			cx.convGradData4(gridFor(int(p.items)), a, b, to, p)
		} else {
			cx.convGradData1(gridFor(int(p.items)), a, b, to, p)
		}
	case backend.ConvGradFilter:
		s.lowerDirectGradFilter(cx, a, b, to)
	}
}

// convParam is for a kernel whose threads make one position, of size, of one of the channels or four of them: wide.
func (s *convShape) convParam(channels, size int) (p *convParam, wide bool) {
	magic, shift := s.strideDivisor()
	p = &convParam{
		images: uint32(s.n), groups: uint32(s.groups), channels: uint32(s.c), filters: uint32(s.f),
		in: u32s(s.in), out: u32s(s.out), kernel: u32s(s.kernel), stride: u32s(s.stride), pad: u32s(s.pad), dilate: u32s(s.dilate),
		strideMagic: magic, strideShift: shift, inSize: uint32(s.inSize), outSize: uint32(s.outSize), taps: uint32(s.taps),
	}
	blocks := channels
	if wide = channels > 1; wide {
		blocks = ceilDiv(channels, 4)
	}
	p.blocks = uint32(blocks)
	p.items = uint32(s.n * s.groups * blocks * size)
	return p, wide
}

// lowerDirectGradFilter cuts the positions where filters and channels give too few blocks; the parts are added in order.
func (s *convShape) lowerDirectGradFilter(cx *compileCtx, dy, x, dw place) {
	p, _ := s.convParam(1, 1)
	p.blocks = uint32(ceilDiv(s.taps, convTaps))
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
