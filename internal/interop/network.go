package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/io/npy"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// families has one network of each family of the zoo.
var families = []string{
	"mlp", "lenet", "lenet-stn", "alexnet", "vgg11", "vgg11-bn", "googlenet", "inception-bn-28", "inception-bn-224",
	"inception-v3", "inception-v4", "inception-resnet-v2", "resnet-v1-18", "resnet-cifar-20", "resnet-50", "resnext-50",
	"mobilenet", "mobilenetv2", "resnet-28-small", "inception-bn-full",
}

// batch is the number of images that networks run on.
const batch = 2

// exchange is one network on its way between gomx and MXNet.
type exchange struct {
	*bench
	name   string
	shape  backend.Shape // of the input
	layers []string      // outputs to compare: three inner ones and the last FullyConnected's
}

// direction is one way: who writes network, parameters and input, and what is compared, got by gomx with want by MXNet.
type direction struct {
	name  string
	write func(e *exchange, w *worker, json, prefix string) error
}

var directions = []direction{{"MXNet writes, gomx reads", mxnetWrites}, {"gomx writes, MXNet reads", gomxWrites}}

// run exchanges the network both ways, with a process of MXNet's of its own, so that memory is bounded by one network.
func (e *exchange) run() error {
	n, err := zoo.Get(e.name)
	if err != nil {
		return err
	}
	e.shape = append(backend.Shape{batch}, n.Shape[:]...)
	path := filepath.Join(e.dir, "network.json")
	if err := e.tool("symbol", e.name, "-o", path); err != nil {
		return err
	}
	if e.layers, err = layersToCompare(path); err != nil {
		return err
	}
	for _, d := range directions {
		if err := e.one(d, path); err != nil {
			return fmt.Errorf("%s, %s: %w", e.name, d.name, err)
		}
	}
	return nil
}

// one goes one way.
func (e *exchange) one(d direction, json string) error {
	dir, err := os.MkdirTemp(e.dir, "")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // parameters of one direction take up to half a gigabyte
	w, err := start(e.ctx, e.python)
	if err != nil {
		return err
	}
	defer w.close()
	prefix, got, want := filepath.Join(dir, "net"), filepath.Join(dir, "got.npz"), filepath.Join(dir, "want.npz")
	if err := d.write(e, w, json, prefix); err != nil {
		return err
	}
	if err := w.ask("run", request{"prefix": prefix, "internals": e.layers, "out": want}, nil); err != nil {
		return err
	}
	err = e.tool("run", prefix, "1", "--data", prefix+"-in.npz", "--out", got, "--internals", strings.Join(e.layers, ","))
	if err != nil {
		return err
	}
	return e.compare(d, got, want)
}

// mxnetWrites has MXNet compose the network by its own functions and write it, parameters and an input.
func mxnetWrites(e *exchange, w *worker, json, prefix string) error {
	var same struct {
		JSON bool `json:"same_json"`
	}
	err := w.ask("compose_and_save", request{"json": json, "prefix": prefix, "shape": e.shape, "seed": e.seed}, &same)
	if err != nil {
		return err
	}
	if !same.JSON {
		return fmt.Errorf("MXNet writes the network otherwise than gomx symbol %s does", e.name)
	}
	return nil
}

// gomxWrites writes all that by gomx; MXNet must write the same files again.
func gomxWrites(e *exchange, w *worker, json, prefix string) error {
	net, err := symbol.Load(json)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(e.seed, 0))
	p, err := drawParams(r, net, e.shape)
	if err != nil {
		return err
	}
	if err := model.SaveCheckpoint(prefix, 1, net, p); err != nil {
		return err
	}
	in := map[string]*ndarray.NDArray{"data": random(e.shape, uniform(r, -1, 1))}
	if err := npy.SaveNPZ(prefix+"-in.npz", in); err != nil {
		return err
	}
	var same struct {
		JSON   bool `json:"same_json"`
		Params bool `json:"same_params"`
	}
	if err := w.ask("save_again", request{"prefix": prefix, "to": prefix + "-again"}, &same); err != nil {
		return err
	}
	for _, f := range []struct {
		same bool
		path string
	}{{same.JSON, model.SymbolFile(prefix)}, {same.Params, model.ParamsFile(prefix, 1)}} {
		if !f.same {
			return fmt.Errorf("MXNet loads %s, but saves it otherwise", filepath.Base(f.path))
		}
	}
	return nil
}

// compare prints the largest differences, layer by layer.
func (e *exchange) compare(d direction, gotFile, wantFile string) error {
	got, err := npy.LoadNPZ(gotFile)
	if err != nil {
		return err
	}
	want, err := npy.LoadNPZ(wantFile)
	if err != nil {
		return err
	}
	line := fmt.Sprintf("%-20s %s:", e.name, d.name)
	for _, layer := range e.layers {
		x, err := difference(got[layer], want[layer])
		if err != nil {
			return fmt.Errorf("%s %w", layer, err)
		}
		if x > tolerance {
			return fmt.Errorf("%s differs by %.2g of its largest value, want at most %g", layer, x, tolerance)
		}
		line += fmt.Sprintf(" %s %.1e", strings.TrimSuffix(layer, "_output"), x)
	}
	_, err = fmt.Fprintln(e.out, line)
	return err
}

// layersToCompare picks the outputs of three inner layers, spread over the depth, and that of the last FullyConnected, or
// of the last Convolution where there is none.
func layersToCompare(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var graph struct{ Nodes []struct{ Op, Name string } }
	if err := json.Unmarshal(text, &graph); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var layers []string
	last := map[string]int{}
	for _, n := range graph.Nodes {
		if n.Op == "null" {
			continue
		}
		last[n.Op] = len(layers)
		layers = append(layers, n.Name+"_output")
	}
	end, ok := last["FullyConnected"]
	if !ok {
		if end, ok = last["Convolution"]; !ok {
			return nil, fmt.Errorf("%s has neither FullyConnected nor Convolution", path)
		}
	}
	var picked []string
	for _, i := range []int{end / 4, end / 2, 3 * end / 4, end} {
		picked = append(picked, layers[i])
	}
	return slices.Compact(picked), nil
}

// tool runs gomx.
func (e *exchange) tool(args ...string) error {
	out, err := exec.CommandContext(e.ctx, e.gomx, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("gomx %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
	}
	return nil
}
