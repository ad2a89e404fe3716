package symbol_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/symbol"
)

// file is a symbol file of the nodes given as JSON; the first is data, the last is the output.
func file(nodes ...string) string {
	return fmt.Sprintf(`{"nodes": [{"op": "null", "name": "data", "inputs": []}, %s], "arg_nodes": [0], "heads": [[%d, 0, 0]],
		"attrs": {"mxnet_version": ["int", 10901]}}`, strings.Join(nodes, ", "), len(nodes))
}

func relu(inputs string) string {
	return `{"op": "Activation", "name": "a", "attrs": {"act_type": "relu"}, "inputs": ` + inputs + `}`
}

// Each mistake is one line that says where it is and what would be right.
func TestHostileGraphs(t *testing.T) {
	good := file(relu("[[0, 0, 0]]"))
	_, err := symbol.LoadJSON([]byte("\xef\xbb\xbf" + good))
	require.NoError(t, err)
	for want, text := range map[string]string{
		`node 1 "a": input [1, 0] is not an earlier node`:                        file(relu("[[1, 0, 0]]")),
		`node 1 "a": input [2, 0] is not an earlier node`:                        file(relu("[[2, 0, 0]]"), relu("[[0, 0, 0]]")),
		`node 1 "a": input [-1, 0] is not an earlier node`:                       file(relu("[[-1, 0, 0]]")),
		`node 1 "a": input [0, -1]: variable "data" has 1 outputs`:               file(relu("[[0, -1, 0]]")),
		`node 1 "a": input [0, 0, -7] has a negative version`:                    file(relu("[[0, 0, -7]]")),
		`node 1: [99999999999999999999, 0, 0] where [node, output] or`:           file(relu("[[99999999999999999999, 0, 0]]")),
		`node 1: [1e3, 0, 0] where`:                                              file(relu("[[1e3, 0, 0]]")),
		`node 1: ["0", 0, 0] where`:                                              file(relu(`[["0", 0, 0]]`)),
		`node 1: [[0, 0] where`:                                                  file(relu("[[[0, 0], 0]]")),
		`node 1: 0, 0] where`:                                                    file(relu("[0, 0]")),
		`node 1: [0] where`:                                                      file(relu("[[0]]")),
		`node 1: [0, 0, 0, 0] where`:                                             file(relu("[[0, 0, 0, 0]]")),
		`node 1: "[0, 0, 0]" where [node, output]`:                               file(relu(`"[0, 0, 0]"`)),
		`node 1: it has no "inputs"`:                                             file(relu("null")),
		`node 1: invalid character 'N'`:                                          file(relu("[[NaN, 0, 0]]")),
		`node 1 "a": Activation has 2 inputs, want 1: data`:                      file(relu("[[0, 0, 0], [0, 0, 0]]")),
		`node 1: it has no "op"`:                                                 file(`{"name": "a", "inputs": []}`),
		`node 1: it has no "name"`:                                               file(`{"op": "null", "inputs": []}`),
		`node 1 "": it has no name`:                                              file(`{"op": "null", "name": "", "inputs": []}`),
		`node 1: name: a number where a string should stand`:                     file(`{"op": "null", "name": 7, "inputs": []}`),
		`node 1: attrs: a array where an object should stand`:                    file(`{"op": "null", "name": "a", "attrs": [], "inputs": []}`),
		`node 1: a number where an object should stand`:                          file(`7`),
		`node 1: unknown field "colour"`:                                         file(`{"op": "null", "name": "a", "colour": 1, "inputs": []}`),
		`node 1 "a": a variable cannot have inputs`:                              file(`{"op": "null", "name": "a", "inputs": [[0, 0, 0]]}`),
		`node 1 "a": control flow (subgraphs) is not supported`:                  file(`{"op": "null", "name": "a", "inputs": [], "subgraphs": [{}]}`),
		`node 1 "a": op: no operator "Activatoin"; the nearest are Activation`:   strings.Replace(good, "Activation", "Activatoin", 1),
		`unknown key "colour"`:                                                   strings.Replace(good, `"heads"`, `"colour"`, 1),
		`it has "nodes" twice`:                                                   strings.Replace(good, `"heads"`, `"nodes": [], "heads"`, 1),
		`it has no "heads"`:                                                      `{"nodes": [], "arg_nodes": []}`,
		`nodes: it is no list`:                                                   `{"nodes": {}}`,
		`heads: 7 where [node, output]`:                                          strings.Replace(good, `[[1, 0, 0]],`, `7,`, 1),
		`heads: input [9, 0] is not an earlier node`:                             strings.Replace(good, `[[1, 0, 0]],`, `[[9, 0, 0]],`, 1),
		`arg_nodes: 1 is not the position of a variable`:                         strings.Replace(good, `"arg_nodes": [0]`, `"arg_nodes": [1]`, 1),
		`arg_nodes: -1 is not the position of a variable`:                        strings.Replace(good, `"arg_nodes": [0]`, `"arg_nodes": [-1]`, 1),
		`arg_nodes: a number 1.5 where a whole number should stand`:              strings.Replace(good, `"arg_nodes": [0]`, `"arg_nodes": [1.5]`, 1),
		`attrs: mxnet_version is not ["int", number]`:                            strings.Replace(good, `10901`, `"10901"`, 1),
		`the file is of MXNet 2.0.0, which is newer than 1.9.1`:                  strings.Replace(strings.Replace(good, `10901`, `20000`, 1), "relu", "mish", 1),
		`BatchNorm: moving_mean is an output of Activation "a", want a variable`: file(relu("[[0, 0, 0]]"), `{"op": "BatchNorm", "name": "b", "inputs": [[0, 0, 0], [0, 0, 0], [0, 0, 0], [1, 0, 0], [0, 0, 0]]}`),
		`two variables are called "data"`:                                        file(`{"op": "null", "name": "data", "inputs": []}`, `{"op": "elemwise_add", "name": "s", "inputs": [[0, 0, 0], [1, 0, 0]]}`),
		`a name of more than 4096 bytes`:                                         file(`{"op": "null", "name": "` + strings.Repeat("a", 5000) + `", "inputs": []}`),
		`not a symbol: it has more than 32 MB`:                                   strings.Repeat("[", 33<<20),
	} {
		_, err := symbol.LoadJSON([]byte(text))
		if assert.ErrorContains(t, err, want) {
			assert.NotContains(t, err.Error(), "\n")
			assert.Less(t, len(err.Error()), 400)
		}
	}
}

