package mxio

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/backend"
)

// NewCSVIter reads examples from text, one a line, numbers between commas, as MXNet's CSVIter does: shape is that of one
// example. Labels come from a file of their own, see LabelCSV, and are 0 without one. A last batch that is not full borrows
// from the next epoch, which begins after what was borrowed (Round), unless LastBatch says otherwise: Pad is MXNet's
// round_batch=False. All numbers are read at once.
func NewCSVIter(path string, shape []int, opts ...Option) (*NDArrayIter, error) {
	o, err := newOptions(options{batch: 1, parts: 1, last: Round, dataName: "data", labelName: "label", labelShape: []int{1}}, opts)
	if err == nil {
		var it *NDArrayIter
		if it, err = newCSV(path, shape, o); err == nil {
			return it, nil
		}
	}
	return nil, fmt.Errorf("mxio: CSVIter: %w", err)
}

func newCSV(path string, shape []int, o options) (*NDArrayIter, error) {
	data, n, err := readCSV(path, shape)
	if err != nil {
		return nil, err
	}
	labelShape := o.labelShape
	if len(labelShape) == 0 {
		labelShape = []int{1}
	}
	label := make([]float32, n*backend.Shape(labelShape).Size())
	if o.labelCSV != "" {
		var m int
		if label, m, err = readCSV(o.labelCSV, labelShape); err != nil {
			return nil, err
		}
		if m != n {
			return nil, fmt.Errorf("%q has %d labels, want %d: one for each example of %q", o.labelCSV, m, n, path)
		}
	}
	full := append([]int{n}, labelShape...)
	if len(labelShape) == 1 && labelShape[0] == 1 { // as MXNet: (N,)
		full = full[:1]
	}
	return newIter(Floats(data, append([]int{n}, shape...)...), Floats(label, full...), o)
}

// readCSV reads rows that each hold an array of the shape.
func readCSV(path string, shape []int) (numbers []float32, rows int, err error) {
	size := 1
	for _, d := range shape {
		if d < 1 || size > 1<<31/d {
			return nil, 0, fmt.Errorf("the shape of one example is %v", shape)
		}
		size *= d
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.ReuseRecord, r.FieldsPerRecord, r.TrimLeadingSpace = true, -1, true
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", path, err)
		}
		line, _ := r.FieldPos(0)
		if len(row) != size {
			return nil, 0, fmt.Errorf("%s: line %d has %d numbers, want %d for an example of %v", path, line, len(row), size, shape)
		}
		for _, field := range row {
			v, err := strconv.ParseFloat(strings.TrimSpace(field), 32)
			if err != nil {
				return nil, 0, fmt.Errorf("%s: line %d: %q is no number", path, line, field)
			}
			numbers = append(numbers, float32(v))
		}
		rows++
	}
	if rows == 0 {
		return nil, 0, fmt.Errorf("%s holds no examples", path)
	}
	return numbers, rows, nil
}
