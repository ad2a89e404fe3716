package cuda

import (
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/gomx-org/gomx/internal/cudrv"
)

// planned takes over a memory plan: where each value lies, and the numbers of constants.
func (cx *compileCtx) planned(plan *passes.MemoryPlan) {
	areas := map[passes.Area]space{
		passes.Nowhere: spaceNil, passes.Arena: spaceArena, passes.Persistent: spacePersistent, passes.Consts: spaceConst, passes.InArg: spaceArg,
	}
	cx.plan = plan
	cx.places = make([]place, len(plan.Places))
	cx.consts = make([]byte, plan.Consts)
	for id, at := range plan.Places {
		cx.places[id] = place{space: areas[at.Area], index: at.Arg, offset: at.Offset}
		if v := &cx.p.Values[id]; at.Area == passes.Consts {
			copy(cx.consts[at.Offset:], v.ConstBytes())
		}
	}
}

// address resolves a place, given the addresses of the arguments.
func (x *executable) address(r place, args []cudrv.Ptr) cudrv.Ptr {
	if r.space == spaceValue {
		at := x.places[r.index]
		r = at.at(r.offset)
	}
	switch r.space {
	case spaceNil:
		return 0
	case spaceArg:
		return args[r.index] + cudrv.Ptr(r.offset)
	}
	return x.memory[r.space].p + cudrv.Ptr(r.offset)
}
