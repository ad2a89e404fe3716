package mxio

import (
	"context"
	"io"
	"testing"
)

// BenchmarkNext is a batch of 64 pictures of MNIST's size, mixed, from bytes.
func BenchmarkNext(b *testing.B) {
	const n = 60000
	it, err := NewNDArrayIter(Bytes(make([]uint8, n*784), 1.0/256, n, 1, 28, 28), Bytes(make([]uint8, n), 1), BatchSize(64), Shuffle(1))
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := it.Next(ctx); err == io.EOF {
			it.Reset()
		}
	}
}
