package mxio

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
)

func load(t *testing.T, file string, v any) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, v))
}

// counting is n examples 0 … n−1 in shape (n,1) with labels from 100.
func counting(n int) (data, label Arrays) {
	x, y := make([]float32, n), make([]float32, n)
	for i := range x {
		x[i], y[i] = float32(i), float32(100+i)
	}
	return Floats(x, n, 1), Floats(y)
}

func ofCounting(t *testing.T, n int, opts ...Option) *NDArrayIter {
	t.Helper()
	data, label := counting(n)
	it, err := NewNDArrayIter(data, label, opts...)
	require.NoError(t, err)
	return it
}

// epoch collects the batches that are left of an epoch, as numbers, paddings and indices.
type epoch struct {
	rows  [][]float32
	pads  []int
	valid []int
}

func collect(t *testing.T, it DataIter) epoch {
	t.Helper()
	var e epoch
	err := Each(t.Context(), it, func(b *DataBatch) error {
		x := b.Data[0].Float32()
		for i, v := range b.Label[0].Float32() {
			require.Equal(t, x[i]+100, v)
			if b.Index != nil {
				require.Equal(t, int(x[i]), b.Index[i])
			}
		}
		e.rows = append(e.rows, x)
		e.pads = append(e.pads, b.Pad)
		e.valid = append(e.valid, b.Valid())
		return nil
	})
	require.NoError(t, err)
	_, err = it.Next(t.Context())
	require.Equal(t, io.EOF, err, "the end stays the end until Reset")
	return e
}

type iterCase struct {
	N         int
	Batch     int                 `json:"batch_size"`
	Handle    string              `json:"last_batch_handle"`
	Size      int                 // ResizeIter
	ProvideX  [][]json.RawMessage `json:"provide_data"`
	ProvideY  [][]json.RawMessage `json:"provide_label"`
	Image     string              // MNISTIter
	Flat      bool
	NumParts  int `json:"num_parts"`
	PartIndex int `json:"part_index"`
	Epochs    [][]batchCase
}

type batchCase struct {
	Data, Label json.RawMessage
	Pad         int
}

func (b *batchCase) numbers(t *testing.T, raw json.RawMessage) (shape backend.Shape, data []float32) {
	t.Helper()
	if raw[0] == '[' {
		require.NoError(t, json.Unmarshal(raw, &data))
		return nil, data
	}
	var x struct {
		Shape backend.Shape
		Data  []float32
	}
	require.NoError(t, json.Unmarshal(raw, &x))
	return x.Shape, x.Data
}

// TestNDArrayIterRecorded replays what MXNet's iterator gave over three epochs.
func TestNDArrayIterRecorded(t *testing.T) {
	files, err := filepath.Glob("testdata/iters/ndarrayiter_*.json")
	require.NoError(t, err)
	require.Len(t, files, 11)
	handles := map[string]LastBatchHandle{"pad": Pad, "discard": Discard, "roll_over": RollOver}
	for _, file := range files {
		var c iterCase
		load(t, file, &c)
		it := ofCounting(t, c.N, BatchSize(c.Batch), LastBatch(handles[c.Handle]))
		assert.Equal(t, c.Handle, it.opt.last.String())
		assert.Equal(t, []DataDesc{{"data", backend.Shape{c.Batch, 1}, backend.Float32, "NC"}}, it.ProvideData())
		assert.Equal(t, []DataDesc{{"softmax_label", backend.Shape{c.Batch}, backend.Float32, "N"}}, it.ProvideLabel())
		require.Len(t, c.Epochs, 3)
		for k, want := range c.Epochs {
			got := collect(t, it)
			require.Len(t, got.rows, len(want), "%s, epoch %d", file, k)
			for i, b := range want {
				_, x := b.numbers(t, b.Data)
				assert.Equal(t, x, got.rows[i], "%s, epoch %d", file, k)
				assert.Equal(t, b.Pad, got.pads[i], "%s, epoch %d", file, k)
			}
			it.Reset()
		}
	}
}

