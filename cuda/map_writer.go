package cuda

import (
	"fmt"
	"strings"
)

// ptxHeader begins a module: what clang writes for kernels/*.cu.
const ptxHeader = ".version 6.0\n.target sm_52\n.address_size 64\n\n"

// ptxWriter collects instructions of a PTX function, its registers and what it calls.
type ptxWriter struct {
	body  strings.Builder
	count map[string]int // registers by class
	calls map[string]bool
}

// registerClasses are the types of registers by the letter that their names begin with.
var registerClasses = []struct{ class, typ string }{
	{"p", "pred"}, {"h", "b16"}, {"r", "b32"}, {"a", "b64"}, {"l", "b64"}, {"f", "f32"}, {"d", "f64"},
}

func newPTXWriter() *ptxWriter {
	return &ptxWriter{count: map[string]int{}, calls: map[string]bool{}}
}

// reg gives a new register.
func (w *ptxWriter) reg(class string) string {
	w.count[class]++
	return fmt.Sprintf("%%%s%d", class, w.count[class])
}

func (w *ptxWriter) line(format string, args ...any) {
	fmt.Fprintf(&w.body, "\t"+format+"\n", args...)
}

func (w *ptxWriter) label(name string) { fmt.Fprintf(&w.body, "%s:\n", name) }

// call calls a function of kernels/math.cu.
func (w *ptxWriter) call(name, typ, to string, args []string) {
	w.calls[name] = true
	bits := "b" + typ[1:]
	w.line("{")
	var params []string
	for i, a := range args {
		params = append(params, fmt.Sprintf("param%d", i))
		w.line(".param .%s param%d;", bits, i)
		w.line("st.param.%s [param%d+0], %s;", typ, i, a)
	}
	w.line(".param .%s result;", bits)
	w.line("call.uni (result), %s, (%s);", name, strings.Join(params, ", "))
	w.line("ld.param.%s %s, [result+0];", typ, to)
	w.line("}")
}

// registers declares them.
func (w *ptxWriter) registers() string {
	var b strings.Builder
	for _, c := range registerClasses {
		if n := w.count[c.class]; n > 0 {
			fmt.Fprintf(&b, "\t.reg .%s %%%s<%d>;\n", c.typ, c.class, n+1)
		}
	}
	return b.String()
}
