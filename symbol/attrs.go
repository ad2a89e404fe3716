package symbol

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/with"
)

// hiddenKeys may be written with and without underscores; files have them.
var hiddenKeys = []string{"ctx_group", "lr_mult", "wd_mult", "force_mirroring", "mirror_stage", "profiler_scope"}

// nodeAttrs merges parameters, the attributes of scopes and those given directly; later ones win.
func nodeAttrs(s *with.Settings) (map[string]string, error) {
	return mergeAttrs(s.Params, s.Scope, s.Attrs)
}

func mergeAttrs(from ...map[string]string) (map[string]string, error) {
	attrs := map[string]string{}
	for _, m := range from {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			name, err := spelled(key)
			if err != nil {
				return nil, err
			}
			attrs[name] = m[key]
		}
	}
	return attrs, nil
}

// spelled gives a hidden key its underscores. MXNet once took weight_lr_mult for the variable weight, and refuses it now.
func spelled(key string) (string, error) {
	for _, hidden := range hiddenKeys {
		if key == hidden {
			return "__" + hidden + "__", nil
		}
		if strings.HasSuffix(key, hidden) {
			return "", fmt.Errorf("attribute %s: give the variable itself %s, and the variable to the operator by Input", key, hidden)
		}
	}
	return key, nil
}

// single is the node behind all outputs, nil when there are several.
func (s *Symbol) single() *node {
	if s.Err() != nil || len(s.outs) == 0 {
		return nil
	}
	for _, o := range s.outs {
		if o.node != s.outs[0].node {
			return nil
		}
	}
	return s.outs[0].node
}

// Attr reads an attribute or parameter of the node behind the outputs; lr_mult finds __lr_mult__. There is none where
// several nodes stand behind them.
func (s *Symbol) Attr(key string) (string, bool) {
	n := s.single()
	if n == nil {
		return "", false
	}
	v, ok := n.attrs[key]
	if !ok && slices.Contains(hiddenKeys, key) {
		v, ok = n.attrs["__"+key+"__"]
	}
	return v, ok
}

// ListAttr gives the attributes of the node behind the first output, parameters included. Hidden keys appear as __k__ and
// as k.
func (s *Symbol) ListAttr() map[string]string {
	if s.Err() != nil || len(s.outs) == 0 {
		return map[string]string{}
	}
	return s.outs[0].node.listAttr()
}

func (n *node) listAttr() map[string]string {
	m := map[string]string{}
	maps.Copy(m, n.attrs)
	for _, k := range hiddenKeys {
		if v, ok := n.attrs["__"+k+"__"]; ok {
			m[k] = v
		}
	}
	return m
}

// AttrDict gives the ListAttr of every node that has any attributes, by name.
func (s *Symbol) AttrDict() map[string]map[string]string {
	dict := map[string]map[string]string{}
	if s.Err() != nil {
		return dict
	}
	for _, n := range s.named() {
		if len(n.attrs) > 0 {
			dict[n.name] = n.listAttr()
		}
	}
	return dict
}

// SetAttr sets an attribute, or a parameter, of the node behind the outputs, for all Symbols that share it. What the operator
// does not take is an error and changes nothing.
func (s *Symbol) SetAttr(key, value string) error {
	if err := s.Err(); err != nil {
		return err
	}
	n := s.single()
	if n == nil {
		return errors.New("symbol: SetAttr: several nodes stand behind the outputs; pick one with Output")
	}
	name, err := spelled(key)
	if err != nil {
		return fmt.Errorf("symbol: SetAttr: %w", err)
	}
	attrs := maps.Clone(n.attrs)
	if attrs == nil {
		attrs = map[string]string{}
	}
	attrs[name] = value
	if n.op == nil {
		n.attrs = attrs
		return nil
	}
	param, err := n.op.ParseParams(attrs, 0)
	if err == nil && !sameInterface(n.op, n.param, param) {
		err = errors.New("it changes the inputs or outputs of an operator in use")
	}
	if err != nil {
		return fmt.Errorf("symbol: SetAttr %s=%q: %w", key, value, err)
	}
	n.attrs, n.param = attrs, param
	return nil
}

// sameInterface reports whether two uses of an operator have the same inputs and outputs.
func sameInterface(d *op.Def, a, b any) bool {
	return slices.Equal(d.Args(a), d.Args(b)) && slices.Equal(d.Aux(a), d.Aux(b)) && slices.Equal(d.Outputs(a), d.Outputs(b))
}
