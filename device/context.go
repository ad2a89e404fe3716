// Package device names the processors that arrays live on: CPU(0), GPU(1).
//
//	ctx, err := device.Parse("gpu(1)")
//	dev, err := ctx.Device() // opened on first use, then shared by the whole process
package device

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/backend"
)

// Context names a device: a type and a number, as MXNet's Context. It is comparable, and the zero value is cpu(0).
type Context struct {
	kind  kind
	index int
}

type kind uint8

const (
	cpu kind = iota
	gpu
)

var kindNames = [...]string{cpu: "cpu", gpu: "gpu"}

// CPU is the processor. All cpu(i) are the same cores and threads; the number only tells them apart, as in MXNet, where
// several serve to try multi-device programs.
func CPU(i int) Context { return Context{cpu, i} }

// GPU is the graphics processor number i.
func GPU(i int) Context { return Context{gpu, i} }

// String is MXNet's form: cpu(0), gpu(1).
func (c Context) String() string { return kindNames[c.kind] + "(" + strconv.Itoa(c.index) + ")" }

// IsGPU tells a graphics processor from a CPU.
func (c Context) IsGPU() bool { return c.kind == gpu }

// Index is the number among the devices of the kind.
func (c Context) Index() int { return c.index }

// Device opens the device; the same Context gives the same Device for as long as the process lives. It fails with one
// clear line when there is no such device.
func (c Context) Device() (backend.Device, error) { return opened.get(c) }

// Parse reads cpu(0), gpu(1), and cpu or gpu for number 0.
func Parse(s string) (Context, error) {
	name, rest, numbered := strings.Cut(strings.TrimSpace(s), "(")
	for k, n := range kindNames {
		if n != name {
			continue
		}
		if !numbered {
			return Context{kind: kind(k)}, nil
		}
		digits, closed := strings.CutSuffix(rest, ")")
		if i, err := strconv.ParseUint(digits, 10, 16); err == nil && closed {
			return Context{kind(k), int(i)}, nil
		}
	}
	return Context{}, fmt.Errorf("device: %q is no device; want cpu(0), gpu(1) and the like", s)
}