// TestRolledRowsCount: what MXNet calls padding at the beginning of a rolled over epoch are examples.
func TestRolledRowsCount(t *testing.T) {
	it := ofCounting(t, 10, BatchSize(4), LastBatch(RollOver))
	assert.Equal(t, []int{4, 4}, collect(t, it).valid)
	it.Reset()
	assert.Equal(t, []int{4, 4, 4}, collect(t, it).valid)
	it = ofCounting(t, 10, BatchSize(4))
	assert.Equal(t, []int{4, 4, 2}, collect(t, it).valid)
}

// TestRollOverLosesNothing: over two epochs of 10 examples in batches of 4 each comes twice, mixed or not.
func TestRollOverLosesNothing(t *testing.T) {
	it := ofCounting(t, 10, BatchSize(4), LastBatch(RollOver), Shuffle(2))
	counts := map[float32]int{}
	for range 2 {
		for _, rows := range collect(t, it).rows {
			for _, x := range rows {
				counts[x]++
			}
		}
		it.Reset()
	}
	for i := range 10 {
		assert.Equal(t, 2, counts[float32(i)], "example %d", i)
	}
}

func TestResizeIterRecorded(t *testing.T) {
	var c iterCase
	load(t, "testdata/iters/resizeiter.json", &c)
	it, err := NewResizeIter(ofCounting(t, c.N, BatchSize(c.Batch)), c.Size, true)
	require.NoError(t, err)
	for _, want := range c.Epochs {
		got := collect(t, it)
		require.Len(t, got.rows, len(want))
		for i, b := range want {
			_, x := b.numbers(t, b.Data)
			assert.Equal(t, x, got.rows[i])
			assert.Equal(t, b.Pad, got.pads[i])
		}
		it.Reset()
	}
}

func TestMNISTIterRecorded(t *testing.T) {
	files, err := filepath.Glob("testdata/iters/mnistiter_*.json")
	require.NoError(t, err)
	require.Len(t, files, 12)
	for _, file := range files {
		var c iterCase
		load(t, file, &c)
		opts := []Option{BatchSize(c.Batch), Parts(c.NumParts, c.PartIndex)}
		if c.Flat {
			opts = append(opts, Flat())
		}
		it, err := NewMNISTIter("testdata/iters/img.idx3", "testdata/iters/lab.idx1", opts...)
		require.NoError(t, err)
		require.NotEmpty(t, c.Epochs)
		for _, want := range c.Epochs {
			i := 0
			require.NoError(t, Each(t.Context(), it, func(b *DataBatch) error {
				require.Less(t, i, len(want))
				shape, x := want[i].numbers(t, want[i].Data)
				_, y := want[i].numbers(t, want[i].Label)
				assert.Equal(t, shape, b.Data[0].Shape())
				assert.Equal(t, x, b.Data[0].Float32())
				assert.Equal(t, y, b.Label[0].Float32())
				assert.Zero(t, b.Pad)
				i++
				return nil
			}))
			assert.Len(t, want, i, file)
			it.Reset()
		}
	}
}

func TestMNISTIterPadScale(t *testing.T) {
	it, err := NewMNISTIter("testdata/iters/img.idx3", "testdata/iters/lab.idx1", BatchSize(10), LastBatch(Pad), Scale(1))
	require.NoError(t, err)
	examples, largest := 0, float32(0)
	require.NoError(t, Each(t.Context(), it, func(b *DataBatch) error {
		examples += b.Valid()
		largest = max(largest, slices.Max(b.Data[0].Float32()))
		return nil
	}))
	assert.Equal(t, 23, examples, "every example counts once")
	assert.Equal(t, float32(255), largest)
}

