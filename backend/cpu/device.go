//go:build cgo

package cpu

// Device is the processor as a backend.Device. All cpu(i) are the same cores and share one pool of threads.
type Device struct {
	index int
	level level
}
