//go:build cgo

package cpu

// #cgo CFLAGS: -O3 -Wall -pthread
// #cgo LDFLAGS: -lm -pthread
import "C"
