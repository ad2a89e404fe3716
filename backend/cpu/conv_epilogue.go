//go:build cgo

package cpu

// #include "conv.h"
// #include "map.h"
import "C"

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/strides"
)

// convEpilogue is the epilogue of a Conv, one of CONV_ACT_, with the code of a CONV_ACT_MAP (conv_epilogue.h). ok is
// false for one that cannot be done so: each further input must lie like the result, or be in C order and have one number
// for a filter or for all.
func convEpilogue(p *backend.Program, c *backend.Call) (act int, code *C.gomx_map_code, ok bool) {
	e := c.Attrs.(*backend.ConvAttrs).Epilogue
	if e == nil {
		return C.CONV_ACT_NONE, nil, true
	}
	if c.Kind != backend.Conv || len(e.Outs) != 1 || e.NumInputs > maxPtrs-3 {
		return 0, nil, false
	}
	perFilter := true
	code = new(C.gomx_map_code)
	varies := []bool{true}
	code.along[0], code.along[e.NumInputs] = C.MAP_ALONG, C.MAP_ALONG
	y := p.Value(c.Out[0])
	for i, id := range c.In[2:] {
		v := p.Value(id)
		like := v.Layout == y.Layout && v.Shape.Equal(y.Shape)
		varies = append(varies, like)
		perFilter = perFilter && !like
		code.along[1+i] = C.MAP_ALONG
		if !like {
			st := strides.Broadcast(v.Shape, y.Shape)
			code.along[1+i] = C.MAP_SPLAT
			code.stride[1+i][0] = C.int64_t(st[1])
			perFilter = perFilter && st[1] == 1
			if st[1] = 0; v.Layout != backend.Plain || slices.ContainsFunc(st, func(s int) bool { return s != 0 }) {
				return 0, nil, false
			}
		}
	}
	if act = simpleEpilogue(e, perFilter); act != C.CONV_ACT_MAP {
		return act, nil, true
	}
	_, err := compileMap(code, e, varies, func(_, input int) bool { return input == 0 })
	return act, code, err == nil
}

// convForward emits the step of a Conv, which wants scratch bytes per thread beside its epilogue: x, w, y, and what the
// epilogue reads. n[actAt] becomes the epilogue.
func (cx *compileCtx) convForward(c *backend.Call, k kernelSet, pieces, scratch int, n []int, actAt int) {
	act, code, _ := convEpilogue(cx.P, c)
	n[actAt] = act
	s := step{Kernel: k, Pieces: pieces, N: n, Ptrs: []place{cx.Ptr(c.In[0]), cx.Ptr(c.In[1]), cx.Ptr(c.Out[0])}}
	if code != nil {
		s.Code = slices.Clone(mapCodeBytes(code))
		scratch = max(scratch, mapScratch(code))
	}
	for _, id := range c.In[2:] {
		s.Ptrs = append(s.Ptrs, cx.Ptr(id))
	}
	cx.ThreadScratch(scratch)
	cx.Emit(s)
}
