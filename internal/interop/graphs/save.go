package graphs

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// tolerance is how far numbers may differ, in units of the largest of their array.
const tolerance = 1e-4

// Save writes the network and its inputs, as numbers of type t, as a case to be recorded: internal/verify replays it when
// the other library has added what it computes.
func (g *Graph) Save(dir string, t backend.DType) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := g.Symbol.Save(filepath.Join(dir, "symbol.json")); err != nil {
		return err
	}
	in := map[string]*ndarray.NDArray{}
	for name, a := range g.Args {
		in[symbol.ArgName(name)] = a.AsType(t)
	}
	for name, a := range g.Aux {
		in[symbol.AuxName(name)] = a.AsType(t)
	}
	for i, a := range g.Heads {
		in[symbol.HeadName(i)] = a.AsType(t)
	}
	if err := ndarray.Save(filepath.Join(dir, "in.params"), in); err != nil {
		return err
	}
	noGrad := append([]string{}, g.NoGrad...)
	meta, err := json.MarshalIndent(map[string]any{"name": filepath.Base(dir), "tol": tolerance, "grad": true, "train": true, "no_grad": noGrad,
		"chance": true, "ops": g.Ops}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "meta.json"), meta, 0o644)
}
