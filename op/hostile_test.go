package op_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gomx-org/gomx/op"
)

// TestHostileParameters gives each parameter enormous numbers, alone and in tuples: an error or a shape, but no panic, no
// overflow and no memory for what nobody will run.
func TestHostileParameters(t *testing.T) {
	for _, r := range rows() {
		d, err := op.Lookup(r.op)
		if !assert.NoError(t, err) {
			return
		}
		for i := range d.Params.Fields {
			for _, n := range []string{"4611686018427387904", "-4611686018427387904", "1000000000000", "2147483648", "99999999"} {
				for _, times := range []int{0, 2, 3, 8} {
					text := n
					if times > 0 {
						text = "(" + strings.TrimSuffix(strings.Repeat(n+", ", times), ", ") + ")"
					}
					params := r.params + "; " + d.Params.Fields[i].Name + "=" + text
					assert.NotPanics(t, func() { runHostile(t, r, params) }, "%s %s", r.op, params)
				}
			}
		}
	}
}

func runHostile(t *testing.T, r row, params string) {
	u, err := newUnit(r.op, params, r.shapes...)
	if err != nil {
		return
	}
	for _, s := range append(u.in, u.out...) {
		size := 1.0
		for _, n := range s {
			assert.GreaterOrEqual(t, n, 0, "%s %s: %v", r.op, params, s)
			size *= float64(n)
		}
		if size > 1<<24 {
			return // a device says that it has no such memory
		}
	}
	_, _ = u.compile(false, false)
}
