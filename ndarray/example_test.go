package ndarray_test

import (
	"fmt"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/mat"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/with"
)

func Example() {
	a := ndarray.Array([]float32{1, 2, 3, 4, 5, 6}, ndarray.Shape{2, 3})
	row := ndarray.Array([]float32{10, 20, 30}, nil)
	c := a.Add(row).MulScalar(2)
	fmt.Println(c)
	fmt.Println(ndarray.Sum(c, with.Axis(1)).Float32())
	// Output:
	// [[22. 44. 66.]
	//  [28. 50. 72.]]
	// <NDArray 2x3 @cpu(0)>
	// [132 150]
}

// A slice shares the memory of the array.
func ExampleNDArray_Slice() {
	a := ndarray.Zeros(ndarray.Shape{3, 2})
	a.Slice(1, 3).Fill(7)
	a.At(0).AddScalarInPlace(1)
	fmt.Println(a.Float32())
	// Output: [1 1 7 7 7 7]
}

// Misuse of arrays panics, as that of slices does; Try makes it an error.
func ExampleTry() {
	a, b := ndarray.Zeros(ndarray.Shape{2, 3}), ndarray.Zeros(ndarray.Shape{2})
	fmt.Println(ndarray.Try(func() { a.Add(b) }))
	// Output: ndarray: Add: lhs is (2,3) and rhs (2,): they do not broadcast; aligned at the right, dimensions must be equal or 1
}

// Integers stay integers: a number beside them is cut first, and uint8 wraps around.
func ExampleOf() {
	i := ndarray.Array([]int{1, 2, 250}, nil, ndarray.Of(backend.Uint8))
	fmt.Println(i.MulScalar(1.5).AddScalar(10).Int64())
	// Output: [11 12 4]
}

func ExampleSave() {
	dir, err := os.MkdirTemp("", "arrays")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "net.params")
	w := ndarray.Ones(ndarray.Shape{2, 2})
	if err := ndarray.Save(path, map[string]*ndarray.NDArray{"arg:weight": w}); err != nil {
		fmt.Println(err)
		return
	}
	arrays, err := ndarray.LoadMap(path)
	fmt.Println(arrays["arg:weight"].Float32(), err)
	// Output: [1 1 1 1] <nil>
}

func ExampleFromMat() {
	m := mat.NewDense(2, 2, []float64{1, 2, 3, 4})
	a := ndarray.FromMat(m.T())
	fmt.Println(mat.Formatted(ndarray.Dot(a, a).Mat()))
	// Output:
	// ⎡ 7  15⎤
	// ⎣10  22⎦
}
