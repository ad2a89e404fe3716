package backendtest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/backend/ref"
)

// Every kind of call, and every operation of expressions, has a row; names are unique.
func TestRowsAreComplete(t *testing.T) {
	kinds := map[backend.Kind]bool{}
	ops := map[expr.Op]bool{}
	names := map[string]bool{}
	for _, r := range Rows() {
		assert.False(t, names[r.Name], "two rows are called %q", r.Name)
		names[r.Name] = true
		for _, dt := range r.DTypes() {
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

func openRow(t *testing.T, name string) *Instance {
	t.Helper()
	rows := Rows()
	at := slices.IndexFunc(rows, func(r Row) bool { return r.Name == name })
	require.GreaterOrEqual(t, at, 0)
	in, err := Open(ref.New(0), rows[at], backend.Float32, backend.Options{})
	require.NoError(t, err)
	t.Cleanup(in.Close)
	require.NoError(t, in.Run())
	return in
}

// A kernel that writes beside its output, or into an input, is found out.
func TestOutputsSeesStrayWrites(t *testing.T) {
	for want, spoil := range map[string]func(a, b, y *bufferOf){
		`wrote 1 bytes before argument "y"`:          func(a, b, y *bufferOf) { y.buffer.Bytes()[y.offset-1] = 0 },
		`wrote byte 3 after the end of argument "y"`: func(a, b, y *bufferOf) { y.buffer.Bytes()[y.offset+y.bytes()+3] = 7 },
		`changed the input "b"`:                      func(a, b, y *bufferOf) { b.buffer.Bytes()[b.offset]++ },
		`wrote byte 0 after the end of argument "a"`: func(a, b, y *bufferOf) { a.buffer.Bytes()[a.offset+a.bytes()] = 0 },
	} {
		in := openRow(t, "Map broadcast (33,17) (17,)")
		_, err := in.Outputs()
		require.NoError(t, err)
		spoil(&in.args[0], &in.args[1], &in.args[2])
		_, err = in.Outputs()
		assert.EqualError(t, err, want)
	}
}

// A device whose results are wrong in one element, or that does not write one, fails.
func TestCheckSeesWrongResults(t *testing.T) {
	row := Row{Name: "x", Length: 10}
	want := []Output{{"y", backend.Float32, []float64{1, 2, nan, inf(1), 0}}}
	same := func() []Output { return []Output{{"y", backend.Float32, slices.Clone(want[0].Values)}} }
	assert.NoError(t, compare(row, same(), want))
	for _, k := range []struct {
		at int
		v  float64
	}{{0, 1.0001}, {1, nan}, {2, 0}, {3, inf(-1)}, {3, 5}, {4, 1e-3}, {4, inf(1)}} {
		got := same()
		got[0].Values[k.at] = k.v
		assert.ErrorContains(t, compare(row, got, want), "1 of 5 elements differ", "%v at %d", k.v, k.at)
	}
	got := same()
	got[0].Values[0] += 1e-6
	assert.NoError(t, compare(row, got, want), "rounding")
	row.Exact = true
	assert.Error(t, compare(row, got, want))
	assert.ErrorContains(t, compare(row, nil, want), "0 outputs")
	got[0].Values = got[0].Values[:2]
	assert.ErrorContains(t, compare(row, got, want), "2 elements, want 5")
}

// Every type comes through encode and decode, and overflow is told apart from error.
func TestNumbers(t *testing.T) {
	for _, dt := range allTypes {
		v := []float64{0, 1, 0, 1}
		roundTo(dt, v)
		assert.Equal(t, []float64{0, 1, 0, 1}, v, dt)
	}
	assert.True(t, near(Row{}, backend.Float32, inf(1), 3.5e38))
	assert.False(t, near(Row{}, backend.Float32, inf(-1), 3.5e38))
	assert.False(t, near(Row{}, backend.Float32, inf(1), 3e38))
	assert.True(t, near(Row{}, backend.Float32, 0, 1e-40), "flushed to zero")
	assert.False(t, near(Row{}, backend.Int32, 1, 2))
}
