//go:build cgo

package cpu

func blasName() string { return "own" }
