package archtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReadme keeps the network in the README the one of examples/quickstart, which compiles, and short.
func TestReadme(t *testing.T) {
	root := filepath.Join("..", "..")
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	program, err := os.ReadFile(filepath.Join(root, "examples", "quickstart", "main.go"))
	require.NoError(t, err)

	_, shown, ok := strings.Cut(string(readme), "```go\n")
	require.True(t, ok, "README.md has no Go code")
	shown, _, ok = strings.Cut(shown, "```")
	require.True(t, ok)
	assert.Contains(t, string(program), "\n"+shown, "copy the new text of examples/quickstart into README.md")
	assert.LessOrEqual(t, strings.Count(shown, "\n"), 25)
}
