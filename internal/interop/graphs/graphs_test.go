package graphs

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Networks are drawn the same again from the same seed, and this library takes all of them.
func TestDraw(t *testing.T) {
	for i := range uint64(300) {
		g, err := Draw(rand.New(rand.NewPCG(7, i)))
		require.NoError(t, err, i)
		again, err := Draw(rand.New(rand.NewPCG(7, i)))
		require.NoError(t, err, i)
		a, err := g.Symbol.ToJSON()
		require.NoError(t, err, i)
		b, err := again.Symbol.ToJSON()
		require.NoError(t, err, i)
		assert.Equal(t, a, b, i)
	}
}
