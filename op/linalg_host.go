package op

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/gomx-org/gomx/backend"
)

// factor computes the results of one matrix, a in C order, in float64.
type factor func(a []float64, out [][]float64) error

// eachMatrix runs f on the host, in float64, for all matrices in x (B,m,n); outs are the shapes of what it gives for one.
func eachMatrix(c *Ctx, name string, x Value, f factor, outs ...Shape) []Value {
	s := x.Shape()
	var infos []backend.ValueInfo
	for _, o := range outs {
		infos = append(infos, backend.ValueInfo{Shape: slices.Concat(s[:1], o), DType: backend.Float64})
	}
	results := c.Host(name, func(in, out []backend.HostTensor) error {
		a := make([]float64, s[1]*s[2])
		parts := make([][]float64, len(outs))
		for i, o := range outs {
			parts[i] = make([]float64, o.Size())
		}
		for b := range s[0] {
			for i := range a {
				a[i] = math.Float64frombits(binary.NativeEndian.Uint64(in[0].Data[8*(b*len(a)+i):]))
			}
			if err := f(a, parts); err != nil {
				return fmt.Errorf("%s: matrix %d of A %w", name, b, err)
			}
			for k, part := range parts {
				for i, v := range part {
					binary.NativeEndian.PutUint64(out[k].Data[8*(b*len(part)+i):], math.Float64bits(v))
				}
			}
		}
		return nil
	}, infos, c.Cast(x, backend.Float64))
	for i, r := range results {
		results[i] = c.Cast(r, x.DType())
	}
	return results
}

// inverses of all matrices in x (B,n,n). Of singular ones it fails, or with lenient is zeros.
func inverses(c *Ctx, name string, x Value, lenient bool) Value {
	n := x.Shape()[1]
	return eachMatrix(c, name, x, func(a []float64, out [][]float64) error {
		var lu mat.LU
		lu.Factorize(mat.NewDense(n, n, a))
		if math.IsInf(lu.Cond(), 1) {
			if !lenient {
				return fmt.Errorf("is singular: it has no inverse")
			}
			clear(out[0])
			return nil
		}
		one := mat.NewDense(n, n, nil)
		for i := range n {
			one.Set(i, i, 1)
		}
		if err := lu.SolveTo(mat.NewDense(n, n, out[0]), false, one); err != nil {
			if _, near := err.(mat.Condition); !near { // nearly singular ones have an inverse, if an inexact one
				return err
			}
		}
		return nil
	}, Shape{n, n})[0]
}

// determinants gives sign and log |det|, (B,2), of all matrices in x (B,n,n).
func determinants(c *Ctx, name string, x Value) (sign, logAbs Value) {
	n := x.Shape()[1]
	r := eachMatrix(c, name, x, func(a []float64, out [][]float64) error {
		logAbs, sign := mat.LogDet(mat.NewDense(n, n, a))
		if math.IsInf(logAbs, -1) {
			sign = 0
		}
		out[0][0], out[1][0] = sign, logAbs
		return nil
	}, Shape{1}, Shape{1})
	return r[0], r[1]
}

// cholesky gives lower L with A = L·Lᵀ, of all matrices in x (B,n,n), reading their lower triangles.
func cholesky(c *Ctx, name string, x Value) Value {
	n := x.Shape()[1]
	return eachMatrix(c, name, x, func(a []float64, out [][]float64) error {
		sym := mat.NewSymDense(n, nil)
		for i := range n {
			for j := range i + 1 {
				sym.SetSym(i, j, a[i*n+j])
			}
		}
		var ch mat.Cholesky
		if !ch.Factorize(sym) {
			return fmt.Errorf("is not positive definite")
		}
		var l mat.TriDense
		ch.LTo(&l)
		clear(out[0])
		for i := range n {
			for j := range i + 1 {
				out[0][i*n+j] = l.At(i, j)
			}
		}
		return nil
	}, Shape{n, n})[0]
}

// lq gives Q (B,m,n) with orthonormal rows and lower L (B,m,m), A = L·Q, of all matrices in x (B,m,n), m ≤ n.
func lq(c *Ctx, name string, x Value) (q, l Value) {
	m, n := x.Shape()[1], x.Shape()[2]
	r := eachMatrix(c, name, x, func(a []float64, out [][]float64) error {
		var f mat.LQ
		f.Factorize(mat.NewDense(m, n, a))
		var qs, ls mat.Dense
		f.QTo(&qs)
		f.LTo(&ls)
		for i := range m {
			for j := range n {
				out[0][i*n+j] = qs.At(i, j)
			}
			for j := range m {
				out[1][i*m+j] = ls.At(i, j)
			}
		}
		return nil
	}, Shape{m, n}, Shape{m, m})
	return r[0], r[1]
}

// eigen gives the eigenvectors as rows of U (B,n,n), the largest element of each positive, and the eigenvalues (B,n), the
// smallest first, of all symmetric matrices in x (B,n,n), reading their lower triangles.
func eigen(c *Ctx, name string, x Value) (u, values Value) {
	n := x.Shape()[1]
	r := eachMatrix(c, name, x, func(a []float64, out [][]float64) error {
		sym := mat.NewSymDense(n, nil)
		for i := range n {
			for j := range i + 1 {
				sym.SetSym(i, j, a[i*n+j])
			}
		}
		var f mat.EigenSym
		if !f.Factorize(sym, true) {
			return fmt.Errorf("has no eigenvalues that could be found")
		}
		f.Values(out[1])
		var v mat.Dense
		f.VectorsTo(&v)
		for i := range n {
			row := out[0][i*n : (i+1)*n]
			top := 0
			for j := range row {
				row[j] = v.At(j, i)
				if math.Abs(row[j]) > math.Abs(row[top]) {
					top = j
				}
			}
			if row[top] < 0 {
				for j := range row {
					row[j] = -row[j]
				}
			}
		}
		return nil
	}, Shape{n, n}, Shape{n})
	return r[0], r[1]
}
