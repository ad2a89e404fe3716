package ref_test

import (
	"testing"

	"github.com/gomx-org/gomx/backend/ref"
	"github.com/gomx-org/gomx/internal/backendtest"
)

// float32 and the storage types against float64, and every Program against itself in other variants.
func TestConformance(t *testing.T) { backendtest.Run(t, ref.New(0)) }
