package cuda

import (
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	entryText = regexp.MustCompile(`(?s)\.visible \.entry (\w+)\((.*?)\)\s*(?:\.maxntid (\d+)(?:, (\d+), (\d+))?)?`)
	paramText = regexp.MustCompile(`\.param (?:\.align \d+ )?\.(\w)(\d+) \w+(?:\[(\d+)\])?`)
)

// The table that launches are checked against says what the PTX says: entries, sizes of parameters, threads.
func TestTableIsWhatThePTXSays(t *testing.T) {
	files, err := fs.Glob(ptxFiles, "ptx/*.ptx")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, f := range files {
		text, err := ptxFiles.ReadFile(f)
		require.NoError(t, err)
		family := strings.TrimSuffix(strings.TrimPrefix(f, "ptx/"), ".ptx")
		for _, m := range entryText.FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = true
			k := kernelByName(m[1])
			if !assert.NotNil(t, k, "%s: %s is not in the table; run go generate ./cuda", f, m[1]) {
				continue
			}
			assert.Equal(t, family+".ptx", k.module.name, m[1])
			var sizes []int
			for _, p := range paramText.FindAllStringSubmatch(m[2], -1) {
				bits, _ := strconv.Atoi(p[2])
				if p[3] != "" {
					n, _ := strconv.Atoi(p[3])
					bits *= n
				}
				sizes = append(sizes, bits/8)
			}
			assert.Equal(t, sizes, k.params, m[1])
			var block dim3
			for i := range block {
				n, _ := strconv.ParseUint(m[3+i], 10, 32)
				block[i] = uint32(max(n, 1))
			}
			assert.Equal(t, block[0]*block[1]*block[2], k.block[0]*k.block[1]*k.block[2], "threads of %s", m[1])
		}
	}
	for _, k := range embeddedKernels {
		assert.True(t, found[k.name], "%s of the table is in no PTX; run scripts/ptx.sh", k.name)
	}
}

func kernelByName(name string) *kernel {
	for _, k := range embeddedKernels {
		if k.name == name {
			return k
		}
	}
	return nil
}

func TestStructBytes(t *testing.T) {
	v := struct {
		a uint32
		_ [4]byte
		b uint64
		c [2]int32
		d float32
	}{a: 1, b: 2, c: [2]int32{-1, 3}, d: 1}
	assert.Equal(t, []byte{1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 3, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 0}, structBytes(&v, 32))
	assert.PanicsWithValue(t, "BUG: *struct { a uint32 } takes 4 bytes, want 2: <nil>", func() { structBytes(&struct{ a uint32 }{}, 2) })
}
