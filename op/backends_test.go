//go:build cgo && linux

package op_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/cpu"
	"github.com/gomx-org/gomx/cuda"
	"github.com/gomx-org/gomx/op"
)

// TestBackends asks the devices for kernels of every call that the rows of an operator make in float32, forward and
// backward, and holds the answers to the file from which docs/operators.md says which backend has the operator.
func TestBackends(t *testing.T) {
	devices := []struct {
		name string
		dev  interface {
			Supports(p *backend.Program, c *backend.Call) bool
		}
	}{{"cpu", new(cpu.Device)}, {"cuda", new(cuda.Device)}}
	lacks := map[string]map[string][]string{} // operator, device: kinds without a kernel
	for _, r := range rows() {
		if lacks[r.op] == nil {
			lacks[r.op] = map[string][]string{}
		}
		u, err := newUnitOf(backend.Float32, r.op, strings.ReplaceAll(r.params, "float64", "float32"), r.shapes...)
		require.NoError(t, err, r.name())
		built, err := u.build(true, u.def.HasGrad)
		require.NoError(t, err, r.name())
		for _, d := range devices {
			calls := built.p.Entry(backend.Step).Calls
			for i := range calls {
				c := &calls[i]
				if kind := c.Kind.String(); !d.dev.Supports(built.p, c) && !slices.Contains(lacks[r.op][d.name], kind) {
					lacks[r.op][d.name] = append(lacks[r.op][d.name], kind)
				}
			}
		}
	}
	var text strings.Builder
	for _, d := range op.All() {
		fmt.Fprintf(&text, "%s", d.Name)
		for _, dev := range devices {
			kinds := lacks[d.Name][dev.name]
			slices.Sort(kinds)
			fmt.Fprintf(&text, "\t%s:%s", dev.name, strings.Join(kinds, ","))
		}
		fmt.Fprintln(&text)
	}
	if *update {
		require.NoError(t, os.WriteFile(backendsFile, []byte(text.String()), 0o644))
	}
	have, err := os.ReadFile(backendsFile)
	require.NoError(t, err)
	assert.Equal(t, string(have), text.String(), "%s is stale: run go generate ./... and commit what it writes", backendsFile)
}
