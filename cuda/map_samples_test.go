package cuda

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
		text := &mapText{e: sumOf(n), eval: backend.Float32, in: operandsOf(n-1, backend.Float32), out: operandsOf(1, backend.Float32), lanes: lanes}
		files["access"] = append(files["access"], sample{fmt.Sprintf("%d_operands", n), text})
	}
	many := manySamples()
	for _, name := range slices.Sorted(maps.Keys(many)) {
		files["many"] = append(files["many"], sample{name, many[name].forMany()})
	}
	return files
}

// manySamples are Maps for kernels that compute many: updates, and other types and lanes.
func manySamples() map[string]*mapText {
	sgd := &mapText{e: expr.MustParse("w g m lr wd rs mu -> v = mu*m - lr*(rs*g + wd*w); w + v, v"), eval: backend.Float32,
		in: operandsOf(7, backend.Float32), out: operandsOf(2, backend.Float32), lanes: 4}
	for i := 3; i < 7; i++ {
		sgd.in[i].access = accessOne
	}
	adam := &mapText{e: expr.MustParse("w g m v lr -> d = g + 0.1*w; m1 = 0.9*m + 0.1*d; v1 = 0.99*v + 0.01*(d*d); w - lr*m1/(sqrt(v1) + 1e-8), m1, v1"),
		eval: backend.Float32, in: operandsOf(5, backend.Float32), out: operandsOf(3, backend.Float32), lanes: 4}
	adam.in[4].access = accessOne
	half := &mapText{e: expr.MustParse("w m -> w + m, w + m"), eval: backend.Float32, in: operandsOf(2, backend.Float32), out: operandsOf(2, backend.Float16), lanes: 2}
	return map[string]*mapText{
		"sgd": sgd, "adam": adam, "half": half,
		"float64": {e: expr.MustParse("x -> tanh(x)"), eval: backend.Float64, in: operandsOf(1, backend.Float64), out: operandsOf(1, backend.Float64), lanes: 1},
		"int64":   {e: expr.MustParse("x y -> x + y"), eval: backend.Int64, in: operandsOf(2, backend.Int64), out: operandsOf(1, backend.Int8), lanes: 2},
		"wide":    {e: sumOf(20), eval: backend.Float32, in: operandsOf(19, backend.Float32), out: operandsOf(1, backend.Float32), lanes: 4},
	}
}

// sumOf has n operands, the result among them.
func sumOf(n int) *expr.Expr {
	b := expr.NewBuilder(n - 1)
	sum := b.Input(0)
	for i := 1; i < n-1; i++ {
		sum = b.Apply(expr.Add, b.Apply(expr.Tanh, sum), b.Input(i))
	}
	return b.Build(sum)
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
