package ref

// Alone keeps the pool busy while f runs, so that jobs run on f's goroutine: what f allocates is then the kernels' own, and
// not what the runtime needs to let goroutines wait for each other.
func Alone(f func()) {
	pool.Lock()
	defer pool.Unlock()
	f()
}
