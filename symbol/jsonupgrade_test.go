package symbol_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/symbol"
)

// jsonOp is a node of a small graph; inputs are positions of earlier nodes.
type jsonOp struct {
	op, name    string
	param, user map[string]string
	inputs      []int
}

func variable(name string, user ...string) jsonOp {
	return jsonOp{op: "null", name: name, user: pairs(user...)}
}

func pairs(kv ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(kv); i += 2 {
		m[kv[i]] = kv[i+1]
	}
	return m
}

// dialect writes a graph whose last node is its output as one version of MXNet did: 800 in the dialect param, older
// versions than 1000 in attr, newer ones in attrs.
func dialect(t testing.TB, version int, nodes ...jsonOp) []byte {
	type object = map[string]any
	var list []object
	args := []int{}
	for i, n := range nodes {
		o := object{"op": n.op, "name": n.name}
		inputs := [][]int{}
		for _, in := range n.inputs {
			if version == 800 {
				inputs = append(inputs, []int{in, 0})
			} else {
				inputs = append(inputs, []int{in, 0, 0})
			}
		}
		o["inputs"] = inputs
		all := maps.Clone(n.param)
		if all == nil {
			all = map[string]string{}
		}
		switch {
		case version == 800:
			o["param"], o["backward_source_id"] = all, -1
			if len(n.user) > 0 {
				o["attr"] = n.user
			}
		case version < 1000:
			maps.Copy(all, n.user)
			o["attr"] = all
		default:
			maps.Copy(all, n.user)
			o["attrs"] = all
		}
		if n.op == "null" {
			args = append(args, i)
		}
		list = append(list, o)
	}
	g := object{"nodes": list, "arg_nodes": args, "heads": [][]int{{len(nodes) - 1, 0}}}
	if version != 800 {
		g["attrs"] = object{"mxnet_version": []any{"int", version}}
	}
	text, err := json.Marshal(g)
	require.NoError(t, err)
	return text
}

// versions are those at which a rule begins or ends.
var versions = []int{800, 899, 900, 903, 904, 905, 1200, 10900, 10901, 20000}

func attrsOf(t *testing.T, text []byte) map[string]map[string]string {
	t.Helper()
	s, err := symbol.LoadJSON(text)
	require.NoError(t, err)
	out, err := s.ToJSON()
	require.NoError(t, err)
	var g struct {
		Nodes []struct {
			Name  string
			Attrs map[string]string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &g))
	m := map[string]map[string]string{}
	for _, n := range g.Nodes {
		m[n.Name] = n.Attrs
	}
	return m
}

// fc is a FullyConnected with attributes of the user, behind a variable that has some too.
func fc(user ...string) []jsonOp {
	return []jsonOp{variable("data"), variable("fc_weight"), variable("fc_bias"),
		{op: "FullyConnected", name: "fc", param: pairs("num_hidden", "4"), user: pairs(user...), inputs: []int{0, 1, 2}}}
}

// Before 1.9.1, keys that MXNet hides are spelled with underscores, and those of an input go to its variable.
func TestUpgradeHiddenKeys(t *testing.T) {
	for _, v := range versions {
		text := dialect(t, v, fc("lr_mult", "2", "ctx_group", "a", "weight_lr_mult", "3", "bias_wd_mult", "0", "__mood__", "calm")...)
		if v >= 10901 {
			_, err := symbol.LoadJSON(text)
			assert.ErrorContains(t, err, `node 3 "fc": FullyConnected: no parameter`, v)
			continue
		}
		got := attrsOf(t, text)
		assert.Equal(t, pairs("num_hidden", "4", "__lr_mult__", "2", "__ctx_group__", "a", "__mood__", "calm"), got["fc"], v)
		assert.Equal(t, pairs("__lr_mult__", "3"), got["fc_weight"], v)
		assert.Equal(t, pairs("__wd_mult__", "0"), got["fc_bias"], v)
	}
	for _, v := range []int{800, 1200} {
		for _, key := range []string{"mood", "lr_mult_late", "gamma_lr_mult", "fc_weight_lr_mult", "profiler_scope"} {
			_, err := symbol.LoadJSON(dialect(t, v, fc(key, "1")...))
			assert.ErrorContains(t, err, fmt.Sprintf("no parameter %q", key), v)
		}
	}
}

