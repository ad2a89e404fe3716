package mxio

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzCSV: no text panics; what is read has whole examples.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"1,2\n3,4\n", " 1 , 2.5e3\r\n-0,nan", "\"1\",2\n", "1,2,3\n", "\n\n", "1;2", "\xff,1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "fuzz.csv")
		require.NoError(t, os.WriteFile(path, b, 0o600))
		numbers, rows, err := readCSV(path, []int{2})
		if err == nil {
			require.Positive(t, rows)
			require.Len(t, numbers, 2*rows)
		}
	})
}
