//go:build !linux || !cgo

package simgpu

import (
	"errors"
	"os/exec"
)

const cgo = false

// Fail orders faults; here it cannot.
func Fail(string) error { return errors.New("simgpu: no simulated driver without linux and cgo") }

// Message gives the driver's last words; here there are none.
func Message() string { return "" }

func finish() int { return 0 }

func dieWithParent(*exec.Cmd) {}
