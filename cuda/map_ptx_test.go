package cuda

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

var mapsFolder = flag.String("maps", "", "folder to write PTX of Maps of every operation and type to, for internal/ptxas")

// sample is a Map's text with a name.
type sample struct {
	name string
	text *mapText
}

// sampleMaps are texts with every operation in every type of arithmetic, every conversion and every access.
func sampleMaps() map[string][]sample {
	files := map[string][]sample{}
	whole := func(n int, t backend.DType) []mapOperand {
		var list []mapOperand
		for range n {
			list = append(list, mapOperand{dtype: t})
		}
		return list
	}
	for _, t := range []backend.DType{backend.Float32, backend.Float64, backend.Int64} {
		for _, op := range expr.Ops() {
			if op.Arity() == 0 {
				continue
			}
			b := expr.NewBuilder(op.Arity())
			var args []int32
			for i := range op.Arity() {
				args = append(args, b.Input(i))
			}
			text := &mapText{e: b.Build(b.Apply(op, args...)), in: whole(op.Arity(), t), out: whole(1, t), lanes: 16 / max(t.Size(), 4)}
			files[t.String()] = append(files[t.String()], sample{op.String(), text})
		}
	}
	for from := range backend.BFloat16 + 1 {
		for to := range backend.BFloat16 + 1 {
			if from.Known() && to.Known() {
				text := &mapText{e: expr.MustParse("x -> x"), in: whole(1, from), out: whole(1, to), lanes: 16 / max(from.Size(), to.Size(), 4)}
				files["cast"] = append(files["cast"], sample{fmt.Sprintf("%v_%v", from, to), text})
			}
		}
	}
	e := expr.MustParse("x a b c -> t = tanh(x*a + max(b, 0.5)); t, t > c ? t : c")
	for _, lanes := range []int{1, 2, 4} {
		for dims := range mapDims + 1 {
			text := &mapText{e: e, in: whole(4, backend.Float32), out: whole(2, backend.Float32), lanes: lanes, dims: dims}
			text.in[1].access = accessOne
			if dims == 1 {
				continue
			}
			if dims > 1 {
				text.in[2].access = accessRows
				if lanes > 1 {
					text.in[3].access = accessRepeat
				}
			}
			files["access"] = append(files["access"], sample{fmt.Sprintf("%d_lanes_%d_dims", lanes, dims), text})
		}
	}
	return files
}

// joined is one module with all samples, and their functions once.
func joined(samples []sample) string {
	calls := map[string]bool{}
	var entries strings.Builder
	for _, s := range samples {
		w := s.text.write()
		maps.Copy(calls, w.calls)
		entries.WriteString(w.entry("map_" + s.name))
	}
	return ptxHeader + mathText(calls) + entries.String()
}

// With -maps DIR this writes what `make ptxas` assembles next to the embedded files.
func TestWriteMaps(t *testing.T) {
	if *mapsFolder == "" {
		t.Skip("no -maps folder")
	}
	for name, samples := range sampleMaps() {
		require.NoError(t, os.WriteFile(filepath.Join(*mapsFolder, "map_"+name+".ptx"), []byte(joined(samples)), 0o644))
	}
}

func TestMathPieces(t *testing.T) {
	names := map[string]bool{}
	for _, p := range mathPieces() {
		names[p.name] = true
	}
	assert.Contains(t, names, "exp_f32")
}
