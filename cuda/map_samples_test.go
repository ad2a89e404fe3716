package cuda

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

var mapsFolder = flag.String("maps", "", "folder to write PTX of Maps to, for internal/ptxas to assemble")

// With -maps DIR this writes Maps of every operation in every type of arithmetic, every conversion and every access.
func TestWriteMaps(t *testing.T) {
	if *mapsFolder == "" {
		t.Skip("no -maps folder")
	}
	for name, samples := range sampleMaps() {
		require.NoError(t, os.WriteFile(filepath.Join(*mapsFolder, "map_"+name+".ptx"), []byte(joined(samples)), 0o644))
	}
}

// sample is a Map's text with a name.
type sample struct {
	name string
	text *mapText
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

// sampleMaps are the samples by file.
func sampleMaps() map[string][]sample {
	files := map[string][]sample{}
	for _, t := range []backend.DType{backend.Float32, backend.Float64, backend.Int64} {
		for _, op := range expr.Ops() {
			if op.Arity() > 0 {
				text := &mapText{e: single(op), eval: t, in: operandsOf(op.Arity(), t), out: operandsOf(1, t), lanes: 16 / max(t.Size(), 4)}
				files[t.String()] = append(files[t.String()], sample{op.String(), text})
			}
		}
	}
	for from := range backend.BFloat16 + 1 {
		for to := range backend.BFloat16 + 1 {
			if from.Known() && to.Known() {
				eval := backend.EvalType(from, to)
				text := &mapText{e: expr.MustParse("x -> x"), eval: eval, in: operandsOf(1, from), out: operandsOf(1, to), lanes: 16 / eval.Size()}
				files["cast"] = append(files["cast"], sample{fmt.Sprintf("%v_%v", from, to), text})
			}
		}
	}
	for _, lanes := range []int{1, 2, 4} {
		for dims := range mapDims + 1 {
			if dims != 1 {
				files["access"] = append(files["access"], sample{fmt.Sprintf("%d_lanes_%d_dims", lanes, dims), accessText(lanes, dims)})
			}
		}
	}
	// As many operands as threads with four, two and one lanes take.
	for _, c := range [][2]int{{4, 20}, {2, 30}, {1, 100}} {
		lanes, n := c[0], c[1]
		b := expr.NewBuilder(n - 1)
		sum := b.Input(0)
		for i := 1; i < n-1; i++ {
			sum = b.Apply(expr.Add, b.Apply(expr.Tanh, sum), b.Input(i))
		}
		text := &mapText{e: b.Build(sum), eval: backend.Float32, in: operandsOf(n-1, backend.Float32), out: operandsOf(1, backend.Float32), lanes: lanes}
		files["access"] = append(files["access"], sample{fmt.Sprintf("%d_operands", n), text})
	}
	return files
}

// single is an operation alone.
func single(op expr.Op) *expr.Expr {
	b := expr.NewBuilder(op.Arity())
	var args []int32
	for i := range op.Arity() {
		args = append(args, b.Input(i))
	}
	return b.Build(b.Apply(op, args...))
}

func operandsOf(n int, t backend.DType) []mapOperand {
	list := make([]mapOperand, n)
	for i := range list {
		list[i].dtype = t
	}
	return list
}

// accessText reads inputs in every way that there is with so many dimensions.
func accessText(lanes, dims int) *mapText {
	e := expr.MustParse("x a b c -> t = tanh(x*a + max(b, 0.5)); t, t > c ? t : c")
	text := &mapText{e: e, eval: backend.Float32, in: operandsOf(4, backend.Float32), out: operandsOf(2, backend.Float32), lanes: lanes, dims: dims}
	text.in[1].access = accessOne
	if dims > 0 {
		text.in[2].access = accessRows
		if lanes > 1 {
			text.in[3].access = accessRepeat
		}
	}
	return text
}