// Variables keep what is no hidden key, and as of 1.9.1 everything.
func TestUpgradeHiddenKeysOfVariables(t *testing.T) {
	nodes := fc()
	nodes[1] = variable("fc_weight", "lr_mult", "5", "mirror_stage", "s", "foo_lr_mult", "3", "mood", "x")
	for _, v := range versions {
		want := pairs("__lr_mult__", "5", "__mirror_stage__", "s", "foo_lr_mult", "3", "mood", "x")
		if v >= 10901 {
			want = nodes[1].user
		}
		assert.Equal(t, want, attrsOf(t, dialect(t, v, nodes...))["fc_weight"], v)
	}
}

// Before 0.9, missing inputs become variables with the operator's attributes; later they are an error.
func TestUpgradeMissingInputs(t *testing.T) {
	bn := []jsonOp{variable("data"), variable("g"), variable("b"),
		{op: "BatchNorm", name: "bn", param: pairs("eps", "0.01"), user: pairs("lr_mult", "3"), inputs: []int{0, 1, 2}}}
	up := []jsonOp{variable("data"), {op: "UpSampling", name: "up", inputs: []int{0},
		param: pairs("scale", "2", "sample_type", "bilinear", "num_filter", "3", "num_args", "2")}}
	for _, v := range []int{800, 899} {
		s, err := symbol.LoadJSON(dialect(t, v, bn...))
		require.NoError(t, err)
		assert.Equal(t, []string{"data", "g", "b"}, s.ListArguments())
		assert.Equal(t, []string{"bn_moving_mean", "bn_moving_var"}, s.ListAuxiliaryStates())
		got := attrsOf(t, dialect(t, v, bn...))
		assert.Equal(t, pairs("eps", "0.01", "__lr_mult__", "3", "__init__", `["zero", {}]`), got["bn_moving_mean"])
		assert.Equal(t, pairs("eps", "0.01", "__lr_mult__", "3", "__init__", `["one", {}]`), got["bn_moving_var"])
		assert.Equal(t, `["bilinear", {}]`, attrsOf(t, dialect(t, v, up...))["up_weight"]["__init__"])
		s, err = symbol.LoadJSON(dialect(t, v, variable("data"), jsonOp{op: "SoftmaxOutput", name: "softmax", inputs: []int{0}}))
		require.NoError(t, err)
		assert.Equal(t, []string{"data", "softmax_label"}, s.ListArguments())
	}
	for _, v := range []int{900, 1200, 10901} {
		_, err := symbol.LoadJSON(dialect(t, v, bn[0], bn[1], bn[2], jsonOp{op: "BatchNorm", name: "bn", inputs: []int{0, 1, 2}}))
		assert.EqualError(t, err, `node 3 "bn": BatchNorm has 3 inputs, want 5: data, gamma, beta, moving_mean, moving_var`)
		_, err = symbol.LoadJSON(dialect(t, v, up...))
		assert.ErrorContains(t, err, "num_args is 2, but it has 1 inputs")
	}
}

// Before 0.9.4, variables get the initializer that their operator wants, whatever they are called, unless they have one.
func TestUpgradeInitializers(t *testing.T) {
	bn := []jsonOp{variable("data"), variable("g"), variable("b"), variable("m"), variable("v", "__init__", `["normal", {}]`),
		{op: "BatchNorm", name: "bn", inputs: []int{0, 1, 2, 3, 4}}}
	prelu := []jsonOp{variable("data"), variable("slope"), {op: "LeakyReLU", name: "l", param: pairs("act_type", "prelu"), inputs: []int{0, 1}}}
	for _, v := range versions {
		got := attrsOf(t, dialect(t, v, bn...))
		assert.Equal(t, `["normal", {}]`, got["v"]["__init__"], v)
		mean, slope := "", ""
		if v < 904 {
			mean, slope = `["zero", {}]`, `["Constant", {"value": 0.25}]`
		}
		assert.Equal(t, mean, got["m"]["__init__"], v)
		assert.Equal(t, slope, attrsOf(t, dialect(t, v, prelu...))["slope"]["__init__"], v)
		assert.Empty(t, got["g"]["__init__"], v)
	}
}

