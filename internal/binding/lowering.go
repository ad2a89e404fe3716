package binding

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/passes"
)

// Place names memory whose address is known at Bind.
type Place struct {
	Space  Space
	Index  int // the value of SpaceValue, the argument of SpaceArg
	Offset int // bytes
}

// At is the memory n bytes further on.
func (r Place) At(n int) Place { r.Offset += n; return r }

// Space is a kind of memory.
type Space uint8

// The spaces. A device has memory for those from SpaceArena on.
const (
	SpaceNil        Space = iota // a null pointer
	SpaceValue                   // where the memory plan puts a value
	SpaceArg                     // an argument of the Program
	SpaceArena                   // values between calls
	SpacePersistent              // values that Prepare makes
	SpaceScratch                 // memory of one call, shared by its steps
	SpaceConst                   // constants of the executable
	NumSpaces
)

func (s Space) String() string {
	return [NumSpaces]string{"nothing", "value", "argument", "arena", "prepared values", "scratch", "constants"}[s]
}

var spaceOf = map[passes.Area]Space{
	passes.Nowhere: SpaceNil, passes.Arena: SpaceArena, passes.Persistent: SpacePersistent, passes.Consts: SpaceConst, passes.InArg: SpaceArg,
}

// Lowering is what lowering the calls of a Program has at hand on every device: where values lie, memory for the time of a
// call, constants.
type Lowering struct {
	P      *backend.Program
	Plan   *passes.MemoryPlan
	Places []Place // of the values, from the plan
	Consts []byte  // data for SpaceConst
	// Used counts the bytes of scratch of the call being lowered; a step whose scratch is free again sets it back.
	Used      int
	greediest int // bytes of scratch of the greediest call
	alignment int
}

// NewLowering plans p's memory. All that is given out is aligned to so many bytes.
func NewLowering(p *backend.Program, alignment int) Lowering {
	plan := passes.Memory(p, alignment)
	l := Lowering{P: p, Plan: plan, Places: make([]Place, len(plan.Places)), Consts: make([]byte, plan.Consts), alignment: alignment}
	for id, at := range plan.Places {
		l.Places[id] = Place{Space: spaceOf[at.Area], Index: at.Arg, Offset: at.Offset}
		if at.Area == passes.Consts {
			copy(l.Consts[at.Offset:], p.Values[id].ConstBytes())
		}
	}
	return l
}

// Sizes are the bytes that a device needs of each space, once all calls are lowered.
func (l *Lowering) Sizes() (bytes [NumSpaces]int) {
	bytes[SpaceArena], bytes[SpacePersistent], bytes[SpaceScratch], bytes[SpaceConst] = l.Plan.Arena, l.Plan.Persistent, l.greediest, len(l.Consts)
	return bytes
}

// Value describes a value: shape, type, layout.
func (l *Lowering) Value(id backend.ValueID) *backend.ValueInfo { return l.P.Value(id) }

// Shape is the logical shape of a value.
func (l *Lowering) Shape(id backend.ValueID) backend.Shape { return l.P.Value(id).Shape }

// Ptr is the memory of a value, argument or constant.
func (l *Lowering) Ptr(id backend.ValueID) Place { return Place{Space: SpaceValue, Index: int(id)} }

// Scratch is memory for the time of this call, not initialised; what one step writes the next reads.
func (l *Lowering) Scratch(bytes int) Place {
	r := Place{Space: SpaceScratch, Offset: l.Used}
	l.Used += l.aligned(bytes)
	l.greediest = max(l.greediest, l.Used)
	return r
}

// Const is memory that holds data for the life of the executable.
func (l *Lowering) Const(data []byte) Place {
	l.Consts = append(l.Consts, make([]byte, l.aligned(len(l.Consts))-len(l.Consts))...)
	r := Place{Space: SpaceConst, Offset: len(l.Consts)}
	l.Consts = append(l.Consts, data...)
	return r
}

func (l *Lowering) aligned(n int) int { return (n + l.alignment - 1) / l.alignment * l.alignment }
