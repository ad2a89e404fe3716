package zoo

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

// The JSON of each network is byte for byte what MXNet 1.9.1 writes for it; the file has its sums.
func TestJSONIsMXNets(t *testing.T) {
	f, err := os.Open("testdata/mxnet.sha256")
	require.NoError(t, err)
	defer f.Close()
	checked := 0
	for lines := bufio.NewScanner(f); lines.Scan(); checked++ {
		want, name, _ := strings.Cut(lines.Text(), " ")
		s, err := Open(name, 0)
		require.NoError(t, err, name)
		text, err := s.ToJSON()
		require.NoError(t, err, name)
		sum := sha256.Sum256([]byte(text))
		assert.Equal(t, want, hex.EncodeToString(sum[:]), name)
	}
	assert.Equal(t, 31, checked)
}

// Every network fits the images that it is said to be made for.
func TestShapes(t *testing.T) {
	for _, name := range Names() {
		n, err := Get(name)
		require.NoError(t, err)
		s, err := Open(name, 7)
		require.NoError(t, err, name)
		shapes, err := s.InferShape(map[string]backend.Shape{"data": append(backend.Shape{2}, n.Shape[:]...)})
		require.NoError(t, err, name)
		assert.Equal(t, backend.Shape{2, 7}, shapes.Outs[0], name)
	}
}

func TestNames(t *testing.T) {
	for alias, name := range aliases {
		n, err := Get(strings.ToUpper(alias))
		require.NoError(t, err)
		assert.Equal(t, name, n.Name)
	}
	assert.Equal(t, []string{"lenet", "lenet-stn", "mlp"}, NamesFor([3]int{1, 28, 28}))
	n, err := Get("vgg")
	require.NoError(t, err)
	assert.Equal(t, []string{"vgg", "vgg-11"}, n.Aliases())
	_, err = Open("resnet-51", 0)
	assert.ErrorContains(t, err, "did you mean resnet-50?")
}
