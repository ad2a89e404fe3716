package with_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/with"
)

// TestText: options write what package op reads, in the form of MXNet's files.
func TestText(t *testing.T) {
	s := with.Gather([]with.ConvolutionOption{with.Kernel(3, 3), with.Stride(2), with.Pad(), with.NoBias(true), with.LayoutNCHW, with.Name("c1")})
	s.Int("num_filter", 8)
	assert.Equal(t, "c1", s.Name)
	assert.Equal(t, map[string]string{
		"kernel": "(3, 3)", "stride": "(2,)", "pad": "()", "no_bias": "True", "layout": "NCHW", "num_filter": "8",
	}, s.Params)
	s = with.Gather([]with.SumOption{with.Axis(1), with.KeepDims(false), with.Attr("__lr_mult__", "2")})
	assert.Equal(t, map[string]string{"axis": "1", "keepdims": "False"}, s.Params)
	assert.Equal(t, map[string]string{"__lr_mult__": "2"}, s.Attrs)
	assert.Equal(t, "(0, 2)", with.Gather([]with.SumOption{with.Axis(0, 2)}).Params["axis"])
	assert.Equal(t, "2e-05", with.Gather([]with.BatchNormOption{with.Eps(2e-5)}).Params["eps"])
	assert.Nil(t, with.Gather[with.FlattenOption](nil).Params)
}

// TestEveryOptionIsRead sends what options write through the parser.
func TestEveryOptionIsRead(t *testing.T) {
	d, err := op.Lookup("Pooling")
	require.NoError(t, err)
	s := with.Gather([]with.PoolingOption{with.PoolLp, with.PValue(2), with.Kernel(2, 3), with.ConventionFull, with.CountIncludePad(false)})
	p, err := d.ParseParams(s.Params, 0)
	require.NoError(t, err)
	two := 2
	assert.Equal(t, &op.PoolingParam{
		PoolType: "lp", PValue: &two, Kernel: []int{2, 3}, Convention: "full", Layout: "None",
	}, p)
}
