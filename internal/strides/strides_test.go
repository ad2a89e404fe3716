package strides

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gomx-org/gomx/backend"
)

func TestBroadcast(t *testing.T) {
	assert.Equal(t, []int{0, 1, 0}, Broadcast(backend.Shape{5, 1}, backend.Shape{2, 5, 3}))
	assert.Equal(t, []int{0, 0}, Broadcast(backend.Shape{}, backend.Shape{2, 5}))
	assert.Equal(t, backend.Shape{1, 1, 7}, Align(backend.Shape{7}, 3))
}

func TestCollapse(t *testing.T) {
	d := Dims{Size: []int{2, 1, 3, 4}, Stride: [][]int{{12, 12, 4, 1}, {0, 7, 4, 1}}}
	d.Collapse()
	assert.Equal(t, Dims{Size: []int{2, 12}, Stride: [][]int{{12, 1}, {0, 1}}}, d)
	assert.Equal(t, 24, d.Count())

	d = Dims{Size: []int{1, 1}, Stride: [][]int{{1, 1}}}
	d.Collapse()
	assert.Empty(t, d.Size)
	assert.Equal(t, 1, d.Count())
}
