package ndarray

import "gonum.org/v1/gonum/mat"

// FromMat copies a matrix into a new array of shape (rows, columns).
func FromMat(m mat.Matrix, opts ...Option) *NDArray {
	rows, cols := m.Dims()
	data := make([]float64, 0, rows*cols)
	if d, ok := m.(mat.RawMatrixer); ok {
		raw := d.RawMatrix()
		for i := range rows {
			data = append(data, raw.Data[i*raw.Stride:i*raw.Stride+cols]...)
		}
	} else {
		for i := range rows {
			for j := range cols {
				data = append(data, m.At(i, j))
			}
		}
	}
	return Array(data, Shape{rows, cols}, opts...)
}

// Mat is a copy as a matrix; a vector becomes one column, other numbers of dimensions panic.
func (a *NDArray) Mat() *mat.Dense {
	rows, cols := 0, 1
	switch len(a.shape) {
	case 1:
		rows = a.shape[0]
	case 2:
		rows, cols = a.shape[0], a.shape[1]
	default:
		fail("Mat", "the array of shape %v is no matrix", a.shape)
	}
	if rows == 0 || cols == 0 {
		return &mat.Dense{}
	}
	return mat.NewDense(rows, cols, a.Float64())
}
