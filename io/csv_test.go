package mxio

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

func text(t *testing.T, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.csv")
	require.NoError(t, os.WriteFile(path, []byte(lines), 0o600))
	return path
}

// firstNumbers collects the first number of each row, and the pads.
func firstNumbers(t *testing.T, it DataIter) (rows [][]float32, pads []int) {
	t.Helper()
	for {
		b, err := it.Next(context.Background())
		if err == io.EOF {
			return rows, pads
		}
		require.NoError(t, err)
		var first []float32
		all := b.Data[0].Float32()
		for i := range b.Size() {
			first = append(first, all[i*len(all)/b.Size()])
		}
		rows, pads = append(rows, first), append(pads, b.Pad)
	}
}

// Five rows in batches of three, as MXNet gives them.
func TestCSVRounds(t *testing.T) {
	it, err := NewCSVIter(text(t, "0, 9\n1,9\r\n2,9\n\n3,9\n4,9"), []int{2}, BatchSize(3))
	require.NoError(t, err)
	assert.Equal(t, backend.Shape{3, 2}, it.ProvideData()[0].Shape)
	assert.Equal(t, DataDesc{Name: "label", Shape: backend.Shape{3}, DType: backend.Float32, Layout: "N"}, it.ProvideLabel()[0])
	for i, want := range []struct {
		rows [][]float32
		pads []int
	}{{[][]float32{{0, 1, 2}, {3, 4, 0}}, []int{0, 1}}, {[][]float32{{1, 2, 3}, {4, 0, 1}}, []int{0, 2}}, {[][]float32{{2, 3, 4}}, []int{0}}, {[][]float32{{0, 1, 2}, {3, 4, 0}}, []int{0, 1}}} {
		rows, pads := firstNumbers(t, it)
		assert.Equal(t, want.rows, rows, "epoch %d", i)
		assert.Equal(t, want.pads, pads, "epoch %d", i)
		it.Reset()
	}
	it.SetEpoch(1)
	rows, _ := firstNumbers(t, it)
	assert.Equal(t, []float32{1, 2, 3}, rows[0], "epochs can be entered anywhere")
}

func TestCSVLabels(t *testing.T) {
	it, err := NewCSVIter(text(t, "0\n1\n2\n"), []int{1}, BatchSize(2), LabelCSV(text(t, "5,6\n7,8\n9,10\n"), 2), LastBatch(Pad))
	require.NoError(t, err)
	b, err := it.Next(context.Background())
	require.NoError(t, err)
	assert.Equal(t, backend.Shape{2, 2}, b.Label[0].Shape())
	assert.Equal(t, []float32{5, 6, 7, 8}, b.Label[0].Float32())
	b, err = it.Next(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 1, b.Pad)
}

func TestCSVMistakes(t *testing.T) {
	for want, open := range map[string]func() (*NDArrayIter, error){
		"line 2 has 1 numbers, want 2": func() (*NDArrayIter, error) { return NewCSVIter(text(t, "1,2\n3\n"), []int{2}) },
		`line 1: "x" is no number`:     func() (*NDArrayIter, error) { return NewCSVIter(text(t, "x,2\n"), []int{2}) },
		"holds no examples":            func() (*NDArrayIter, error) { return NewCSVIter(text(t, "\n"), []int{2}) },
		"the shape of one example":     func() (*NDArrayIter, error) { return NewCSVIter(text(t, "1\n"), []int{0}) },
		"no such file":                 func() (*NDArrayIter, error) { return NewCSVIter("nowhere.csv", []int{1}) },
		"has 1 labels, want 2": func() (*NDArrayIter, error) {
			return NewCSVIter(text(t, "1\n2\n"), []int{1}, LabelCSV(text(t, "1\n")))
		},
		"round needs at least one batch of 3": func() (*NDArrayIter, error) { return NewCSVIter(text(t, "1\n2\n"), []int{1}, BatchSize(3)) },
		"mixed otherwise":                     func() (*NDArrayIter, error) { return NewCSVIter(text(t, "1\n2\n"), []int{1}, Shuffle(1)) },
	} {
		_, err := open()
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "mxio: CSVIter: ")
	}
}