// TestShuffle: an epoch is a mixture of all examples, a function of seed and epoch.
func TestShuffle(t *testing.T) {
	flat := func(e epoch) []float32 { return slices.Concat(e.rows...) }
	it := ofCounting(t, 100, BatchSize(10), Shuffle(5))
	first := flat(collect(t, it))
	it.Reset()
	second := flat(collect(t, it))
	assert.NotEqual(t, first, second)
	for _, e := range [][]float32{first, second} {
		sorted := slices.Sorted(slices.Values(e))
		for i, v := range sorted {
			assert.Equal(t, float32(i), v)
		}
		assert.False(t, slices.IsSorted(e))
	}
	it.SetEpoch(0)
	assert.Equal(t, first, flat(collect(t, it)))
	assert.NotEqual(t, first, flat(collect(t, ofCounting(t, 100, BatchSize(10), Shuffle(6)))))
	assert.NotEqual(t, first, flat(collect(t, ofCounting(t, 100, BatchSize(10), Shuffle(5+1<<32)))))

	it.Reset()
	it.Reset()
	assert.Equal(t, 1, it.Epoch(), "a Reset of a fresh epoch changes nothing")
}

// TestShuffleIsFair: every example comes first equally often (chi squared, 9 degrees of freedom).
func TestShuffleIsFair(t *testing.T) {
	var first, last [10]float64
	p := make([]int32, 10)
	const rounds = 10000
	for e := range rounds {
		permute(p, true, 1, e)
		first[p[0]]++
		last[p[9]]++
	}
	for _, counts := range [][10]float64{first, last} {
		chi := 0.0
		for _, c := range counts {
			chi += (c - rounds/10) * (c - rounds/10) / (rounds / 10)
		}
		assert.Less(t, chi, 27.9, "one in a thousand fair shuffles does worse")
	}
}

// TestRestore: from every state the rest is the same, through JSON.
func TestRestore(t *testing.T) {
	for _, h := range []LastBatchHandle{Pad, Discard, RollOver} {
		fresh := func() *NDArrayIter { return ofCounting(t, 23, BatchSize(4), Shuffle(3), LastBatch(h)) }
		it := fresh()
		for range 40 {
			if _, err := it.Next(t.Context()); err == io.EOF {
				it.Reset()
			}
			text, err := json.Marshal(it.State())
			require.NoError(t, err)
			var s State
			require.NoError(t, json.Unmarshal(text, &s))
			a, b := fresh(), fresh()
			require.NoError(t, a.Restore(s))
			require.NoError(t, b.Restore(it.State()))
			assert.Equal(t, collect(t, a), collect(t, b))
			require.NoError(t, b.Restore(s))
			c := fresh()
			for range s.Epoch {
				collect(t, c)
				c.Reset()
			}
			for range s.Batch {
				_, err := c.Next(t.Context())
				require.NoError(t, err)
			}
			assert.Equal(t, collect(t, c), collect(t, b), "the same as coming there on foot")
		}
	}
	it := ofCounting(t, 8, BatchSize(4))
	assert.ErrorContains(t, it.Restore(State{Batch: 3}), "cannot go on after batch 3 of epoch 0, which has 2; are data and batch size the same?")
	assert.ErrorContains(t, it.Restore(State{Batch: -1}), "is not a state of this iterator")
	assert.Equal(t, State{}, it.State())
}

func TestSeveralArrays(t *testing.T) {
	x := ndarray.Array([]float64{1, 2, 3, 4, 5, 6}, backend.Shape{3, 2}, ndarray.Of(backend.Float64))
	it, err := NewNDArrayIter(Join(FromNDArray(x), Bytes([]uint8{0, 128, 255}, 1.0/255)), nil, BatchSize(2))
	require.NoError(t, err)
	assert.Equal(t, "_0_data(2,2)", it.ProvideData()[0].String())
	assert.Equal(t, "_1_data(2,)", it.ProvideData()[1].String())
	assert.Empty(t, it.ProvideLabel())
	b, err := it.Next(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 2, 3, 4}, b.Data[0].Float32())
	assert.Equal(t, []float32{0, float32(128.0 / 255)}, b.Data[1].Float32())
	assert.Empty(t, b.Label)

	it, err = NewNDArrayIter(Join(Floats([]float32{1}).Named("a"), Floats([]float32{2}).Named("b")), Floats([]float32{3}), LabelName("y"))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b", "y"}, []string{it.ProvideData()[0].Name, it.ProvideData()[1].Name, it.ProvideLabel()[0].Name})
	assert.Equal(t, 1, it.NumData())
	assert.Equal(t, 1, it.NumBatches())
}

