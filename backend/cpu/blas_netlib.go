//go:build cgo && netlib

package cpu

// #cgo CFLAGS: -DGOMX_BLAS_LINKED
// #cgo LDFLAGS: -lopenblas
import "C"

import (
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/netlib/blas/netlib"
)

// The build tag netlib links OpenBLAS: the products of this package go to it, and gonum's too, which backend/ref uses.
func init() {
	preferBLAS = true
	blas32.Use(netlib.Implementation{})
	blas64.Use(netlib.Implementation{})
}
