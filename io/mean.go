package mxio

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
)

// A mean image is what MXNet subtracts from every picture: the mean of all pictures, cropped, as (channels, height, width)
// in R, G, B. It is kept in a file of arrays, usually mean.bin.

// meanName is the name of the array in a file that MXNet writes; readers ignore it.
const meanName = "mean_img"

// MeanImage is the mean of all examples of the first input, in one pass over the rest of the epoch; then it goes to the
// next one. Examples are added in their order and in float32, so that the bits are MXNet's. Filler rows do not count.
func MeanImage(ctx context.Context, it DataIter) (*ndarray.NDArray, error) {
	var shape backend.Shape
	var sum []float32
	count := 0
	err := Each(ctx, it, func(b *DataBatch) error {
		if len(b.Data) == 0 || len(b.Data[0].Shape()) == 0 {
			return errors.New("a batch has no data")
		}
		if sum == nil {
			shape = b.Data[0].Shape()[1:].Clone()
			sum = make([]float32, shape.Size())
		}
		rows := b.Size() - b.Pad
		if b.Rolled > 0 { // Pad counts examples
			rows = b.Size()
		}
		pixels := b.Data[0].AsType(backend.Float32)
		defer pixels.Close()
		values := pixels.Float32()
		for i := range rows {
			for k, v := range values[i*len(sum) : (i+1)*len(sum)] {
				sum[k] += v
			}
		}
		count += rows
		return nil
	})
	if err == nil && count == 0 {
		err = errors.New("there are no examples")
	}
	if err != nil {
		return nil, fmt.Errorf("mxio: mean image: %w", err)
	}
	it.Reset()
	scale := 1 / float32(count)
	for k := range sum {
		sum[k] *= scale
	}
	return ndarray.Array(sum, shape), nil
}

// LoadMeanImage reads a mean image from a file of one array, whatever the array is called: one that MXNet or SaveMeanImage
// wrote. It is an error where the array is not (channels, height, width).
func LoadMeanImage(path string) (*ndarray.NDArray, error) {
	arrays, err := ndarray.LoadList(path)
	if err != nil {
		return nil, fmt.Errorf("mxio: mean image: %w", err)
	}
	if len(arrays) != 1 {
		return nil, fmt.Errorf("mxio: mean image %s: it has %d arrays, want one; are these parameters?", path, len(arrays))
	}
	if err := checkMean(arrays[0]); err != nil {
		return nil, fmt.Errorf("mxio: mean image %s: %w", path, err)
	}
	return arrays[0].AsType(backend.Float32), nil
}

// SaveMeanImage writes a mean image as MXNet does, byte for byte. The file is whole or, after an error, as it was before.
func SaveMeanImage(path string, mean *ndarray.NDArray) error {
	if err := checkMean(mean); err != nil {
		return fmt.Errorf("mxio: mean image: %w", err)
	}
	if mean.DType() != backend.Float32 {
		mean = mean.AsType(backend.Float32)
		defer mean.Close()
	}
	if err := ndarray.SaveNamed(path, []ndarray.Named{{Name: meanName, Array: mean}}); err != nil {
		return fmt.Errorf("mxio: mean image: %w", err)
	}
	return nil
}

func checkMean(a *ndarray.NDArray) error {
	if s := a.Shape(); len(s) != 3 {
		return fmt.Errorf("its shape is %v, want (channels, height, width)", s)
	}
	return nil
}
