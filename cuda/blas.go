package cuda

import (
	"sync"

	"github.com/gomx-org/gomx/internal/cublas"
)

// blasWorkspace is memory that cuBLAS works in; given to it once, so that it allocates nothing during a run.
const blasWorkspace = 8 << 20

// blasHandle is cuBLAS on the compute stream, opened when it is first asked for.
type blasHandle struct {
	mu        sync.Mutex
	asked     bool
	h         *cublas.Handle // nil without the library
	workspace *memory
	why       error // there is none
}

// library gives cuBLAS, nil when there is none.
func (d *Device) library() *cublas.Handle {
	b := &d.blas
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.asked {
		return b.h
	}
	b.asked = true
	if b.why = cublas.Load(); b.why != nil {
		return nil
	}
	var err error
	if b.workspace, err = d.alloc(blasWorkspace); err != nil {
		b.why = err
		return nil
	}
	if b.h, err = cublas.New(d.ctx, d.compute, b.workspace.p, blasWorkspace); err != nil {
		b.why = err
		b.workspace.Free()
	}
	return b.h
}

// hasBLAS reports whether cuBLAS multiplies matrices.
func (d *Device) hasBLAS() bool { return d.library() != nil }

// blasName is what Info shows.
func (d *Device) blasName() string {
	if h := d.library(); h != nil {
		return "cuBLAS " + h.Version()
	}
	return "own kernel (" + d.blas.why.Error() + ")"
}

func (b *blasHandle) close(d *Device) {
	if b.h != nil {
		b.h.Close(d.ctx)
		b.workspace.Free()
	}
	b.h = nil
}

// terms is the product as cuBLAS's package says it.
func (g *gemm) terms() cublas.Gemm {
	return cublas.Gemm{
		TransA: g.transA, TransB: g.transB, M: g.m, N: g.n, K: g.k, LDA: g.lda, LDB: g.ldb, LDC: g.ldc,
		Batch: g.batch, StrideA: g.strideA, StrideB: g.strideB, StrideC: g.strideC, Accumulate: g.accumulate,
	}
}

// addGemm adds a product to the list.
func (b *bound) addGemm(g *gemm) {
	t := g.terms()
	pa, pb, pc := b.x.dev.library().Add(b.list, &t)
	b.cells = append(b.cells, cell{pa, g.a}, cell{pb, g.b}, cell{pc, g.c})
}
