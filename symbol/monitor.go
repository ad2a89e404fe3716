package symbol

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
)

// MonitorCallback is told what the operators of an Executor compute in its forward passes.
type MonitorCallback struct {
	// Want chooses names; nil: all of them.
	Want func(name string) bool
	// Inputs tells what operators read too: as NODE_INPUT, such as fc1_data, and before that by its own name where it is a
	// variable.
	Inputs bool
	// Active is asked before each forward pass; one for which it says no costs nothing more than without a callback. nil:
	// always.
	Active func() bool
	// Tell is called after the pass for each output NODE_output in graph order, on whatever device it is. The next pass
	// overwrites the array.
	Tell func(name string, a *ndarray.NDArray)
}

func (c *MonitorCallback) wants(name string) bool { return c.Want == nil || c.Want(name) }

// monitor is an Executor's callback with a twin of the Executor: the same network in the same arrays, with a Program that
// also writes what the callback wants to see. Backward after a forward pass of the twin is the twin's, which has what that
// pass saved.
type monitor struct {
	call    *MonitorCallback
	twin    *Executor
	told    []toldArray
	running bool // the pass that ran last was the twin's
}

type toldArray struct {
	name  string
	array *ndarray.NDArray
}

// WatchName names the argument that holds a watched output of a node.
func WatchName(output string) string { return "watch:" + output }

// SetMonitorCallback has forward passes, alone or within Step, tell c what operators computed; nil ends that. The numbers
// are those of the pass that ran. A network watched uses more memory and fuses fewer operators.
func (e *Executor) SetMonitorCallback(c *MonitorCallback) error {
	if e.monitor != nil {
		if e.monitor.running {
			e.saved = false
		}
		e.monitor.twin.Close()
		e.monitor = nil
	}
	if c == nil {
		return nil
	}
	m := &monitor{call: c}
	sources, told := e.sym.watched(c)
	o := e.options
	o.Watch = func(output string) bool { return sources[output] }
	o.Arrays = maps.Clone(e.options.Arrays)
	if o.Arrays == nil {
		o.Arrays = map[string]*ndarray.NDArray{}
	}
	for i, a := range e.arrays {
		if a != nil {
			o.Arrays[e.prog.Args[i].Name] = a
		}
	}
	twin, err := e.sym.Bind(o)
	if err != nil {
		return fmt.Errorf("symbol: monitor: %w", err)
	}
	m.twin = twin
	for _, t := range told {
		if a := twin.Array(t.from); a != nil {
			m.told = append(m.told, toldArray{t.name, a})
		}
	}
	e.monitor = m
	return nil
}

// watch is a name that a callback hears, and the Program's argument that holds it.
type watch struct{ name, from string }

// watched lists what a callback wants in the order in which it hears it, and which outputs of nodes that takes.
func (s *Symbol) watched(c *MonitorCallback) (sources map[string]bool, list []watch) {
	order := s.named()
	aux := auxSet(order)
	sources = map[string]bool{}
	hear := func(name string, from entry) {
		if !c.wants(name) {
			return
		}
		n := from.node
		switch {
		case n.op != nil:
			output := n.outputName(from.index)
			sources[output] = true
			list = append(list, watch{name, WatchName(output)})
		case aux[n]:
			list = append(list, watch{name, AuxName(n.name)})
		default:
			list = append(list, watch{name, ArgName(n.name)})
		}
	}
	for _, n := range order {
		if n.op == nil {
			continue
		}
		if c.Inputs {
			names := slices.Concat(n.op.Args(n.param), n.op.Aux(n.param))
			for i, in := range n.inputs {
				if in.node.op == nil {
					hear(in.node.name, in)
				}
				hear(n.name+"_"+names[i], in)
			}
		}
		for i := range n.visible() {
			hear(n.outputName(i), entry{n, i})
		}
	}
	return sources, list
}

// chosen gives the Executor whose Program runs an entry: the twin while its callback is active.
func (e *Executor) chosen(kind backend.EntryKind) *Executor {
	m := e.monitor
	if m == nil {
		return e
	}
	if kind != backend.Backward {
		m.running = m.call.Active == nil || m.call.Active()
	}
	if !m.running {
		return e
	}
	return m.twin
}

// tell reports a pass that a twin ran.
func (e *Executor) tell(kind backend.EntryKind) {
	if m := e.monitor; m != nil && m.running && kind != backend.Backward {
		for _, t := range m.told {
			m.call.Tell(t.name, t.array)
		}
	}
}
