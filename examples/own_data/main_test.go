package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAccuracy(t *testing.T) {
	accuracy, err := run(context.Background(), "", 6)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, accuracy, 0.97)
}
