package cuda

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// mapText is all that the PTX of a Map depends on. Shapes, strides and the expression's numbers are arguments, so that a
// kernel, once compiled, serves every shape of its kind and every learning rate.
type mapText struct {
	e       *expr.Expr
	eval    backend.DType // the type of arithmetic, one of mapTypes
	in, out []mapOperand  // inputs that e uses, in order
	lanes   int           // elements per thread
	dims    int           // dimensions along which inputs lie differently; 0 when all are flat
	rows    int           // of the table of a kernel for many Maps, whose dims are 0; 0 for the kernel of one
}

type mapOperand struct {
	dtype  backend.DType
	access mapAccess
}

// mapAccess is how an input lies along the outputs, which are contiguous.
type mapAccess uint8

const (
	accessWhole  mapAccess = iota // as the outputs do
	accessOne                     // one element for all
	accessRows                    // stretched along some dimensions, the last not among them
	accessRepeat                  // stretched along the last too, so that all lanes read the same element
)

// indexed reports whether the place depends on the indices along several dimensions.
func (o *mapOperand) indexed() bool { return o.access >= accessRows }

// vector reports whether the lanes read neighbours.
func (o *mapOperand) vector() bool { return o.access == accessWhole || o.access == accessRows }

// constant is a number of the expression as an argument.
func (t *mapText) constant(v float64) arg { return mapTypes[t.eval].argument(v) }

// params gives the parameters after the pointers or the table, as PTX declares them.
func (t *mapText) params() []mapParam {
	var list []mapParam
	if t.rows == 0 {
		list = append(list, mapParam{"n", "u32", 4})
	}
	if t.dims > 0 {
		for d := range t.dims - 1 {
			list = append(list, mapParam{fmt.Sprintf("size%d", d), "u32", 4}, mapParam{fmt.Sprintf("magic%d", d), "u32", 4}, mapParam{fmt.Sprintf("shift%d", d), "u32", 4})
		}
		for i := range t.in {
			if t.in[i].indexed() {
				for d := range t.dims {
					list = append(list, mapParam{fmt.Sprintf("stride%d_%d", i, d), "u32", 4})
				}
			}
		}
	}
	for i, n := range t.e.Nodes {
		if n.Op == expr.Const {
			v := mapTypes[t.eval]
			list = append(list, mapParam{fmt.Sprintf("number%d", i), v.name, v.size})
		}
	}
	return list
}

// mapParam is a parameter of a kernel.
type mapParam struct {
	name, typ string
	size      int
}

// sizes are the bytes of all parameters.
func (t *mapText) sizes() []int {
	sizes := slices.Repeat([]int{8}, len(t.in)+len(t.out))
	if t.rows > 0 {
		sizes = []int{t.rows * t.rowBytes()}
	}
	for _, p := range t.params() {
		sizes = append(sizes, p.size)
	}
	return sizes
}

// paramBytes is at least what all parameters take.
func (t *mapText) paramBytes() int { return 8 * len(t.sizes()) }

// key is equal for equal texts.
func (t *mapText) key() string {
	var b strings.Builder
	names := make([]string, len(t.e.Nodes))
	for i, n := range t.e.Nodes {
		switch {
		case n.Op == expr.Input:
			names[i] = fmt.Sprintf("x%d", t.input(n.Index))
		case n.Op == expr.Const && n.Value != n.Value:
			names[i] = "nan"
		case n.Op == expr.Const:
			names[i] = fmt.Sprintf("n%d", i)
		default:
			var args []string
			for k := range n.Op.Arity() {
				args = append(args, names[n.Args[k]])
			}
			names[i] = fmt.Sprintf("t%d", i)
			fmt.Fprintf(&b, "%s = %v(%s); ", names[i], n.Op, strings.Join(args, ", "))
		}
	}
	for i, o := range t.out {
		fmt.Fprintf(&b, "%v %s, ", o.dtype, names[t.e.Outs[i]])
	}
	fmt.Fprint(&b, "of")
	for _, o := range t.in {
		fmt.Fprintf(&b, " %v %s", o.dtype, [...]string{"whole", "one", "rows", "repeat"}[o.access])
	}
	fmt.Fprintf(&b, " as %v by %d in %d dims", t.eval, t.lanes, t.dims)
	if t.rows > 0 {
		fmt.Fprintf(&b, ", %d of them", t.rows)
	}
	return b.String()
}

// name is the kernel's, for profilers and messages: what the expression does first.
func (t *mapText) name() string {
	name := "map"
	if t.rows > 0 {
		name = "maps"
	}
	seen := map[expr.Op]bool{expr.Input: true, expr.Const: true}
	for _, n := range t.e.Nodes {
		if !seen[n.Op] && len(seen) < 2+4 {
			seen[n.Op] = true
			name += "_" + n.Op.String()
		}
	}
	return name
}

// input gives the position among the used inputs.
func (t *mapText) input(index int32) int {
	k := 0
	for _, used := range t.e.Uses()[:index] {
		if used {
			k++
		}
	}
	return k
}

var mapKernels = struct {
	mu    sync.Mutex
	byKey map[string]*kernel
}{byKey: map[string]*kernel{}}

// kernel writes the PTX, once.
func (t *mapText) kernel() *kernel {
	key := t.key()
	mapKernels.mu.Lock()
	defer mapKernels.mu.Unlock()
	k := mapKernels.byKey[key]
	if k == nil {
		text := t.ptx()
		k = &kernel{
			module: &module{name: "Map " + key, text: func() string { return text }},
			name:   t.name(), block: dim3{mapBlock, 1, 1}, params: t.sizes(),
		}
		mapKernels.byKey[key] = k
	}
	return k
}
