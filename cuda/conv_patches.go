package cuda

import "github.com/gomx-org/gomx/backend"

// lowerPatches emits a convolution as products of matrices, group by group. With col the patches, one row for each weight of a
// filter and one column for each image and position (im2col.cu):
//
//	y[n] = w · col[n]    dcol[n] = wᵀ · dy[n]    dw = dy · colᵀ, summed over images as well
//
// The patches are made in pieces of at most limit bytes: some images, or some channels of one.
func (s *convShape) lowerPatches(cx *compileCtx, c *backend.Call, limit int) {
	a, b, to := cx.Ptr(c.In[0]), cx.Ptr(c.In[1]), cx.Ptr(c.Out[0])
	mark := cx.Used
	for g := range s.groups {
		cx.Used = mark // one group is done when the next begins
		k := convProduct{convShape: s, group: g, rows: s.patch(), limit: limit}
		switch c.Kind {
		case backend.Conv:
			k.x, k.w, k.y = a, b, to
			k.forward(cx)
		case backend.ConvGradData:
			k.y, k.w, k.x = a, b, to
			k.gradData(cx)
		case backend.ConvGradFilter:
			k.y, k.x, k.w = a, b, to
			k.rows += s.f
			k.gradFilter(cx)
		}
	}
}

// convProduct is one group; x, w, y or their gradients.
type convProduct struct {
	*convShape
	group   int
	x, w, y place
	rows    int // of all that is copied of each image: patches, and outputs for the filter's gradient
	limit   int // bytes of that
}

// part is a piece of the patches: images [n, n+images), channels [c, c+channels) of the group.
type part struct{ n, images, c, channels int }

// parts cuts; several images have all channels.
func (k *convProduct) parts() []part {
	channels := min(k.c, max(1, k.limit/(4*k.taps*k.outSize)))
	images := min(k.n, max(1, k.limit/(4*k.rows*k.outSize)))
	var all []part
	for n := 0; n < k.n; n += images {
		for c := 0; c < k.c; c += channels {
			all = append(all, part{n, min(images, k.n-n), c, min(channels, k.c-c)})
		}
	}
	return all
}

// image, filter and output are where a part begins in x, w and y.
func (k *convProduct) image(p part) place {
	return k.x.At(4 * (p.n*k.imageStride() + (k.group*k.c+p.c)*k.inSize))
}

func (k *convProduct) filter(p part) place { return k.w.At(4 * (k.group*k.f*k.patch() + p.c*k.taps)) }

func (k *convProduct) output(p part) place {
	return k.y.At(4 * (p.n*k.outputStride() + k.group*k.f*k.outSize))
}

func (k *convProduct) imageStride() int  { return k.groups * k.c * k.inSize }
func (k *convProduct) outputStride() int { return k.groups * k.f * k.outSize }

// columns is the product for each image of a part, with the patches at col: stride elements from row to row, image elements
// from image to image.
func (k *convProduct) columns(p part, col place, stride, image int) gemm {
	return gemm{
		m: k.f, n: k.outSize, k: p.channels * k.taps, batch: p.images,
		a: k.filter(p), lda: k.patch(), b: col, ldb: stride, strideB: image,
		c: k.output(p), ldc: k.outSize, strideC: k.outputStride(),
	}
}

func (k *convProduct) forward(cx *compileCtx) {
	if k.pointwise() {
		all := part{0, k.n, 0, k.c}
		cx.Gemm(k.columns(all, k.image(all), k.inSize, k.imageStride()))
		return
	}
	k.eachPart(cx, func(p part, col place, param *patchParam) {
		cx.im2col(k.grid(p, k.outSize), k.image(p), col, param)
		g := k.columns(p, col, p.images*k.outSize, k.outSize)
		g.accumulate = p.c > 0
		cx.Gemm(g)
	})
}

// gradData makes the patches' gradient, which for a pointwise convolution is the data's.
func (k *convProduct) gradData(cx *compileCtx) {
	product := func(p part, col place, stride, image int) {
		f := k.columns(p, col, stride, image)
		cx.Gemm(gemm{
			transA: true, m: f.k, n: f.n, k: f.m, batch: f.batch,
			a: f.a, lda: f.lda, b: f.c, ldb: f.ldc, strideB: f.strideC, c: f.b, ldc: f.ldb, strideC: f.strideB,
		})
	}
	if k.pointwise() {
		all := part{0, k.n, 0, k.c}
		product(all, k.image(all), k.inSize, k.imageStride())
		return
	}
	k.eachPart(cx, func(p part, col place, param *patchParam) {
		product(p, col, p.images*k.outSize, k.outSize)
		cx.col2im(k.grid(p, k.inSize), col, k.image(p), param)
	})
}

// gradFilter sums over images and positions in one long product: so dy has to lie filter by filter, as the patches do.
func (k *convProduct) gradFilter(cx *compileCtx) {
	images := k.parts()[0].images
	var outputs place
	if images > 1 {
		outputs = cx.Scratch(4 * k.f * images * k.outSize)
	}
	k.eachPart(cx, func(p part, col place, param *patchParam) {
		row := p.images * k.outSize
		dy := k.output(p)
		if p.images > 1 {
			cx.swapOuter(gridFor(k.f*row), dy, outputs, uint32(p.images), uint32(k.f), uint32(k.outSize), uint32(k.outputStride()))
			dy = outputs
		}
		cx.im2col(k.grid(p, k.outSize), k.image(p), col, param)
		cx.Gemm(gemm{
			transB: true, m: k.f, n: p.channels * k.taps, k: row, batch: 1,
			a: dy, lda: row, b: col, ldb: row, c: k.filter(p), ldc: k.patch(), accumulate: p.n > 0,
		})
	})
}

// eachPart calls f for every part, with the same memory for the patches of each.
func (k *convProduct) eachPart(cx *compileCtx, f func(p part, col place, param *patchParam)) {
	parts := k.parts()
	first := parts[0]
	col := cx.Scratch(4 * first.images * first.channels * k.taps * k.outSize)
	for _, p := range parts {
		f(p, col, k.patchParam(p))
	}
}

func (k *convProduct) patchParam(p part) *patchParam {
	magic, shift := k.strideDivisor()
	return &patchParam{
		images: uint32(p.images), channels: uint32(p.channels), imageStride: uint32(k.imageStride()),
		in: u32s(k.in), out: u32s(k.out), kernel: u32s(k.kernel), stride: u32s(k.stride), pad: u32s(k.pad), dilate: u32s(k.dilate),
		strideMagic: magic, strideShift: shift, inSize: uint32(k.inSize), outSize: uint32(k.outSize), taps: uint32(k.taps),
		row: uint32(p.images * k.outSize),
	}
}

// grid has a thread for each position of an image, size of them, of each image, and blocks of threads for each channel.
func (k *convProduct) grid(p part, size int) dim3 {
	return dim3{uint32(ceilDiv(p.images*size, 256)), uint32(min(p.channels, maxGridZ)), 1}
}
