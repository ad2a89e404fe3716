//go:build cgo

package cpu

// #include "map.h"
import "C"

import (
	"math"
	"slices"
	"unsafe"
)

// assign gives every value a slot and writes the instructions.
func (m *mapCompiler) assign() error {
	m.slot = make([]int, len(m.nodes))
	m.slots = m.e.NumInputs + len(m.outs)
	m.constants()
	lastUse := m.lastUses()
	deferred := m.directOutputs()
	var units, strips int
	for i := range m.nodes { // values of the row come before strips in the numbering
		if n := &m.nodes[i]; !n.leaf && !n.varies && n.uses > 0 {
			m.slot[i] = m.slots
			m.slots++
			units++
			m.perRow = append(m.perRow, m.instruction(i))
		}
	}
	var free []int
	for i := range m.nodes {
		n := &m.nodes[i]
		if n.leaf || !n.varies || n.uses == 0 {
			continue
		}
		for k, a := range n.args { // operands that end here leave their slots to the result
			if lastUse[a] == i && !slices.Contains(n.args[:k], a) && m.temporary(a) {
				free = append(free, m.slot[a])
			}
		}
		if m.slot[i] < 0 {
			if len(free) == 0 {
				free = append(free, m.slots)
				m.slots++
				strips++
			}
			m.slot[i] = free[len(free)-1]
			free = free[:len(free)-1]
		}
		if m.slots > C.MAP_SLOTS {
			return errMapTooLarge
		}
		m.inStrip = append(m.inStrip, m.instruction(i))
	}
	for k, o := range deferred {
		if o >= 0 {
			m.inStrip = append(m.inStrip, C.gomx_map_ins{op: C.MAP_MOV, d: C.uint8_t(m.e.NumInputs + k), a: C.uint8_t(m.slot[o])})
		}
	}
	return m.finish(units, strips)
}

// constants gives each constant that is used its slot.
func (m *mapCompiler) constants() {
	known := make(map[uint32]int)
	for i := range m.nodes {
		n := &m.nodes[i]
		switch {
		case !n.leaf:
			m.slot[i] = -1
		case n.input >= 0:
			m.slot[i] = n.input
		case n.uses > 0:
			bits := math.Float32bits(n.value)
			if _, ok := known[bits]; !ok {
				known[bits] = m.slots
				if c := int(m.code.constants); c < C.MAP_SLOTS {
					m.code.constant[c] = C.float(n.value)
				}
				m.code.constants++
				m.slots++
			}
			m.slot[i] = known[bits]
		}
	}
}

func (m *mapCompiler) lastUses() []int {
	last := make([]int, len(m.nodes))
	for i := range m.nodes {
		if m.nodes[i].uses > 0 {
			for _, a := range m.nodes[i].args {
				last[a] = i
			}
		}
	}
	for _, o := range m.outs {
		last[o] = len(m.nodes)
	}
	return last
}

// temporary reports whether node a lies in a strip of its own.
func (m *mapCompiler) temporary(a int) bool {
	n := &m.nodes[a]
	return !n.leaf && n.varies && m.slot[a] >= m.e.NumInputs+len(m.outs)
}

// directOutputs lets outputs be computed where they belong, unless a later instruction reads an input that lies there;
// those are given back, to be copied at the end (-1 for the others).
func (m *mapCompiler) directOutputs() (deferred []int) {
	for k, o := range m.outs {
		late := -1
		for i := o + 1; i < len(m.nodes) && late < 0; i++ {
			if m.nodes[i].uses == 0 {
				continue
			}
			for _, a := range m.nodes[i].args {
				if x := &m.nodes[a]; x.leaf && x.input >= 0 && m.aliases(k, x.input) {
					late = o
				}
			}
		}
		if late < 0 {
			m.slot[o] = m.e.NumInputs + k
		}
		deferred = append(deferred, late)
	}
	return deferred
}

func (m *mapCompiler) instruction(i int) C.gomx_map_ins {
	n := &m.nodes[i]
	ins := C.gomx_map_ins{op: C.uint8_t(n.op), d: C.uint8_t(m.slot[i])}
	for k, field := range []*C.uint8_t{&ins.a, &ins.b, &ins.c, &ins.e} {
		if k < len(n.args) {
			*field = C.uint8_t(m.slot[n.args[k]])
		}
	}
	if n.varies {
		m.cost += costOf(n.op)
	}
	return ins
}

func costOf(op uint8) int {
	if op >= C.MAP_CBRT {
		return libmCost
	}
	return max(mapCost[op], 1)
}

func (m *mapCompiler) finish(units, strips int) error {
	c := m.code
	if m.slots > C.MAP_SLOTS || len(m.perRow)+len(m.inStrip) > C.MAP_INS {
		return errMapTooLarge
	}
	c.inputs, c.outputs = C.int32_t(m.e.NumInputs), C.int32_t(len(m.outs))
	c.units, c.strips = C.int32_t(units), C.int32_t(strips)
	c.per_row, c.per_strip = C.int32_t(len(m.perRow)), C.int32_t(len(m.inStrip))
	copy(c.ins[:], append(m.perRow, m.inStrip...))
	room := C.MAP_TEMP_BYTES / 4
	if strips > 0 {
		room /= strips
	}
	c.strip = C.int32_t(min(max(room/C.MAP_UNIT, 4), 64) * C.MAP_UNIT)
	return nil
}

// mapScratch is how many bytes the interpreter needs per thread.
func mapScratch(c *C.gomx_map_code) int {
	floats := int(c.inputs+c.outputs+c.constants+c.units)*C.MAP_UNIT + int(c.strips)*int(c.strip)
	return 4 * floats
}

func mapCodeBytes(c *C.gomx_map_code) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(c)), C.sizeof_gomx_map_code)
}
