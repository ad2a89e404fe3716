package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/symbol"
)

// Three forms of symbols: a folder with a network, single files with what MXNet says about them, and the index of the
// networks.
func init() {
	register(kind{
		name:      "symbols",
		recognise: func(f *folder) bool { return f.has("shapes.json", "internals.json") },
		list:      itself,
		run:       runNetwork,
	})
	register(kind{
		name: "symbols",
		recognise: func(f *folder) bool {
			return f.name == "symbols" || len(f.stems(".resaved.json"))+len(f.stems(".info.json")) > 0
		},
		list: func(f *folder) []string {
			return slices.DeleteFunc(f.stems(".json"), func(s string) bool {
				return strings.HasSuffix(s, ".info") || strings.HasSuffix(s, ".resaved")
			})
		},
		run: func(c *check) error {
			if c.base == "index" {
				return runIndex(c)
			}
			return runGraph(c)
		},
	})
}

// named is a recorded pair of name and shape.
type named struct {
	name  string
	shape backend.Shape
}

func (n *named) UnmarshalJSON(b []byte) error {
	var pair []json.RawMessage
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return errors.New("want [name, shape]")
	}
	return errors.Join(json.Unmarshal(pair[0], &n.name), json.Unmarshal(pair[1], &n.shape))
}

// graphInfo is shapes.json.
type graphInfo struct {
	Data            []int
	Arguments       []named
	Outputs         []named
	Aux             []named
	ParameterCount  int            `json:"parameter_count"`
	AuxCount        int            `json:"aux_count"`
	OperatorsByName map[string]int `json:"op_counts"`
}

func runNetwork(c *check) error {
	var info graphInfo
	if err := readJSON(c.path("shapes.json"), &info); err != nil {
		return err
	}
	var internals []named
	if err := readJSON(c.path("internals.json"), &internals); err != nil {
		return err
	}
	net, err := loadSymbol(c.path("symbol.json"))
	if err != nil {
		return err
	}
	shapes, err := net.InferShape(map[string]backend.Shape{"data": info.Data})
	if err != nil {
		return err
	}
	c.names("arguments", net.ListArguments(), shapes.Args, info.Arguments)
	c.names("outputs", net.ListOutputs(), shapes.Outs, info.Outputs)
	c.names("aux", net.ListAuxiliaryStates(), shapes.Aux, info.Aux)
	inner := net.GetInternals()
	innerShapes, err := inner.InferShape(map[string]backend.Shape{"data": info.Data})
	if err != nil {
		return fmt.Errorf("internals: %w", err)
	}
	c.names("internals", inner.ListOutputs(), innerShapes.Outs, internals)
	parameters, aux := parameterCount(net, shapes)
	c.equal("parameter_count", parameters, info.ParameterCount)
	c.equal("aux_count", aux, info.AuxCount)
	_, counts, err := operatorCounts(c.path("symbol.json"))
	if err != nil {
		return err
	}
	c.equal("op_counts", counts, info.OperatorsByName)
	return c.savesAs(net, c.path("symbol.json"))
}

// names compares a list of names and the shapes that go with them.
func (c *check) names(what string, names []string, shapes []backend.Shape, want []named) {
	got := make([]string, len(names))
	for i, n := range names {
		got[i] = n + " " + shapes[i].String()
	}
	wanted := make([]string, len(want))
	for i, n := range want {
		wanted[i] = n.name + " " + n.shape.String()
	}
	c.list(what, got, wanted)
}

// list compares two lists, and tells the first element that differs.
func (c *check) list(what string, got, want []string) {
	c.compared++
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			c.differ(what, "number %d is %q, want %q", i, got[i], want[i])
			return
		}
	}
	if len(got) != len(want) {
		c.differ(what, "are %d, want %d", len(got), len(want))
	}
}

