package symbol

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/internal/atomicfile"
)

// mxnetVersion is the stamp of the dialect that ToJSON writes: 1.9.1.
const mxnetVersion = 10901

// ToJSON writes the graph as MXNet 1.9.1 does, byte for byte.
func (s *Symbol) ToJSON() (string, error) {
	if err := s.Err(); err != nil {
		return "", err
	}
	order := s.named()
	at := make(map[*node]int, len(order))
	var w jsonWriter
	w.str("{\n  \"nodes\": [\n")
	var argNodes []string
	rows := []string{"0"}
	count := 0
	for i, n := range order {
		at[n] = i
		if n.op == nil {
			argNodes = append(argNodes, strconv.Itoa(i))
			count++
		} else {
			count += len(n.visible()) + n.op.Hidden(n.param)
		}
		rows = append(rows, strconv.Itoa(count))
		w.node(n, at)
		if i < len(order)-1 {
			w.str(", ")
		}
		w.str("\n")
	}
	w.str("  ], \n")
	w.list("arg_nodes", argNodes)
	w.list("node_row_ptr", rows)
	heads := make([]string, len(s.outs))
	for i, o := range s.outs {
		heads[i] = triple(at[o.node], o.index, 0)
	}
	w.list("heads", heads)
	fmt.Fprintf(&w.b, "  \"attrs\": {\"mxnet_version\": [\"int\", %d]}\n}", mxnetVersion)
	return w.b.String(), nil
}

// jsonWriter reproduces the layout of MXNet's writer: two blanks a level, ", " before a line break, lists of more than
// ten elements one a line, maps of one entry on one line.
type jsonWriter struct{ b strings.Builder }

func (w *jsonWriter) str(s string) { w.b.WriteString(s) }

func (w *jsonWriter) node(n *node, at map[*node]int) {
	name := "null"
	if n.op != nil {
		name = n.op.Name
	}
	w.str("    {\n      \"op\": " + quote(name) + ", \n      \"name\": " + quote(n.name) + ", \n")
	keys := slices.Sorted(maps.Keys(n.attrs))
	switch len(keys) {
	case 0:
	case 1:
		w.str("      \"attrs\": {" + quote(keys[0]) + ": " + quote(n.attrs[keys[0]]) + "}, \n")
	default:
		w.str("      \"attrs\": {\n")
		for i, k := range keys {
			w.str("        " + quote(k) + ": " + quote(n.attrs[k]))
			if i < len(keys)-1 {
				w.str(", ")
			}
			w.str("\n")
		}
		w.str("      }, \n")
	}
	inputs := make([]string, len(n.inputs))
	for i, in := range n.inputs {
		inputs[i] = triple(at[in.node], in.index, n.version(i))
	}
	w.str("      \"inputs\": ")
	w.elements(inputs, "      ")
	w.str("\n    }")
}

func (w *jsonWriter) list(key string, elems []string) {
	w.str("  " + quote(key) + ": ")
	w.elements(elems, "  ")
	w.str(", \n")
}

func (w *jsonWriter) elements(elems []string, indent string) {
	if len(elems) <= 10 {
		w.str("[" + strings.Join(elems, ", ") + "]")
		return
	}
	w.str("[\n")
	for i, e := range elems {
		w.str(indent + "  " + e)
		if i < len(elems)-1 {
			w.str(", ")
		}
		w.str("\n")
	}
	w.str(indent + "]")
}

func triple(node, index, version int) string {
	return fmt.Sprintf("[%d, %d, %d]", node, index, version)
}

var jsonEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func quote(s string) string { return `"` + jsonEscapes.Replace(s) + `"` }

// Save writes ToJSON to a file, whole or not at all.
func (s *Symbol) Save(path string) error {
	text, err := s.ToJSON()
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}
