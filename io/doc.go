// Package mxio feeds networks with batches, as MXNet's data iterators do. Its folder is io; the name keeps it apart from
// the standard library's.
//
//	train, err := mxio.NewNDArrayIter(mxio.Floats(x, n, 1, 28, 28), mxio.Floats(y, n), mxio.BatchSize(64), mxio.Shuffle(1))
//	for {
//		batch, err := train.Next(ctx)
//		if err == io.EOF {
//			train.Reset()
//			break
//		}
//		…
//	}
//
// An iterator fills the same few arrays again and again, so a batch is valid until the next call of Next, and no memory
// is allocated. The order of examples is a function of seed and epoch: State and Restore resume exactly.
package mxio
