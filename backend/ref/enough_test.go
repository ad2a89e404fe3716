package ref

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What no machine has is an error, where Go would end the program.
func TestMemoryThatIsNotThere(t *testing.T) {
	_, err := New(0).Alloc(1 << 45)
	assert.ErrorContains(t, err, "no memory for 35184372088832 bytes")
	_, err = New(0).Alloc(1 << 29)
	assert.NoError(t, err)
}
