package backendtest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// Every kind of call, and every operation of expressions, has a row; names are unique.
func TestRowsAreComplete(t *testing.T) {
	kinds := map[backend.Kind]bool{}
	ops := map[expr.Op]bool{}
	names := map[string]bool{}
	for _, r := range Rows() {
		assert.False(t, names[r.Name], "two rows are called %q", r.Name)
		names[r.Name] = true
		for _, dt := range r.types() {
			p, err := r.Program(dt)
			require.NoError(t, err, r.Name)
			for _, c := range p.Entries[0].Calls {
				kinds[c.Kind] = true
				if a, ok := c.Attrs.(*backend.MapAttrs); ok {
					for _, n := range a.E.Nodes {
						ops[n.Op] = true
					}
				}
			}
		}
	}
	for _, k := range backend.Kinds() {
		assert.True(t, kinds[k], "no row with kind %v", k)
	}
	for _, op := range expr.Ops() {
		assert.True(t, ops[op], "no row with operation %v", op)
	}
	assert.True(t, slices.ContainsFunc(Rows(), func(r Row) bool { return r.Exact }))
}
