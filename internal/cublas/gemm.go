package cublas

import (
	"fmt"
	"math"
	"unsafe"
)

// Gemm is C = op(A)·op(B) for matrices of float32 in C order, Batch times at fixed distances in elements.
type Gemm struct {
	TransA, TransB            bool // the operand is stored transposed: (K,M), (N,K)
	M, N, K                   int
	LDA, LDB, LDC             int // elements from one stored row to the next
	Batch                     int
	StrideA, StrideB, StrideC int
	Accumulate                bool // C += instead of C =
}

// Fits reports whether cuBLAS, which counts in 32 bits, can do it.
func (g *Gemm) Fits() bool {
	return max(g.M, g.N, g.K, g.LDA, g.LDB, g.LDC, g.Batch) <= math.MaxInt32
}

// Function is the name of what multiplies.
func (g *Gemm) Function() string {
	if g.Batch == 1 {
		return "cublasSgemm"
	}
	return "cublasSgemmStridedBatched"
}

// Handle is cuBLAS on one stream of a device.
type Handle struct{ h unsafe.Pointer }

// Error is what cuBLAS gave.
type Error struct {
	Call   string
	Status int
}

var statusNames = map[int]string{
	1: "NOT_INITIALIZED", 3: "ALLOC_FAILED", 7: "INVALID_VALUE", 8: "ARCH_MISMATCH", 11: "MAPPING_ERROR", 13: "EXECUTION_FAILED",
	14: "INTERNAL_ERROR", 15: "NOT_SUPPORTED", 16: "LICENSE_ERROR",
}

func (e *Error) Error() string {
	name, ok := statusNames[e.Status]
	if !ok {
		return fmt.Sprintf("%s: status %d", e.Call, e.Status)
	}
	return fmt.Sprintf("%s: CUBLAS_STATUS_%s (%d)", e.Call, name, e.Status)
}

// versionText writes cuBLAS's number for its version as 12.4.5.
func versionText(v int) string {
	if v < 100000 { // 11 wrote 11·1000 where later ones write 12·10000
		return fmt.Sprintf("11.%d.%d", (v-11000)/100, v%100)
	}
	return fmt.Sprintf("%d.%d.%d", v/10000, v/100%100, v%100)
}
