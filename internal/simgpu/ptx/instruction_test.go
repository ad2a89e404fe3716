package ptx

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every instruction that computes is compared with Go on edge values: a case names it, and its meaning is a Go function
// whose types are those of the operands. In longer text D is the destination and A, B, C are the sources.
type instructionCase struct {
	text string
	mean any
	ulps int64 // by which the result may differ
}

func is(text string, mean any) instructionCase { return instructionCase{text, mean, 0} }

func near(text string, ulps int64, mean any) instructionCase {
	return instructionCase{text, mean, ulps}
}

// register gives the PTX type of registers and of memory for a Go type.
func register(k reflect.Kind) (reg, mem string) {
	switch k {
	case reflect.Bool:
		return "pred", "u32"
	case reflect.Int8:
		return "b32", "s8"
	case reflect.Uint8:
		return "b32", "u8"
	case reflect.Int16, reflect.Uint16:
		return "b16", "b16"
	case reflect.Int32, reflect.Uint32:
		return "b32", "b32"
	case reflect.Int64, reflect.Uint64:
		return "b64", "b64"
	case reflect.Float32:
		return "f32", "f32"
	case reflect.Float64:
		return "f64", "f64"
	}
	panic(k)
}

// edges are values at which instructions differ from what one expects.
func edges(t reflect.Type) []uint64 {
	switch t.Kind() {
	case reflect.Bool:
		return []uint64{0, 1}
	case reflect.Float32:
		out := []uint64{}
		for _, f := range []float32{0, float32(math.Copysign(0, -1)), 1, -1, 0.5, 1.5, 2.5, -2.5, 3e38, -3e38, 1e-40, -1e-45, 0x1p-126, 1. / 3, 127.5, -129,
			2147483648, -2147483648, 4294967295, 9223372036854775808, 1e30, -1e10, 0x1p127, 65519, 65520, 5.9e-8, 2.9e-8, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())} {
			out = append(out, uint64(math.Float32bits(f)))
		}
		return out
	case reflect.Float64:
		out := []uint64{}
		for _, f := range []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 1.5, 2.5, -2.5, 1e308, -1e308, 5e-324, 0x1p-1022, 1. / 3, 16777217, 1e-46, 3.5e38,
			2147483647.5, -2147483649, 4294967296, 9223372036854775808, -9223372036854775808, 1e20, 65519.999, 65520, 2049.0000001, math.Inf(1), math.Inf(-1), math.NaN()} {
			out = append(out, math.Float64bits(f))
		}
		return out
	}
	size := uint(t.Size() * 8)
	mask := uint64(1)<<(size-1)<<1 - 1
	out := []uint64{}
	for _, v := range []uint64{0, 1, 2, 3, 7, uint64(size) - 1, uint64(size), uint64(size) + 1, 255, 256, 0x7fff, 0xf0f0f0f0f0f0f0f0, 0x123456789abcdef0,
		1 << (size - 1), 1<<(size-1) - 1, 1<<(size-1) + 1, ^uint64(0), ^uint64(1), 1 << (size / 2), 0x3C00, 0x0001} {
		out = append(out, v&mask)
	}
	return out
}

func value(t reflect.Type, bits uint64) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(bits != 0)
	case reflect.Float32:
		return reflect.ValueOf(math.Float32frombits(uint32(bits)))
	case reflect.Float64:
		v.SetFloat(math.Float64frombits(bits))
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		shift := 64 - uint(t.Size()*8)
		v.SetInt(int64(bits<<shift) >> shift)
	default:
		v.SetUint(bits)
	}
	return v
}

// slots gives the bits of a result as 8 bytes of memory, as the kernel stores it.
func slots(v reflect.Value) uint64 {
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return 1
		}
		return 0
	case reflect.Float32:
		return uint64(math.Float32bits(v.Interface().(float32)))
	case reflect.Float64:
		return math.Float64bits(v.Float())
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		mask := uint64(1)<<(uint(v.Type().Size()*8)-1)<<1 - 1
		return uint64(v.Int()) & mask
	}
	return v.Uint()
}

