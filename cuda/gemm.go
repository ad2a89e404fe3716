package cuda

// gemmTile is a kernel of kernels/matmul.cu: a block makes m × n elements of a product, depth steps of k at a time.
type gemmTile struct {
	m, n, depth int
	launch      func(cx *compileCtx, grid dim3, a, b, c place, p *gemmParam)
}

var (
	tile128     = gemmTile{128, 128, 8, (*compileCtx).sgemm128x128}
	tile64      = gemmTile{64, 64, 16, (*compileCtx).sgemm64x64}
	tileFlat    = gemmTile{32, 128, 16, (*compileCtx).sgemm32x128}
	tileUpright = gemmTile{128, 32, 16, (*compileCtx).sgemm128x32}
)

const (
	// gemmBlocks is how many blocks a product is cut into if it can be. It is a number and not the size of the device, so
	// that every device adds in the same order.
	gemmBlocks = 128
	// gemmSplit is how many steps of k are worth a pass over the result.
	gemmSplit = 64
	// maxGridZ is CUDA's limit.
	maxGridZ = 65535
)

// tile chooses the kernel: a narrow product wastes least in a narrow tile; the largest tile reads memory least often, but
// must not leave the device without work.
func (g *gemm) tile() gemmTile {
	switch {
	case g.m <= tileFlat.m:
		return tileFlat
	case g.n <= tileUpright.n:
		return tileUpright
	case g.blocks(tile128) >= gemmBlocks:
		return tile128
	}
	return tile64
}

func (g *gemm) blocks(t gemmTile) int { return g.batch * ceilDiv(g.m, t.m) * ceilDiv(g.n, t.n) }

// splits cuts k into parts that are summed in a second pass, where the product alone makes too few blocks: how many parts,
// and how many steps of k in each.
func (g *gemm) splits(t gemmTile) (parts, depth int) {
	parts = max(1, min(gemmBlocks/g.blocks(t), g.k/gemmSplit))
	depth = max(1, roundUp(ceilDiv(g.k, parts), t.depth))
	return max(1, ceilDiv(g.k, depth)), depth
}

// ownGemm emits a product by the kernels of matmul.cu.
func (cx *compileCtx) ownGemm(g *gemm) {
	t := g.tile()
	parts, depth := g.splits(t)
	p := gemmParam{
		m: uint32(g.m), n: uint32(g.n), k: uint32(g.k),
		aRow: uint32(g.lda), aCol: 1, bRow: uint32(g.ldb), bCol: 1, cRow: uint32(g.ldc),
		aBatch: uint32(g.strideA), bBatch: uint32(g.strideB), cBatch: uint32(g.strideC),
		tilesN: uint32(ceilDiv(g.n, t.n)), splits: uint32(parts), depth: uint32(depth),
	}
	if g.transA {
		p.aRow, p.aCol = 1, p.aRow
	}
	if g.transB {
		p.bRow, p.bCol = 1, p.bRow
	}
	grid := dim3{uint32(ceilDiv(g.m, t.m) * ceilDiv(g.n, t.n)), 1, uint32(g.batch * parts)}
	if parts > 1 { // then a batch is small
		size := g.batch * g.m * g.n
		mark := cx.Used
		sums := cx.Scratch(4 * parts * size)
		p.cRow, p.cBatch, p.cSplit = p.n, uint32(g.m*g.n), uint32(size)
		t.launch(cx, grid, g.a, g.b, sums, &p)
		cx.addParts(gridFor(size), sums, g.c, uint32(parts), uint32(g.batch), p.m, p.n, uint32(g.ldc), uint32(g.strideC), accumulateFlag(g))
		cx.Used = mark // the next step may have it again
		return
	}
	p.accumulate = accumulateFlag(g)
	for done := 0; done < g.batch; done += maxGridZ {
		grid[2] = uint32(min(g.batch-done, maxGridZ))
		t.launch(cx, grid, g.a.At(4*done*g.strideA), g.b.At(4*done*g.strideB), g.c.At(4*done*g.strideC), &p)
	}
}

// gridFor has a thread for each item, in blocks of 256.
func gridFor(items int) dim3 { return dim3{uint32(ceilDiv(items, 256)), 1, 1} }

func accumulateFlag(g *gemm) uint32 {
	if g.accumulate {
		return 1
	}
	return 0
}
