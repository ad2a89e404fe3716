package backend

import "fmt"

// ValueID names a value of a Program: its position in Program.Values.
type ValueID int32

// ValueKind tells where a value comes from.
type ValueKind uint8

// The kinds of values.
const (
	TempValue  ValueKind = iota // the result of a call
	ArgValue                    // what an argument holds when an entry begins
	ConstValue                  // numbers known when the Program is made
)

// ValueInfo describes a value. It carries no address: the memory plan gives it one.
type ValueInfo struct {
	Shape  Shape
	DType  DType
	Layout Layout // how it lies in memory; Shape is always the logical one
	Kind   ValueKind
	Arg    int       // position in Program.Args, for ArgValue
	Const  []float64 // the elements in C order, for ConstValue
}

// Bytes is the memory the value takes in its layout.
func (v *ValueInfo) Bytes() int { return v.Layout.Elements(v.Shape) * v.DType.Size() }

// ArgMode tells how an entry may use an argument.
type ArgMode uint8

// The modes. An InOut argument is read as it was when the entry began and written by a Write call ordered after every
// read; weights under an update, auxiliary states and gradients under grad_req=add are InOut.
const (
	In ArgMode = iota
	Out
	InOut
)

func (m ArgMode) String() string { return [...]string{"in", "out", "inout"}[m] }

// Arg is memory the caller binds: data, weights, gradients, outputs, hyperparameters.
type Arg struct {
	Name  string // unique in the Program: arg:fc1_weight, grad:fc1_weight, aux:bn_moving_mean, out:0, ograd:0, rng, opt:lr
	Mode  ArgMode
	Shape Shape
	DType DType
	// Param marks what seldom changes between runs of Infer (weights, auxiliary states): work that depends on such
	// arguments alone moves to Prepare.
	Param bool
	// Value is what the argument holds at entry; -1 for a pure Out.
	Value ValueID
}

// EntryKind names an entry point.
type EntryKind uint8

// The entry points that one bind may yield. They share one arena: what Forward saves lives until Backward; what Prepare
// makes lives until it runs again; running any other entry between Forward and Backward ends what Forward saved.
const (
	Prepare  EntryKind = iota // everything that depends on parameters alone: packed weights, folded BatchNorm
	Infer                     // forward as for prediction
	Forward                   // forward of training: saves what Backward needs
	Backward                  // gradients into their arguments
	Step                      // forward, backward and update in one
	numEntries
)

func (k EntryKind) String() string {
	return [...]string{"prepare", "infer", "forward", "backward", "step"}[k]
}

// Entry is one entry point: a list of calls in order.
type Entry struct {
	Kind  EntryKind
	Calls []Call
}

// Call is one kernel call: Kind says which kernel, Attrs its parameters.
type Call struct {
	Kind  Kind
	Attrs Attrs
	In    []ValueID
	Out   []ValueID
	// Node is the operator and the graph node that said this call, for errors and listings: `FullyConnected "fc1"`.
	Node string
	// Part says where in training the call stands.
	Part Part
	// Body holds the calls that a fused call replaces, ending in those that make Out. A backend runs the fused call or,
	// as ref does, its body.
	Body []Call
}

// Part says where in training a call stands, for the pass that trades time for memory. It is kept up to that pass.
type Part uint8

// The parts. What a call of PartKeep makes is kept for backward; calls of PartCheap may run again instead if their kind is a
// cheap one, calls of PartAgain whatever they cost; calls of PartLate are backward's and what follows it.
const (
	PartKeep Part = iota
	PartCheap
	PartAgain
	PartLate
)

// Program is what a device compiles: values in single assignment, arguments, and entry points made of calls.
type Program struct {
	Values  []ValueInfo
	Args    []Arg
	Entries []Entry
}

// Value gives the description of id.
func (p *Program) Value(id ValueID) *ValueInfo { return &p.Values[id] }

// Entry finds an entry point, nil when the Program has none of the kind.
func (p *Program) Entry(kind EntryKind) *Entry {
	for i := range p.Entries {
		if p.Entries[i].Kind == kind {
			return &p.Entries[i]
		}
	}
	return nil
}

// ArgIndex finds an argument by name, -1 when there is none.
func (p *Program) ArgIndex(name string) int {
	for i := range p.Args {
		if p.Args[i].Name == name {
			return i
		}
	}
	return -1
}

// NewValue adds a value and names it.
func (p *Program) NewValue(v ValueInfo) ValueID {
	p.Values = append(p.Values, v)
	return ValueID(len(p.Values) - 1)
}

// Clone copies the Program so that a pass may change it; attributes and constants, which never change, are shared.
func (p *Program) Clone() *Program {
	q := &Program{Values: append([]ValueInfo(nil), p.Values...), Args: append([]Arg(nil), p.Args...)}
	for _, e := range p.Entries {
		q.Entries = append(q.Entries, Entry{Kind: e.Kind, Calls: cloneCalls(e.Calls)})
	}
	return q
}

func cloneCalls(calls []Call) []Call {
	out := append([]Call(nil), calls...)
	for i := range out {
		out[i].In = append([]ValueID(nil), out[i].In...)
		out[i].Out = append([]ValueID(nil), out[i].Out...)
		if out[i].Body != nil {
			out[i].Body = cloneCalls(out[i].Body)
		}
	}
	return out
}

// UsedArgs lists, by position, the arguments that an entry reads or writes.
func (p *Program) UsedArgs(kind EntryKind) []int {
	e := p.Entry(kind)
	if e == nil {
		return nil
	}
	used := make([]bool, len(p.Args))
	for i := range e.Calls {
		c := &e.Calls[i]
		for _, in := range c.In {
			if v := p.Value(in); v.Kind == ArgValue {
				used[v.Arg] = true
			}
		}
		if w, ok := c.Attrs.(*WriteAttrs); ok {
			used[w.Arg] = true
		}
	}
	var list []int
	for i, u := range used {
		if u {
			list = append(list, i)
		}
	}
	return list
}

// Error is what went wrong in a Program or on a device, with the operator and node where it did.
type Error struct {
	Device string // cpu(0); empty while no device is involved
	Node   string // FullyConnected "fc1"
	Call   string // the kernel call
	Err    error
}

func (e *Error) Error() string {
	s := "backend: "
	if e.Device != "" {
		s = e.Device + ": "
	}
	if e.Node != "" {
		s += e.Node + ": "
	}
	if e.Call != "" {
		s += e.Call + ": "
	}
	return fmt.Sprintf("%s%v", s, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }
