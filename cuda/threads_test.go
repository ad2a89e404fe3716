package cuda

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/backendtest"
)

// meeting are the smallest calls for which each kernel runs in which threads wait for each other or pass numbers on: small
// enough for ThreadSanitizer, under which every launch takes a process and every thread microseconds.
func meeting() []backendtest.Row {
	type shape = backend.Shape
	var rows []backendtest.Row
	add := func(name string, dtype backend.DType, length int, build func(c *backendtest.Case)) {
		rows = append(rows, backendtest.Row{Name: name, Types: []backend.DType{dtype}, Length: length, Build: build})
	}
	for name, k := range map[string]struct {
		s    shape
		axis int
	}{"warps": {shape{2, 10}, 1}, "blocks": {shape{1, 2500}, 1}, "columns": {shape{300, 3}, 0}} {
		add("sums by "+name, backend.Float32, 2500, func(c *backendtest.Case) { c.Out("y", c.Sum(c.In("x", k.s, backendtest.Normal), k.axis)) })
		add("statistics by "+name, backend.Float32, 2500, func(c *backendtest.Case) {
			mean, variance := c.Stats(c.In("x", k.s, backendtest.Normal), k.axis)
			c.Out("mean", mean)
			c.Out("variance", variance)
		})
	}
	for name, n := range map[string]int{"warps": 10, "blocks": 1030} {
		add("softmax by "+name, backend.Float32, n, func(c *backendtest.Case) { c.Out("y", c.Softmax(c.In("x", shape{1, n}, backendtest.Normal), 1)) })
		add("argmax by "+name, backend.Float32, n, func(c *backendtest.Case) {
			c.Out("y", c.ArgMax(c.In("x", shape{1, n}, backendtest.Small), 1, false))
		})
	}
	for name, k := range map[string][4]int{"flat": {1, 5, 40, 40}, "upright": {1, 40, 5, 40}, "square": {1, 40, 40, 40}, "large": {128, 33, 33, 17}} {
		add("product, "+name, backend.Float32, k[3], func(c *backendtest.Case) {
			c.Out("y", c.MatMul(c.In("a", shape{k[0], k[1], k[3]}, backendtest.Normal), c.In("b", shape{k[0], k[3], k[2]}, backendtest.Normal)))
		})
	}
	for _, dtype := range []backend.DType{backend.Uint8, backend.Float16, backend.Float32, backend.Float64} {
		add("transposed", dtype, 0, func(c *backendtest.Case) { c.Out("y", c.Transpose(c.In("x", shape{33, 35}, backendtest.Small), 1, 0)) })
	}
	add("rows added", backend.Float32, 3, func(c *backendtest.Case) {
		rows := c.InOf("rows", shape{5}, backend.Int32, backendtest.Values(1, 3, 1, 0, 1))
		c.Out("y", c.ScatterAdd(c.In("x", shape{5, 3}, backendtest.Normal), rows, shape{4, 3}, 0, false))
	})
	add("gradient of filters", backend.Float32, 32, func(c *backendtest.Case) {
		a := backend.ConvAttrs{Kernel: []int{3, 3}, Stride: []int{1, 1}, Pad: []int{0, 0}, Dilate: []int{1, 1}, Groups: 1}
		c.Out("dw", c.ConvGradFilter(c.In("dy", shape{2, 2, 4, 4}, backendtest.Normal), c.In("x", shape{2, 1, 6, 6}, backendtest.Normal), shape{2, 1, 3, 3}, a))
	})
	add("sorted", backend.Float32, 0, func(c *backendtest.Case) {
		values, order := c.Sort(c.In("x", shape{2, 300}, backendtest.Small), 1, false)
		c.Out("values", values)
		c.Out("order", order)
	})
	return rows
}

var (
	wholeEntry = regexp.MustCompile(`(?s)\.entry (\w+)\(.*?\n}`)
	meets      = regexp.MustCompile(`\b(bar|barrier|shfl|vote|atom|red|membar|fence)\.`)
)

// kernelsThatMeet finds them in the embedded PTX.
func kernelsThatMeet(t *testing.T) []string {
	files, err := fs.Glob(ptxFiles, "ptx/*.ptx")
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		for _, m := range wholeEntry.FindAllStringSubmatch(embedded(strings.TrimSuffix(strings.TrimPrefix(f, "ptx/"), ".ptx")).text(), -1) {
			if meets.MatchString(m[0]) {
				names = append(names, m[1])
			}
		}
	}
	return names
}

// Every kernel in which threads meet has a row, and its results are right. With GOMX_SIM_SANITIZE=thread this is the test
// for data races.
func TestThreadsMeet(t *testing.T) {
	d := open(t, 0)
	hideBLAS(d)
	ran := map[string]bool{}
	for _, r := range meeting() {
		t.Run(r.Name, func(t *testing.T) {
			p, err := r.Program(r.Types[0])
			require.NoError(t, err)
			for _, k := range launches(compile(t, d, p, backend.Options{})) {
				ran[k] = true
			}
			require.NoError(t, backendtest.Check(d, r, r.Types[0]))
		})
	}
	t.Run("all", func(t *testing.T) {
		names := kernelsThatMeet(t)
		assert.Greater(t, len(names), 15)
		for _, k := range names {
			assert.True(t, ran[k], "no row runs %s", k)
		}
	})
}