// Before 0.9.5, axis -1 of argmax and argmin meant all axes.
func TestUpgradeArgmax(t *testing.T) {
	for _, v := range versions {
		for _, op := range []string{"argmax", "argmin"} {
			for _, axis := range []string{"-1", "1"} {
				got := attrsOf(t, dialect(t, v, variable("data"), jsonOp{op: op, name: "a", param: pairs("axis", axis), inputs: []int{0}}))
				want := pairs("axis", axis)
				if v < 905 && axis == "-1" {
					want = nil
				}
				assert.Equal(t, want, got["a"], "%s of %d", op, v)
			}
		}
	}
}

// Operators are saved by their newest names.
func TestUpgradeNames(t *testing.T) {
	for old, name := range map[string]string{"_Plus": "elemwise_add", "ElementWiseSum": "add_n", "_PlusScalar": "_plus_scalar",
		"_RDivScalar": "_rdiv_scalar", "stop_gradient": "BlockGrad", "identity": "_copy", "broadcast_plus": "broadcast_add", "sum_axis": "sum"} {
		param, inputs := pairs(), []int{0, 1}
		switch {
		case old == "ElementWiseSum":
			param = pairs("num_args", "2")
		case slices.Contains([]string{"_PlusScalar", "_RDivScalar"}, old):
			param, inputs = pairs("scalar", "1e-3"), []int{0}
		case slices.Contains([]string{"stop_gradient", "identity", "sum_axis"}, old):
			inputs = []int{0}
		}
		s, err := symbol.LoadJSON(dialect(t, 800, variable("x"), variable("y"), jsonOp{op: old, name: "z", param: param, inputs: inputs}))
		require.NoError(t, err, old)
		text, err := s.ToJSON()
		require.NoError(t, err)
		assert.Contains(t, text, fmt.Sprintf("%q", name), old)
		assert.NotContains(t, text, fmt.Sprintf("%q", old))
	}
}

// A file of 0.7 can be read as 0.7 meant it.
func TestAsTrained07(t *testing.T) {
	nodes := []jsonOp{variable("data"), {op: "Pooling", name: "p", param: pairs("kernel", "(2,2)", "stride", "(2,2)", "pool_type", "max", "pad", "(0,0)"), inputs: []int{0}},
		variable("g"), variable("b"), {op: "BatchNorm", name: "bn", param: pairs("fix_gamma", "True"), inputs: []int{1, 2, 3}}}
	load := func(version int, options ...symbol.LoadOption) string {
		s, err := symbol.LoadJSON(dialect(t, version, nodes...), options...)
		require.NoError(t, err)
		text, err := s.ToJSON()
		require.NoError(t, err)
		return text
	}
	assert.NotContains(t, load(800), "pooling_convention")
	assert.NotContains(t, load(899, symbol.AsTrained07()), "pooling_convention")
	old := load(800, symbol.AsTrained07())
	assert.Contains(t, old, `"pooling_convention": "full"`)
	assert.Contains(t, old, `"fix_gamma": "False"`)
	nodes[1].param["pooling_convention"] = "valid"
	assert.Contains(t, load(800, symbol.AsTrained07()), `"pooling_convention": "valid"`)
}

// Uses of a state that several operators share are counted, as in MXNet, and the counts survive saving.
func TestSharedStates(t *testing.T) {
	mean, variance := symbol.Variable("m"), symbol.Variable("v")
	x := symbol.Variable("data")
	for range 2 {
		x = symbol.BatchNorm(x, symbol.Input("moving_mean", mean), symbol.Input("moving_var", variance))
	}
	text, err := symbol.Group(x, mean).ToJSON()
	require.NoError(t, err)
	assert.Contains(t, text, `"inputs": [[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 1], [4, 0, 1]]`)
	assert.Contains(t, text, `"inputs": [[5, 0, 0], [6, 0, 0], [7, 0, 0], [3, 0, 2], [4, 0, 2]]`)
	assert.Contains(t, text, `"heads": [[8, 0, 0], [3, 0, 0]]`)
	s, err := symbol.LoadJSON([]byte(text))
	require.NoError(t, err)
	again, err := s.ToJSON()
	require.NoError(t, err)
	assert.Equal(t, text, again)
}
