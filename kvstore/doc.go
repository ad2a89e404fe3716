// Package kvstore joins what several devices computed, as MXNet's KVStore does: each device pushes its gradient of a
// parameter, the store sums them, and each pulls what came of it.
//
//	kv, err := kvstore.Create("device")
//	err = kv.Init(kvstore.At(3, weight))
//	kv.SetUpdater(func(key kvstore.Key, sum, stored *ndarray.NDArray) error { return u.Update(key.Int(), sum, stored) })
//	err = kv.Push(-3, kvstore.At(3, grads...))   // one array per device; all are summed in this order
//	err = kv.Pull(-3, kvstore.At(3, weights...)) // the stored value is copied into each
//
// Without an updater a push replaces the stored value by the sum.
//
// The kinds of one process differ in where sums are made: local and its sisters on the CPU, device and
// local_allreduce_device on the devices themselves. Sums are made in the order of the arrays, whatever is done first, so
// the bits are the same every time; local stores add up to four arrays and then that sum, as MXNet does. Kinds for several machines are an error so far.
package kvstore
