package cuda

import (
	"fmt"
	"math"
	"strings"

	"github.com/gomx-org/gomx/backend"
)

// mapType is a type of arithmetic in PTX.
type mapType struct {
	name     string // f32
	class    string // of registers
	size     int
	argument func(v float64) arg
	literal  func(v float64) string
}

// mapTypes are the types that EvalType gives.
var mapTypes = map[backend.DType]*mapType{
	backend.Float32: {"f32", "f", 4, func(v float64) arg { return f32(float32(v)) },
		func(v float64) string { return fmt.Sprintf("0f%08X", math.Float32bits(float32(v))) }},
	backend.Float64: {"f64", "d", 8, func(v float64) arg { return u64(math.Float64bits(v)) },
		func(v float64) string { return fmt.Sprintf("0d%016X", math.Float64bits(v)) }},
	backend.Int64: {"s64", "l", 8, func(v float64) arg { return u64(uint64(backend.Integer(v))) },
		func(v float64) string { return fmt.Sprint(backend.Integer(v)) }},
}

// storage is how elements of a type lie in memory and come into registers.
type storage struct{ memory, class string }

var storages = map[backend.DType]storage{
	backend.Float32: {"f32", "f"}, backend.Float64: {"f64", "d"}, backend.Float16: {"b16", "h"}, backend.BFloat16: {"b16", "h"},
	backend.Uint8: {"u8", "r"}, backend.Bool: {"u8", "r"}, backend.Int8: {"s8", "r"}, backend.Int32: {"s32", "r"}, backend.Int64: {"s64", "l"},
}

// load reads neighbours in memory and gives them as numbers of the type of arithmetic.
func (w *mapWriter) load(t backend.DType, address string, lanes int) []string {
	s := storages[t]
	raw := make([]string, lanes)
	for i := range raw {
		raw[i] = w.reg(s.class)
	}
	w.line("ld.global.%s%s %s, [%s];", vectorOf(lanes), s.memory, braces(raw), address)
	for i, r := range raw {
		raw[i] = w.widen(t, r)
	}
	return raw
}

// store rounds numbers to type t and writes them side by side.
func (w *mapWriter) store(t backend.DType, address string, values []string) {
	s := storages[t]
	raw := make([]string, len(values))
	for i, v := range values {
		raw[i] = w.narrow(t, v)
	}
	w.line("st.global.%s%s [%s], %s;", vectorOf(len(raw)), s.memory, address, braces(raw))
}

func vectorOf(lanes int) string {
	if lanes == 1 {
		return ""
	}
	return fmt.Sprintf("v%d.", lanes)
}

func braces(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return "{" + strings.Join(list, ", ") + "}"
}

// make writes an instruction with a new register of a class as its destination.
func (w *mapWriter) make(class, op string, args ...string) string {
	r := w.reg(class)
	w.line("%s %s, %s;", op, r, strings.Join(args, ", "))
	return r
}

// widen converts an element as loaded to the type of arithmetic; backend/ref/memory.go says how.
func (w *mapWriter) widen(t backend.DType, r string) string {
	to := w.v
	switch t {
	case backend.Float16:
		return w.fromFloat(w.make("f", "cvt.f32.f16", r))
	case backend.BFloat16:
		word := w.make("r", "shl.b32", w.make("r", "cvt.u32.u16", r), "16")
		return w.fromFloat(w.make("f", "mov.b32", word))
	case backend.Float32:
		return w.fromFloat(r)
	case backend.Float64:
		return r
	}
	from := map[backend.DType]string{backend.Uint8: "u32", backend.Bool: "u32", backend.Int8: "s32", backend.Int32: "s32", backend.Int64: "s64"}[t]
	switch {
	case to.name != "s64":
		return w.make(to.class, "cvt.rn."+to.name+"."+from, r)
	case from == "s64":
		return r
	}
	return w.make(to.class, "cvt.s64."+from, r)
}

// fromFloat converts from f32.
func (w *mapWriter) fromFloat(r string) string {
	if w.v.name == "f64" {
		return w.make("d", "cvt.f64.f32", r)
	}
	return r
}

// narrow rounds a number of the type of arithmetic to what is stored; backend/ref/memory.go says how.
func (w *mapWriter) narrow(t backend.DType, v string) string {
	switch t {
	case backend.Float32:
		return w.toFloat(v)
	case backend.Float64:
		return v
	case backend.Float16:
		return w.make("h", "cvt.rn.f16.f32", w.toFloat(v))
	case backend.BFloat16:
		return w.toBFloat16(w.toFloat(v))
	case backend.Bool:
		p := w.make("p", w.compare("ne"), v, w.v.literal(0))
		return w.make("r", "selp.u32", "1", "0", p)
	}
	whole := w.toInteger(w.v, v)
	if t == backend.Int64 {
		return whole
	}
	return w.make("r", "cvt.u32.u64", whole)
}

// compare is setp for the type of arithmetic. To be unequal is true of NaN.
func (w *mapWriter) compare(op string) string {
	if op == "ne" && w.v.name != "s64" {
		op = "neu"
	}
	return "setp." + op + "." + w.v.name
}

func (w *mapWriter) toFloat(v string) string {
	if w.v.name == "f64" {
		return w.make("f", "cvt.rn.f32.f64", v)
	}
	return v
}

// toBFloat16 rounds to nearest, ties to even, as backend.Float32ToBFloat16 does.
func (w *mapWriter) toBFloat16(v string) string {
	word := w.make("r", "mov.b32", v)
	top := w.make("r", "shr.u32", word, "16")
	odd := w.make("r", "and.b32", top, "1")
	sum := w.make("r", "add.u32", w.make("r", "add.u32", word, "32767"), odd)
	nan := w.make("p", "setp.nan.f32", v, v)
	rounded := w.make("r", "selp.b32", w.make("r", "or.b32", top, "64"), w.make("r", "shr.u32", sum, "16"), nan)
	return w.make("h", "cvt.u16.u32", rounded)
}

// toInteger is backend.Integer: towards zero, and what does not fit becomes the smallest.
func (w *mapWriter) toInteger(from *mapType, v string) string {
	if from.name == "s64" {
		return v
	}
	low := w.make("p", "setp.ge."+from.name, v, from.literal(-0x1p63))
	high := w.make("p", "setp.lt."+from.name, v, from.literal(0x1p63))
	fits := w.make("p", "and.pred", low, high)
	return w.make("l", "selp.b64", w.make("l", "cvt.rzi.s64."+from.name, v), "0x8000000000000000", fits)
}