// kernelText writes the kernel of a case: each thread loads its operands from columns of 8 bytes and stores a result.
func (c *instructionCase) kernelText(name string) string {
	var b strings.Builder
	f := reflect.TypeOf(c.mean)
	fmt.Fprintf(&b, ".visible .entry %s(.param .u64 from, .param .u64 to)\n{\n", name)
	b.WriteString(".reg .b32 %r<5>; .reg .b64 %rd<5>; .reg .pred %p<4>;\n")
	b.WriteString("ld.param.u64 %rd0, [from]; ld.param.u64 %rd1, [to];\nmov.u32 %r0, %ctaid.x; mov.u32 %r1, %ntid.x; mov.u32 %r2, %tid.x; mad.lo.s32 %r0, %r0, %r1, %r2;\n")
	b.WriteString("mul.wide.u32 %rd2, %r0, 24; add.s64 %rd0, %rd0, %rd2; mul.wide.u32 %rd2, %r0, 8; add.s64 %rd1, %rd1, %rd2;\n")
	text := c.text
	if !strings.Contains(text, " ") {
		text += " D" + strings.Repeat(", X", f.NumIn()) + ";"
		for _, x := range "ABC" {
			text = strings.Replace(text, "X", string(x), 1)
		}
	}
	for i := range f.NumIn() {
		x := string("ABC"[i])
		reg, mem := register(f.In(i).Kind())
		fmt.Fprintf(&b, ".reg .%s %%%s;\n", reg, x)
		if reg == "pred" {
			fmt.Fprintf(&b, "ld.global.u32 %%r3, [%%rd0+%d]; setp.ne.u32 %%%s, %%r3, 0;\n", i*8, x)
		} else {
			fmt.Fprintf(&b, "ld.global.%s %%%s, [%%rd0+%d];\n", mem, x, i*8)
		}
		text = replaceWord(text, x, "%"+x)
	}
	reg, mem := register(f.Out(0).Kind())
	fmt.Fprintf(&b, ".reg .%s %%D;\n%s\n", reg, replaceWord(text, "D", "%D"))
	if reg == "pred" {
		b.WriteString("selp.u32 %r3, 1, 0, %D;\nst.global.u32 [%rd1], %r3;\n")
	} else {
		fmt.Fprintf(&b, "st.global.%s [%%rd1], %%D;\n", mem)
	}
	b.WriteString("ret;\n}\n")
	return b.String()
}

// replaceWord replaces a name that stands alone.
func replaceWord(s, old, by string) string {
	var b strings.Builder
	for i := range len(s) {
		alone := (i == 0 || !letter(s[i-1]) && !digit(s[i-1]) && s[i-1] != '.') && (i+1 == len(s) || !letter(s[i+1]) && !digit(s[i+1]))
		if s[i:i+1] == old && alone {
			b.WriteString(by)
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

const header = ".version 8.0\n.target sm_80\n.address_size 64\n"

func TestInstructions(t *testing.T) {
	runner(t, plain)
	var source strings.Builder
	source.WriteString(header)
	all := instructionCases()
	for i := range all {
		source.WriteString(all[i].kernelText(fmt.Sprintf("k%d", i)))
	}
	l := compile(t, "instructions.ptx", source.String(), plain)
	for i := range all {
		c := &all[i]
		f := reflect.ValueOf(c.mean)
		inputs := combinations(f.Type())
		padded := (len(inputs) + 255) / 256 * 256
		in, out := make([]byte, padded*24), make([]byte, padded*8)
		for k, row := range inputs {
			for j, v := range row {
				binary.LittleEndian.PutUint64(in[k*24+j*8:], v)
			}
		}
		r := l.run(launch{kernel: fmt.Sprintf("k%d", i), grid: [3]uint32{uint32(padded / 256)}, block: [3]uint32{256}, buffers: [][]byte{in, out}})
		require.Zero(t, r.status, "%s: %s %s", c.text, r.message, r.stderr)
		wrong := 0
		for k, row := range inputs {
			args := make([]reflect.Value, len(row))
			for j, v := range row {
				args[j] = value(f.Type().In(j), v)
			}
			want := f.Call(args)[0]
			got := binary.LittleEndian.Uint64(r.buffers[1][k*8:])
			if !same(want, got, c.ulps) {
				if wrong++; wrong <= 3 {
					assert.Fail(t, "differs", "%s of %x: got %#x, want %#x", c.text, row, got, slots(want))
				}
			}
		}
	}
}

// same reports whether bits are a value; all NaN are.
func same(want reflect.Value, got uint64, ulps int64) bool {
	if want.Kind() == reflect.Float32 {
		a, b := want.Interface().(float32), math.Float32frombits(uint32(got))
		if a != a || b != b {
			return a != a && b != b
		}
		d := int64(math.Float32bits(a)) - int64(math.Float32bits(b))
		return d == 0 || max(d, -d) <= ulps
	}
	if want.Kind() == reflect.Float64 && math.IsNaN(want.Float()) {
		return math.IsNaN(math.Float64frombits(got))
	}
	return slots(want) == got
}

// combinations gives every combination of edge values; of three operands a part.
func combinations(f reflect.Type) (rows [][]uint64) {
	rows = [][]uint64{nil}
	for i := range f.NumIn() {
		var next [][]uint64
		for n, row := range rows {
			for m, v := range edges(f.In(i)) {
				if f.NumIn() == 3 && (n+m)%2 == 1 && i == 2 {
					continue
				}
				next = append(next, append(row[:len(row):len(row)], v))
			}
		}
		rows = next
	}
	return rows
}
