package symbol_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

type attrs = map[string]string

// scoped is a network of nested scopes; scope.json is MXNet's.
func scoped() *symbol.Symbol {
	outer := symbol.NewAttrScope(attrs{"ctx_group": "dev1", "__lr_mult__": "0.1", "__mood__": "angry"})
	inner := outer.With(attrs{"__lr_mult__": "0.5", "__data__": "x"})
	names := symbol.Names()
	c := symbol.Convolution(symbol.Variable("data", outer), 4, with.Kernel(3, 3), with.Name("c"), outer, names)
	b := symbol.BatchNorm(c, with.Attr("__mood__", "happy"), inner, names, with.Name("bn"))
	f := symbol.FullyConnected(b, 3, inner, names, with.Attr("wd_mult", "2"))
	w := symbol.Variable("w", symbol.LRMult(7.5), symbol.Attr("__mood__", "calm"), symbol.WDMult(3), symbol.DType(backend.Float16), inner,
		symbol.Init(`["xavier", {"rnd_type": "uniform", "factor_type": "avg", "magnitude": 3}]`), symbol.Shape(2, 0))
	return symbol.SoftmaxOutput(symbol.Add(f, w, outer, names), outer, names, with.Name("sm"))
}

// prefixed is a network of nested prefixes; prefix.json is MXNet's.
func prefixed() *symbol.Symbol {
	left, in := symbol.Prefix("left_"), symbol.Prefix("in_")
	x := symbol.FullyConnected(symbol.Variable("data"), 4, with.Name("fc"), left)
	x = symbol.Activation(x, with.ActRelu, left)
	x = symbol.FullyConnected(x, 4, left)
	x = symbol.Neg(symbol.Add(x, x, left), left)
	x = symbol.FullyConnected(x, 4, in)
	x = symbol.Dropout(x, with.Attr("force_mirroring", "True"), in)
	x = symbol.FullyConnected(x, 2, left)
	return symbol.LeakyReLU(x, with.LeakyPrelu, left)
}

func TestScopesAndPrefixesGiveMXNetsBytes(t *testing.T) {
	for file, net := range map[string]*symbol.Symbol{"scope.json": scoped(), "prefix.json": prefixed()} {
		text, err := net.ToJSON()
		require.NoError(t, err)
		assert.Equal(t, read(t, file), text, file)
		again, err := symbol.LoadJSON([]byte(text))
		require.NoError(t, err)
		text, err = again.ToJSON()
		require.NoError(t, err)
		assert.Equal(t, read(t, file), text, file)
	}
}

// TestNameManagers: each counts for itself, and one goes on counting in the next network.
func TestNameManagers(t *testing.T) {
	names := symbol.Names()
	fc := func(opts ...with.FullyConnectedOption) string {
		return symbol.FullyConnected(symbol.Variable("data"), 1, opts...).Name()
	}
	assert.Equal(t, "fullyconnected0", fc(names))
	assert.Equal(t, "fullyconnected1", fc(names, with.Name("")))
	assert.Equal(t, "fc", fc(names, with.Name("fc")))
	assert.Equal(t, "fullyconnected2", fc(names))
	assert.Equal(t, "fullyconnected0", fc())
	assert.Equal(t, "fullyconnected0", fc(symbol.Names()))
	assert.Equal(t, "a_fullyconnected0", fc(symbol.Prefix("a_")))
}

func TestAttributesLikeMXNets(t *testing.T) {
	fc := symbol.FullyConnected(symbol.Variable("x"), 3, with.Name("fc"), symbol.NewAttrScope(attrs{"lr_mult": "2"}))
	want := attrs{"num_hidden": "3", "__lr_mult__": "2", "lr_mult": "2"}
	assert.Equal(t, want, fc.ListAttr())
	assert.Equal(t, map[string]map[string]string{"fc": want, "fc_weight": want, "fc_bias": want}, fc.AttrDict())
	v, ok := fc.Attr("lr_mult")
	assert.True(t, ok)
	assert.Equal(t, "2", v)

	require.NoError(t, fc.SetAttr("force_mirroring", "True"))
	require.NoError(t, fc.SetAttr("num_hidden", "7"))
	assert.Equal(t, attrs{"num_hidden": "7", "__lr_mult__": "2", "lr_mult": "2", "__force_mirroring__": "True", "force_mirroring": "True"}, fc.ListAttr())
	sh, err := fc.InferShape(map[string]backend.Shape{"x": {2, 5}})
	require.NoError(t, err)
	assert.Equal(t, []backend.Shape{{2, 7}}, sh.Outs)

	for key, text := range map[string]string{
		"mood": `no parameter "mood"`, "num_hidden": "want a whole number", "no_bias": "changes the inputs",
		"weight_lr_mult": "give the variable itself lr_mult",
	} {
		assert.ErrorContains(t, fc.SetAttr(key, "True"), text)
	}
	v, _ = fc.Attr("num_hidden")
	assert.Equal(t, "7", v, "a refused attribute changes nothing")

	x := symbol.Variable("x")
	require.NoError(t, x.SetAttr("mood", "calm"))
	require.NoError(t, x.SetAttr("wd_mult", "3"))
	assert.Equal(t, attrs{"mood": "calm", "__wd_mult__": "3", "wd_mult": "3"}, x.ListAttr())

	both := symbol.Group(x, fc)
	_, ok = both.Attr("mood")
	assert.False(t, ok)
	assert.ErrorContains(t, both.SetAttr("mood", "x"), "several nodes")

	for _, s := range []*symbol.Symbol{
		symbol.FullyConnected(x, 3, with.Attr("mood", "x")), symbol.FullyConnected(x, 3, symbol.NewAttrScope(attrs{"mood": "x"})),
		symbol.FullyConnected(x, 3, with.Attr("weight_lr_mult", "3")), symbol.Variable("v", symbol.Attr("v_wd_mult", "3")),
	} {
		assert.Error(t, s.Err())
	}
}
