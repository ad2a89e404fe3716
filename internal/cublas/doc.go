// Package cublas multiplies matrices by NVIDIA's cuBLAS, which it opens at run time where it is installed: from a toolkit,
// a package of the system, or Python's wheels. Without it, or in a build without cgo, Load says why.
//
// GOMX_CUBLAS is the path of the library, or off.
package cublas
