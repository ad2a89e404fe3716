package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/gomx-org/gomx/backend"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
)

func init() {
	register(kind{name: "iters", recognise: holdsJSON("iters", "batch_size", "epochs"), list: jsonCases, run: runIterator})
}

// iterCase is one file of iters; its fields tell the iterators apart.
type iterCase struct {
	BatchSize int `json:"batch_size"`
	Epochs    [][]recordedBatch

	N       int     // NDArrayIter and ResizeIter: the numbers 0 … n−1, labels from 100
	Handle  string  `json:"last_batch_handle"`
	Data    []named `json:"provide_data"`
	Label   []named `json:"provide_label"`
	Size    int     // ResizeIter
	Image   string  // MNISTIter
	LabelIn string  `json:"label"`
	Flat    bool    // MNISTIter
	Parts   int     `json:"num_parts"`
	Part    int     `json:"part_index"`

	CSV       string `json:"data_csv"`
	LabelCSV  string `json:"label_csv"`
	DataShape []int  `json:"data_shape"`
	Round     bool   `json:"round_batch"`
}

// recordedBatch is a batch; its arrays are tensors, or lists of numbers of which only the values count.
type recordedBatch struct {
	Data, Label json.RawMessage
	Pad         int
}

func runIterator(c *check) error {
	var r iterCase
	if err := readJSON(c.path(".json"), &r); err != nil {
		return err
	}
	it, err := r.open(c)
	if err != nil {
		return err
	}
	if r.Data != nil {
		c.list("provide_data", describe(it.ProvideData()), namesOf(r.Data))
		c.list("provide_label", describe(it.ProvideLabel()), namesOf(r.Label))
	}
	for e, epoch := range r.Epochs {
		if e > 0 {
			it.Reset()
		}
		for b := range epoch {
			batch, err := it.Next(context.Background())
			if err == io.EOF {
				c.differ(fmt.Sprintf("epoch %d", e), "ends after %d batches, want %d", b, len(epoch))
				return nil
			}
			if err != nil {
				return err
			}
			if err := c.batch(fmt.Sprintf("epoch %d batch %d", e, b), batch, &epoch[b], r.CSV != "" && !r.Round); err != nil {
				return err
			}
		}
		c.compared++
		if _, err := it.Next(context.Background()); err != io.EOF {
			c.differ(fmt.Sprintf("epoch %d", e), "goes on after %d batches (%v)", len(epoch), err)
		}
	}
	return nil
}

func (r *iterCase) open(c *check) (mxio.DataIter, error) {
	switch {
	case r.BatchSize < 1 || r.BatchSize > 1<<20 || r.N < 0 || r.N > 1<<20:
		return nil, fmt.Errorf("batch_size is %d and n %d", r.BatchSize, r.N)
	case r.CSV != "":
		opts := []mxio.Option{mxio.BatchSize(r.BatchSize), mxio.On(c.ctx)}
		if r.LabelCSV != "" {
			opts = append(opts, mxio.LabelCSV(filepath.Join(c.dir, filepath.Base(r.LabelCSV))))
		}
		if !r.Round {
			opts = append(opts, mxio.LastBatch(mxio.Pad))
		}
		return mxio.NewCSVIter(filepath.Join(c.dir, filepath.Base(r.CSV)), r.DataShape, opts...)
	case r.Image != "":
		opts := []mxio.Option{mxio.BatchSize(r.BatchSize), mxio.Parts(max(r.Parts, 1), r.Part), mxio.On(c.ctx)}
		if r.Flat {
			opts = append(opts, mxio.Flat())
		}
		return mxio.NewMNISTIter(filepath.Join(c.dir, filepath.Base(r.Image)), filepath.Join(c.dir, filepath.Base(r.LabelIn)), opts...)
	case r.Size > 0:
		inner, err := r.counting(c, mxio.Pad)
		if err != nil {
			return nil, err
		}
		return mxio.NewResizeIter(inner, r.Size, true)
	}
	for _, h := range []mxio.LastBatchHandle{mxio.Pad, mxio.Discard, mxio.RollOver} {
		if h.String() == r.Handle {
			return r.counting(c, h)
		}
	}
	return nil, fmt.Errorf("last_batch_handle is %q", r.Handle)
}

// counting iterates over 0 … n−1 with labels from 100.
func (r *iterCase) counting(c *check, h mxio.LastBatchHandle) (mxio.DataIter, error) {
	x, y := make([]float32, r.N), make([]float32, r.N)
	for i := range x {
		x[i], y[i] = float32(i), float32(100+i)
	}
	return mxio.NewNDArrayIter(mxio.Floats(x, r.N, 1), mxio.Floats(y), mxio.BatchSize(r.BatchSize), mxio.LastBatch(h), mxio.On(c.ctx))
}

func describe(list []mxio.DataDesc) []string {
	var names []string
	for _, d := range list {
		names = append(names, d.String())
	}
	return names
}

func namesOf(list []named) []string {
	var names []string
	for _, n := range list {
		names = append(names, n.name+n.shape.String())
	}
	return names
}

// batch compares data, label and pad; of stale padding only the number of rows.
func (c *check) batch(what string, got *mxio.DataBatch, want *recordedBatch, stale bool) error {
	c.equal(what+" pad", got.Pad, want.Pad)
	for _, part := range []struct {
		name string
		got  []*ndarray.NDArray
		want json.RawMessage
	}{{"data", got.Data, want.Data}, {"label", got.Label, want.Label}} {
		if part.want == nil {
			continue
		}
		if len(part.got) != 1 {
			c.differ(what+" "+part.name, "are %d arrays, want 1", len(part.got))
			continue
		}
		g := tensorOf(part.got[0])
		w, err := arrayOrList(part.want, g)
		if err != nil {
			return fmt.Errorf("%s %s: %w", what, part.name, err)
		}
		if stale && len(g.shape) > 0 && len(g.data) == len(w.data) {
			n := g.shape[1:].Size() * got.Valid()
			g.data, w.data = g.data[:n], w.data[:n]
		}
		c.tensor(what+" "+part.name, g, w, exact)
	}
	return nil
}

// arrayOrList reads a tensor, or a list of numbers in the shape of like.
func arrayOrList(b json.RawMessage, like tensor) (t tensor, err error) {
	if !bytes.HasPrefix(b, []byte("[")) {
		err = json.Unmarshal(b, &t)
		return t, err
	}
	var list []number
	if err := json.Unmarshal(b, &list); err != nil {
		return t, err
	}
	t = tensor{shape: backend.Shape{len(list)}, dtype: like.dtype}
	if fills(like.shape, len(list)) {
		t.shape = slices.Clone(like.shape)
	}
	for _, v := range list {
		t.data = append(t.data, float64(v))
	}
	return t, nil
}
