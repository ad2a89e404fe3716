package binding

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

func TestCheckOverlap(t *testing.T) {
	p := &backend.Program{Args: []backend.Arg{{Name: "a", Mode: backend.In}, {Name: "b", Mode: backend.In}, {Name: "y", Mode: backend.Out}}}
	for _, c := range []struct {
		spans []Span
		want  string
	}{
		{[]Span{{0, 8, 0}, {0, 8, 1}, {8, 16, 2}}, ""},
		{[]Span{{0, 8, 0}, {4, 12, 1}, {16, 20, 2}}, ""},
		{[]Span{{0, 8, 0}, {7, 12, 2}}, `arguments "a" and "y" overlap and one is written`},
		{[]Span{{4, 6, 1}, {0, 8, 2}}, `arguments "y" and "b" overlap and one is written`},
		{[]Span{{0, 100, 2}, {1, 2, 0}, {50, 60, 1}}, `arguments "y" and "a" overlap and one is written`},
		{[]Span{{0, 100, 0}, {1, 2, 1}, {50, 60, 2}}, `arguments "a" and "y" overlap and one is written`},
	} {
		err := CheckOverlap(p, c.spans)
		if c.want == "" {
			assert.NoError(t, err)
		} else {
			assert.EqualError(t, err, c.want)
		}
	}
}

func TestReadsPrepared(t *testing.T) {
	p := &backend.Program{Entries: []backend.Entry{
		{Kind: backend.Prepare, Calls: []backend.Call{{Out: []backend.ValueID{7}}}},
	}}
	assert.True(t, ReadsPrepared(p, []backend.Call{{In: []backend.ValueID{1, 7}}}))
	assert.False(t, ReadsPrepared(p, []backend.Call{{In: []backend.ValueID{1}}}))
	assert.False(t, ReadsPrepared(&backend.Program{}, []backend.Call{{In: []backend.ValueID{7}}}))
}

// memory is a buffer that only counts versions.
type memory struct {
	backend.Buffer
	version uint64
}

func (m *memory) Version() uint64 { return m.version }

func TestPrepared(t *testing.T) {
	a, b := &memory{}, &memory{}
	params := []backend.Region{{Buffer: a}, {Buffer: b, Offset: 4}}
	var m Prepared
	assert.False(t, m.Current(params))
	m.Remember(params)
	require.True(t, m.Current(params))
	assert.False(t, m.Current(params[:1]))
	assert.False(t, m.Current([]backend.Region{{Buffer: a}, {Buffer: b, Offset: 8}}))
	b.version++
	assert.False(t, m.Current(params))
	m.Remember(params)
	require.True(t, m.Current(params))
	m.Forget()
	assert.False(t, m.Current(params))
	m.Remember([]backend.Region{{Host: []byte{1}}})
	assert.False(t, m.Current([]backend.Region{{Host: []byte{1}}}), "host memory has no version")
	m.Remember(nil)
	assert.True(t, m.Current(nil))
}
