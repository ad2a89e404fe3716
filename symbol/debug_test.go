package symbol_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// TestDebugStr holds the text to MXNet's.
func TestDebugStr(t *testing.T) {
	x := symbol.Variable("x")
	parts := symbol.SliceChannel(symbol.BatchNorm(x, with.Name("bn")), 2, with.Name("sp"))
	text, err := symbol.Group(parts, x).DebugStr()
	require.NoError(t, err)
	assert.Equal(t, `Symbol Outputs:
	output[0]=sp(0)
	output[1]=sp(1)
	output[2]=x(0)
Variable:x
Variable:bn_gamma
Variable:bn_beta
Variable:bn_moving_mean
Variable:bn_moving_var
--------------------
Op:BatchNorm, Name=bn
Inputs:
	arg[0]=x(0) version=0
	arg[1]=bn_gamma(0) version=0
	arg[2]=bn_beta(0) version=0
	arg[3]=bn_moving_mean(0) version=1
	arg[4]=bn_moving_var(0) version=1
--------------------
Op:SliceChannel, Name=sp
Inputs:
	arg[0]=bn(0)
Attrs:
	num_outputs=2
`, text)
	text, err = x.DebugStr()
	require.NoError(t, err)
	assert.Equal(t, "Variable:x\n", text)
	_, err = symbol.Group().DebugStr()
	assert.Error(t, err)
}