// parameterCount counts the numbers in parameters, without data and label, and in auxiliary states.
func parameterCount(net *symbol.Symbol, s *symbol.Shapes) (parameters, aux int) {
	for i, n := range net.ListArguments() {
		if n != "data" && !strings.HasSuffix(n, "label") {
			parameters += s.Args[i].Size()
		}
	}
	for _, a := range s.Aux {
		aux += a.Size()
	}
	return parameters, aux
}

// operatorCounts counts the nodes of a file, and by operator.
func operatorCounts(path string) (nodes int, counts map[string]int, err error) {
	var g struct{ Nodes []struct{ Op string } }
	if err := readJSON(path, &g); err != nil {
		return 0, nil, err
	}
	counts = map[string]int{}
	for _, n := range g.Nodes {
		counts[n.Op]++
	}
	return len(g.Nodes), counts, nil
}

// savesAs wants the network, saved again, to be the bytes of a file.
func (c *check) savesAs(net *symbol.Symbol, path string) error {
	want, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	got, err := net.ToJSON()
	if err != nil {
		return err
	}
	c.bytes("saved again it", []byte(got), want)
	return nil
}

// runGraph loads NAME.json, compares it with NAME.info.json, and saves it again as NAME.resaved.json has it: as MXNet
// 1.9.1 upgrades an old file, or as the file itself.
func runGraph(c *check) error {
	net, err := loadSymbol(c.path(".json"))
	if err != nil {
		return err
	}
	var info struct {
		Arguments, Outputs, Internals, Aux []string
		AttrDict                           map[string]map[string]string `json:"attr_dict"`
	}
	if err := readJSON(c.path(".info.json"), &info); err != nil && !absent(err) {
		return err
	} else if err == nil {
		for _, l := range []struct {
			what      string
			got, want []string
		}{
			{"arguments", net.ListArguments(), info.Arguments}, {"outputs", net.ListOutputs(), info.Outputs},
			{"internals", net.GetInternals().ListOutputs(), info.Internals}, {"aux", net.ListAuxiliaryStates(), info.Aux},
		} {
			if l.want != nil {
				c.list(l.what, l.got, l.want)
			}
		}
		c.attributes(net.AttrDict(), info.AttrDict)
	}
	err = c.savesAs(net, c.path(".resaved.json"))
	if absent(err) {
		err = c.savesAs(net, c.path(".json"))
	}
	return err
}

// attributes compares two attr_dicts, and tells the first node that differs.
func (c *check) attributes(got, want map[string]map[string]string) {
	c.compared++
	all := maps.Clone(got)
	maps.Copy(all, want)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !maps.Equal(got[name], want[name]) {
			c.differ("attributes of "+name, "are %v, want %v", got[name], want[name])
			return
		}
	}
}

// runIndex compares the sizes of all networks beside the index.
func runIndex(c *check) error {
	var index map[string]struct{ Parameters, Nodes int }
	if err := readJSON(c.path(".json"), &index); err != nil {
		return err
	}
	unknown := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(index)) {
		dir := filepath.Join(c.dir, name)
		nodes, _, err := operatorCounts(filepath.Join(dir, "symbol.json"))
		if err != nil {
			return err
		}
		c.equal(name+" nodes", nodes, index[name].Nodes)
		net, err := loadSymbol(filepath.Join(dir, "symbol.json"))
		var m missing
		if errors.As(err, &m) {
			for _, o := range strings.Split(strings.TrimPrefix(string(m), "operator "), ", ") {
				unknown[o] = true
			}
			continue
		}
		if err != nil {
			return err
		}
		var info graphInfo
		if err := readJSON(filepath.Join(dir, "shapes.json"), &info); err != nil {
			return err
		}
		shapes, err := net.InferShape(map[string]backend.Shape{"data": info.Data})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		parameters, _ := parameterCount(net, shapes)
		c.equal(name+" parameters", parameters, index[name].Parameters)
	}
	if len(unknown) > 0 {
		return missing("operator " + strings.Join(slices.Sorted(maps.Keys(unknown)), ", "))
	}
	return nil
}
