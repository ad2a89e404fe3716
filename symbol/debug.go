package symbol

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// DebugStr lists outputs and nodes with their inputs and attributes, in MXNet's form.
func (s *Symbol) DebugStr() (string, error) {
	if err := s.Err(); err != nil {
		return "", err
	}
	order := s.named()
	if len(s.outs) == 1 && s.outs[0].node.op == nil {
		return "Variable:" + s.outs[0].node.name + "\n", nil
	}
	var b strings.Builder
	b.WriteString("Symbol Outputs:\n")
	for i, o := range s.outs {
		fmt.Fprintf(&b, "\toutput[%d]=%s(%d)\n", i, o.node.name, o.index)
	}
	for _, n := range order {
		if n.op == nil {
			fmt.Fprintf(&b, "Variable:%s\n", n.name)
			continue
		}
		fmt.Fprintf(&b, "--------------------\nOp:%s, Name=%s\nInputs:\n", n.op.Name, n.name)
		for i, in := range n.inputs {
			fmt.Fprintf(&b, "\targ[%d]=%s(%d)", i, in.node.name, in.index)
			if in.node.op == nil {
				fmt.Fprintf(&b, " version=%d", n.version(i))
			}
			b.WriteByte('\n')
		}
		if len(n.attrs) > 0 {
			b.WriteString("Attrs:\n")
		}
		for _, key := range slices.Sorted(maps.Keys(n.attrs)) {
			fmt.Fprintf(&b, "\t%s=%s\n", key, n.attrs[key])
		}
	}
	return b.String(), nil
}
