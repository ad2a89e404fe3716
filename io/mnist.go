package mxio

import (
	"fmt"

	"github.com/gomx-org/gomx/io/idx"
)

// NewMNISTIter reads pictures and labels from idx files, plain or inside gzip, as MXNet's MNISTIter does: pixels over 256
// in batches (N,1,rows,columns), or (N,rows·columns) with Flat; labels (N,). The batch size is 128 and a last batch that
// is not full is dropped, unless options say otherwise; LastBatch(Pad) is for validation, where every example counts.
// Examples are mixed when Shuffle is given, and then in every epoch (MXNet: once).
func NewMNISTIter(image, label string, opts ...Option) (*NDArrayIter, error) {
	images, err := idx.ReadImages(image)
	if err != nil {
		return nil, fmt.Errorf("mxio: MNISTIter: %w", err)
	}
	labels, err := idx.ReadLabels(label)
	if err != nil {
		return nil, fmt.Errorf("mxio: MNISTIter: %w", err)
	}
	it, err := MNISTFrom(images, labels, opts...)
	if err != nil {
		return nil, fmt.Errorf("%w (from %q and %q)", err, image, label)
	}
	return it, nil
}

// MNISTFrom is NewMNISTIter for files that were read already.
func MNISTFrom(images, labels *idx.Array, opts ...Option) (*NDArrayIter, error) {
	o, err := newOptions(options{batch: 128, parts: 1, last: Discard, dataName: "data", labelName: "softmax_label", scale: 1.0 / 256}, opts)
	if err == nil && (len(images.Shape) != 3 || len(labels.Shape) != 1) {
		err = fmt.Errorf("images are %v and labels %v, want (N,rows,columns) and (N,)", images.Shape, labels.Shape)
	}
	if err == nil {
		s := images.Shape
		var it *NDArrayIter
		if it, err = newIter(Bytes(images.Data, o.scale, s[0], 1, s[1], s[2]), Bytes(labels.Data, 1, labels.Shape...), o); err == nil {
			return it, nil
		}
	}
	return nil, fmt.Errorf("mxio: MNISTIter: %w", err)
}
