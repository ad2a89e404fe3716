package cuda

import (
	"github.com/gomx-org/gomx/internal/binding"
	"github.com/gomx-org/gomx/internal/cudrv"
)

// address resolves a place, given the addresses of the arguments.
func (x *executable) address(r place, args []cudrv.Ptr) cudrv.Ptr {
	if r.Space == binding.SpaceValue {
		r = x.places[r.Index].At(r.Offset)
	}
	switch r.Space {
	case binding.SpaceNil:
		return 0
	case binding.SpaceArg:
		return args[r.Index] + cudrv.Ptr(r.Offset)
	}
	return x.memory[r.Space].p + cudrv.Ptr(r.Offset)
}