func TestNextAllocatesNothing(t *testing.T) {
	mnist, err := NewMNISTIter("testdata/iters/img.idx3", "testdata/iters/lab.idx1", BatchSize(4), Shuffle(1))
	require.NoError(t, err)
	for _, it := range []DataIter{ofCounting(t, 10, BatchSize(4), Shuffle(1)), ofCounting(t, 10, BatchSize(4), Shuffle(1), LastBatch(RollOver)), mnist} {
		ctx := context.Background()
		step := func() {
			if _, err := it.Next(ctx); err == io.EOF {
				it.Reset()
			} else if err != nil {
				t.Error(err)
			}
		}
		for range 50 {
			step()
		}
		assert.Zero(t, testing.AllocsPerRun(100, step))
	}
}

func TestErrors(t *testing.T) {
	nan := float32(math.NaN())
	x := Floats(make([]float32, 6), 3, 2)
	for _, c := range []struct {
		data, label Arrays
		opts        []Option
		want        string
	}{
		{nil, nil, nil, "mxio: NDArrayIter: there is no data"},
		{x, Floats([]float32{1, 2}), nil, `"softmax_label" has 2 examples, want 3: "data" is (3,2)`},
		{x, Floats([]float32{1, nan, 2}), nil, `label "softmax_label" of example 1 is NaN`},
		{x, Floats([]float32{1, 2, 3}).Named("data"), nil, `two arrays are called "data"`},
		{Floats(make([]float32, 6), 4, 2), nil, nil, `"data" has 6 numbers, which do not fill shape (4,2)`},
		{Floats(make([]float32, 9), 4, 2), nil, nil, `"data" has 9 numbers, want the 8 of shape (4,2)`},
		{Floats(make([]float32, 6), 1<<40, 1<<40), nil, nil, "do not fill shape"},
		{Floats(nil), nil, nil, "do not fill shape (0,)"},
		{x, nil, []Option{BatchSize(0)}, "batch size is 0, want at least 1"},
		{x, nil, []Option{BatchSize(4), LastBatch(RollOver)}, "roll_over needs at least one batch of 4 examples: there are 3"},
		{x, nil, []Option{LastBatch(7)}, "last batch handle is LastBatchHandle(7)"},
		{x, nil, []Option{Parts(2, 2)}, "part 2 of 2 parts; parts count from 0"},
		{x, nil, []Option{Parts(4, 0)}, "part 0 of 4 has no examples: there are 3"},
	} {
		_, err := NewNDArrayIter(c.data, c.label, c.opts...)
		assert.ErrorContains(t, err, c.want)
	}

	_, err := NewMNISTIter("testdata/iters/lab.idx1", "testdata/iters/lab.idx1")
	assert.ErrorContains(t, err, "mxio: MNISTIter: idx: ")
	_, err = NewMNISTIter("testdata/iters/img.idx3", "testdata/iters/none")
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = NewMNISTIter("testdata/iters/img.idx3", "testdata/iters/lab.idx1", Parts(1, 1))
	assert.ErrorContains(t, err, `(from "testdata/iters/img.idx3"`)
	_, err = NewResizeIter(nil, 0, true)
	assert.ErrorContains(t, err, "size is 0")
	data, _ := counting(3)
	inner, err := NewNDArrayIter(data, nil, BatchSize(5), LastBatch(Discard))
	require.NoError(t, err)
	r, err := NewResizeIter(inner, 2, true)
	require.NoError(t, err)
	_, err = r.Next(t.Context())
	assert.ErrorContains(t, err, "the inner iterator has no batches")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = inner.Next(ctx)
	assert.ErrorIs(t, err, context.Canceled)
}
