package symbol

import (
	"maps"
	"slices"
	"strings"
)

// What graphs of older versions need to be ones of 1.9.1: MXNet's rules, in the order in which it goes through them.

// upgradedKeys are the hidden keys of the versions that did not hide them.
var upgradedKeys = []string{"ctx_group", "lr_mult", "wd_mult", "force_mirroring", "mirror_stage"}

// hidden spells lr_mult as __lr_mult__, and moves weight_lr_mult of an operator to the variable that is its input weight.
// Files of 1.9.1 have it done.
func (r *reader) hidden(n *node) error {
	if r.graph.version >= mxnetVersion {
		return nil
	}
	aside := map[string]string{}
	for key, value := range n.attrs {
		for _, h := range upgradedKeys {
			if strings.HasPrefix(key, h) || strings.HasSuffix(key, h) {
				aside[key] = value
				delete(n.attrs, key)
				break
			}
		}
	}
	if len(aside) == 0 {
		return nil
	}
	var args []string
	if n.op != nil {
		param, err := n.op.ParseParams(n.attrs, 0)
		if err != nil {
			return err
		}
		args = append(slices.Clone(n.op.Args(param)), n.op.Aux(param)...)
	}
	for _, key := range slices.Sorted(maps.Keys(aside)) {
		unhide(n, args, key, aside[key])
	}
	return nil
}

// unhide puts one of the keys set aside where it belongs now, or back.
func unhide(n *node, args []string, key, value string) {
	for _, h := range upgradedKeys {
		if key == h {
			n.attrs["__"+h+"__"] = value
			return
		}
		input, ok := strings.CutSuffix(key, "_"+h)
		if i := slices.Index(args, input); ok && i >= 0 && i < len(n.inputs) && n.inputs[i].node.op == nil {
			n.inputs[i].node.attrs["__"+h+"__"] = value
			return
		}
	}
	n.attrs[key] = value
}

// addMissing makes variables of inputs that files older than 0.9 leave out: auxiliary states were not in the graph. They
// have the attributes of their operator.
func (r *reader) addMissing(n *node, want []string) {
	for i := len(n.inputs); i < len(want); i++ {
		v := newNode(node{name: n.name + "_" + want[i], attrs: maps.Clone(n.attrs)})
		n.inputs = append(n.inputs, entry{v, 0})
	}
}

// initInputs writes to variables how operators want them to begin, where they say nothing themselves.
func initInputs(n *node, want []string) {
	for i, in := range n.inputs {
		if in.node.op != nil || in.node.attrs["__init__"] != "" {
			continue
		}
		text, ok := n.op.Init[want[i]]
		if !ok && i >= n.numArg {
			text, ok = defaultInit[want[i]]
		}
		if ok {
			in.node.attrs["__init__"] = text
		}
	}
}

// trained07 makes of a node of 0.7 one that computes today what it computed then.
func (r *reader) trained07(n *node) {
	_, rounds := n.attrs["pooling_convention"]
	switch {
	case n.op.Name == "Pooling" && !rounds:
		n.attrs["pooling_convention"] = "full"
	case n.op.Name == "BatchNorm":
		n.attrs["fix_gamma"] = "False"
	}
}
