package ref

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// matrix is rows × cols elements in C order, or the transpose of such a one when trans is set: then rows and cols are
// those of what is meant, and data holds cols × rows.
type matrix[T float] struct {
	rows, cols int
	trans      bool
	data       []T
	stride     int // between the rows of data
}

func dense[T float](rows, cols int, trans bool, data []T) matrix[T] {
	if trans {
		return matrix[T]{rows, cols, true, data, rows}
	}
	return matrix[T]{rows, cols, false, data, cols}
}

// part is the matrix of n rows from row r and m columns from column c.
func (a matrix[T]) part(r, n, c, m int) matrix[T] {
	at := r*a.stride + c
	if a.trans {
		at = c*a.stride + r
	}
	return matrix[T]{n, m, a.trans, a.data[at:], a.stride}
}

// Tiles of a product. One is small enough for gonum to multiply in the calling goroutine, without allocating, and for its
// operands to stay in the second cache.
const (
	tileM = 64
	tileN = 128
	tileK = 256
)

// gemm adds a·b to c, which is not transposed. float32 goes through blas32, which any BLAS can serve; gonum's skips zeros
// of a, so that 0·NaN adds nothing there. float64, the judge, is multiplied by plain loops.
func gemm[T float](c, a, b matrix[T]) {
	for k := 0; k < a.cols; k += tileK {
		for i := 0; i < c.rows; i += tileM {
			for j := 0; j < c.cols; j += tileN {
				m, n, l := min(tileM, c.rows-i), min(tileN, c.cols-j), min(tileK, a.cols-k)
				gemmTile(c.part(i, m, j, n), a.part(i, m, k, l), b.part(k, l, j, n))
			}
		}
	}
}

func gemmTile[T float](c, a, b matrix[T]) {
	if c32, ok := any(c).(matrix[float32]); ok {
		a32, b32 := any(a).(matrix[float32]), any(b).(matrix[float32])
		blas32.Implementation().Sgemm(flagOf(a.trans), flagOf(b.trans), c.rows, c.cols, a.cols,
			1, a32.data, a.stride, b32.data, b.stride, 1, c32.data, c.stride)
		return
	}
	plainTile(c, a, b)
}

func flagOf(trans bool) blas.Transpose {
	if trans {
		return blas.Trans
	}
	return blas.NoTrans
}

// plainTile adds a·b to c element by element, in the order of k.
func plainTile[T float](c, a, b matrix[T]) {
	ai, ak := a.stride, 1
	if a.trans {
		ai, ak = 1, a.stride
	}
	for i := range c.rows {
		row := c.data[i*c.stride : i*c.stride+c.cols]
		if b.trans {
			for j := range row {
				bj := b.data[j*b.stride : j*b.stride+a.cols]
				sum := row[j]
				for k, v := range bj {
					sum += a.data[i*ai+k*ak] * v
				}
				row[j] = sum
			}
			continue
		}
		for k := range a.cols {
			v := a.data[i*ai+k*ak]
			for j, w := range b.data[k*b.stride : k*b.stride+c.cols] {
				row[j] += v * w
			}
		}
	}
}
