// Package ndarray holds arrays of numbers on devices and computes with them at once, as MXNet's NDArray does.
//
//	a := ndarray.Array([]float32{1, 2, 3, 4}, ndarray.Shape{2, 2})
//	b := ndarray.Ones(ndarray.Shape{2}, ndarray.On(device.CPU(0)))
//	c := a.Add(b).MulScalar(2)           // new arrays
//	row := c.Slice(0, 1)                 // shares memory with c
//	fmt.Println(row)                     // prints as MXNet does
//	err := ndarray.Save("c.params", map[string]*ndarray.NDArray{"c": c})
//
// Misuse of an array at hand — shapes that do not fit, a position outside — panics with *Error; Try makes it an error.
// What comes from outside — files, sizes from data — has functions that return errors: New, FromSlice, CopyFrom, Load.
package ndarray
