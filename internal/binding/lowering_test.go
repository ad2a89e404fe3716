package binding

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

func TestLowering(t *testing.T) {
	b := backend.NewBuilder(&backend.Program{})
	shape := backend.Shape{3}
	x := b.Arg("x", backend.In, shape, backend.Float32)
	b.Arg("y", backend.Out, shape, backend.Float32)
	c := b.Const(shape, backend.Float32, 1, 2, 3)
	sorted, _ := b.Sort(b.Add(x, c), 0, false)
	b.Write("y", sorted)
	require.NoError(t, b.Finish(backend.Infer))
	l := NewLowering(b.P, 64)

	for id := range b.P.Values {
		at := l.Places[id]
		switch v := &b.P.Values[id]; {
		case v.Kind == backend.ConstValue:
			assert.Equal(t, SpaceConst, at.Space)
			assert.Equal(t, v.ConstBytes(), l.Consts[at.Offset:][:v.Bytes()])
		case v.Kind == backend.ArgValue:
			assert.Equal(t, Place{Space: SpaceArg, Index: v.Arg}, at)
		}
	}
	assert.Equal(t, Place{SpaceScratch, 0, 0}, l.Scratch(10))
	assert.Equal(t, Place{SpaceScratch, 0, 64}, l.Scratch(65))
	l.Used = 0
	assert.Equal(t, Place{SpaceScratch, 0, 0}, l.Scratch(1), "another call has the same memory")
	at := l.Const([]byte{7})
	assert.Zero(t, at.Offset%64)
	assert.Equal(t, byte(7), l.Consts[at.Offset])
	sizes := l.Sizes()
	assert.Equal(t, 192, sizes[SpaceScratch], "that of the greediest call")
	assert.Equal(t, at.Offset+1, sizes[SpaceConst])
	assert.Equal(t, Place{SpaceConst, 0, at.Offset + 8}, at.At(8))
	assert.Equal(t, "scratch", SpaceScratch.String())
}

type block struct{ freed int }

func (b *block) Free() { b.freed++ }

func TestBuffer(t *testing.T) {
	mem := &block{}
	var b Buffer
	b.Hold(mem, 12)
	assert.Equal(t, 12, b.Size())
	b.Touch()
	assert.Equal(t, uint64(1), b.Version())
	require.NoError(t, b.Retain())
	b.Free()
	assert.True(t, b.Freed())
	assert.False(t, b.Gone())
	assert.Zero(t, mem.freed, "somebody uses it")
	assert.EqualError(t, b.Retain(), "the buffer of 12 bytes was freed")
	b.Release()
	assert.True(t, b.Gone())
	assert.Equal(t, 1, mem.freed)
}
