package verify

import (
	"os"
	"testing"
)

func TestTmp(t *testing.T) {
	sum, err := Run(os.Stdout, os.Getenv("GOMX_VECTORS"), Options{})
	t.Log(sum, err)
}