// Large files cost memory in proportion to their size, whatever they are full of.
func TestHostileFilesCostLittle(t *testing.T) {
	for what, text := range map[string]string{
		"brackets": `{"nodes": ` + strings.Repeat("[", 8<<20),
		"braces":   `{"nodes": [` + strings.Repeat(`{"attrs":`, 1<<20),
		"empty":    `{"nodes": [` + strings.Repeat("{},", 2<<20) + "{}]}",
		"inputs":   file(relu("[" + strings.Repeat("[0,0,0],", 1<<20) + "[0,0,0]]")),
		"heads":    `{"nodes": [], "arg_nodes": [], "heads": [` + strings.Repeat("[0,0],", 1<<20) + `[0,0]]}`,
		"nodes":    file(strings.Repeat(`{"op":"null","name":"a","inputs":[]},`, 1<<17) + `7`),
		"name":     file(`{"op": "` + strings.Repeat("a", 8<<20) + `", "name": "a", "inputs": []}`),
		"number":   file(relu("[[" + strings.Repeat("9", 8<<20) + ", 0]]")),
		"args":     file(`{"op": "Concat", "name": "c", "attrs": {"num_args": "2000000000"}, "inputs": [[0, 0, 0]]}`),
		"outputs":  file(`{"op": "SliceChannel", "name": "c", "attrs": {"num_outputs": "2000000000"}, "inputs": [[0, 0, 0]]}`),
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, err := symbol.LoadJSON([]byte(text))
		runtime.ReadMemStats(&after)
		if assert.Error(t, err, what) {
			assert.Less(t, len(err.Error()), 400, what)
		}
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(12*len(text)+(64<<20)), what)
	}
}

// Arrays that no machine has are an error of inference, or of binding when each is possible by itself.
func TestHostileShapes(t *testing.T) {
	fc := func(hidden string) string {
		return `{"op": "FullyConnected", "name": "fc", "attrs": {"num_hidden": "` + hidden +
			`", "no_bias": "True"}, "inputs": [[0, 0, 0], [1, 0, 0]]}`
	}
	weight := `{"op": "null", "name": "w", "inputs": []}`
	var doubled []string
	for i := range 45 {
		doubled = append(doubled, fmt.Sprintf(`{"op": "Concat", "name": "c%d", "attrs": {"num_args": "2"}, "inputs": [[%d, 0, 0], [%d, 0, 0]]}`, i, i, i))
	}
	reshape := `{"op": "Reshape", "name": "r", "attrs": {"shape": "(%s)"}, "inputs": [[0, 0, 0]]}`
	for want, text := range map[string]string{
		"no memory":                 file(weight, fc("1000000000")),
		"more than 1099511627776":   file(weight, fc("9223372036854775807")),
		`Concat "c`:                 file(doubled...),
		"have 40 dimensions":        file(fmt.Sprintf(reshape, strings.Repeat("1, ", 39)+"-1")),
		"more than 1099511627776 e": file(fmt.Sprintf(reshape, "4611686018427387904, 4, -1")),
		"negative dimension":        strings.Replace(file(relu("[[0, 0, 0]]")), `"name": "data"`, `"name": "data", "attrs": {"__shape__": "(-5, 3)"}`, 1),
		"data would be (4":          strings.Replace(file(relu("[[0, 0, 0]]")), `"name": "data"`, `"name": "data", "attrs": {"__shape__": "(4611686018427387904, 3)"}`, 1),
	} {
		s, err := symbol.LoadJSON([]byte(text))
		require.NoError(t, err, want)
		shapes := map[string]backend.Shape{"data": {2, 800}}
		if strings.Contains(text, "__shape__") {
			shapes = nil
		}
		_, err = s.SimpleBind(device.CPU(0), symbol.GradNull, shapes)
		if assert.ErrorContains(t, err, want) {
			assert.NotContains(t, err.Error(), "\n")
		}
	}
}
