package ptx

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What becomes of a small module. GOMX_UPDATE=1 writes the file anew.
func TestGolden(t *testing.T) {
	source, err := os.ReadFile("testdata/small.ptx")
	require.NoError(t, err)
	for _, check := range []bool{false, true} {
		got, err := Translate("small.ptx", string(source), Options{Check: check})
		require.NoError(t, err)
		file := "testdata/small.cc.txt"
		if check {
			file = "testdata/small_check.cc.txt"
		}
		if os.Getenv("GOMX_UPDATE") != "" {
			require.NoError(t, os.WriteFile(file, []byte(got), 0o666))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), got)
	}
}

// Everything that is not in the tables, or that ptxas would refuse, is an error with file, line and text.
func TestErrors(t *testing.T) {
	inside := func(s string) string {
		return ".version 6.0\n.target sm_52\n.address_size 64\n.visible .entry k(.param .u64 from)\n{\n.reg .b32 %r<4>; .reg .f32 %f<4>; .reg .b64 %rd<4>; .reg .pred %p<4>; .reg .b16 %h<2>; .shared .align 4 .b8 s[16];\n" + s + "\nret;\n}\n"
	}
	for source, want := range map[string]string{
		"":                                 "no .version and .target",
		".version 6.0\n.target sm_52\nfoo": `bad.ptx:3: found "foo", want a directive`,
		".version 6.0\n.target gfx90":      "target gfx90",
		".version 6.0 .target sm_52 .address_size 32":                    "addresses of 32 bits",
		".version 6.0 .target sm_52 /* ":                                 "a comment that does not end",
		".version 6.0 .target sm_52 .global .f17 x;":                     "unknown type .f17",
		".version 6.0 .target sm_52 .extern .global .u32 x;":             "x is defined in another module",
		".version 6.0 .target sm_52 .global .u32 x[2] = {1, 2, 3};":      "x has 2 elements and 3 values",
		".version 6.0 .target sm_52 .global .u64 x = y; .global .u32 y;": "y is no variable, declared further up",
		".version 6.0 .target sm_52 .global .u32 x; .global .u32 x;":     "x is declared twice, first in line 1",
		".version 6.0 .target sm_52 .visible .entry k() { ret;":          "a function that does not end",
		".version 6.0 .target sm_52 .entry k() { .reg .u32 %tid; ret; }": "%tid is a register of the machine",
		".version 6.0 .target sm_52 .texref t;":                          "unknown directive .texref",
		inside("frobnicate.u32 %r1, %r2;"):                               "bad.ptx:7: unknown instruction frobnicate.u32: frobnicate.u32 %r1, %r2;",
		inside("add.rx.f32 %f1, %f2, %f3;"):                              "bad.ptx:7: add.rx.f32 has a modifier or type that is not known here: add.rx.f32 %f1, %f2, %f3;",
		inside("add.f32.ftz %f1, %f2, %f3;"):                             "add.f32.ftz has a modifier",
		inside("and.u32 %r1, %r2, %r3;"):                                 "and.u32 has a modifier or type",
		inside("add.s32 %r1, %r2;"):                                      "2 operands, want 3",
		inside("add.s32 %r1, %r2, %f3;"):                                 "%f3 is a register of type f32, want u32",
		inside("add.s32 %r1, %r2, %r4;"):                                 "%r4 is not declared",
		inside("add.s32 %r1, %r2, %tid.x;"):                              "only mov reads special registers such as %tid.x",
		inside("add.s64 %rd1, %rd2, %r1;"):                               "%r1 is a register of type b32, want u64",
		inside("add.f32 %f1, %f2, 1;"):                                   "an integer where a floating point number is wanted",
		inside("add.s32 %r1, %r2, 1.5;"):                                 "a floating point number where u32 is wanted",
		inside("mov.u32 %r1, %smid;"):                                    "no register is called %smid",
		inside("setp.lo.s32 %p1, %r1, %r2;"):                             "comparison lo of type s32",
		inside("setp.lt.b32 %p1, %r1, %r2;"):                             "which has no order",
		inside("setp.equ.u32 %p1, %r1, %r2;"):                            "comparison equ of type u32",
		inside("cvt.f32.u32 %f1, %r1;"):                                  "needs .rn, .rz, .rm or .rp",
		inside("cvt.u32.f32 %r1, %f1;"):                                  "needs .rni, .rzi, .rmi or .rpi",
		inside("ld.shared.u32 %r1, [%f1];"):                              "%f1 is a register of type f32, no address",
		inside("ld.global.u32 %r1, [%r1];"):                              "%r1 is a register of type b32, no address in space global",
		inside("ld.global.u32 %r1, [s];"):                                "s is in space shared, not global",
		inside("ld.shared.u32 %r1, [s+16];"):                             "s has 16 bytes, offset is 16",
		inside("ld.global.v4.f64 {%rd0, %rd1, %rd2, %rd3}, [%rd0];"):     "a vector of 32 bytes",
		inside("ld.global.v2.f32 {%f0, %f1, %f2}, [%rd0];"):              "want 2 registers",
		inside("ld.global.relaxed.u32 %r1, [%rd0];"):                     "has a modifier",
		inside("ld.relaxed.gpu.global.u32 %r1, [%rd0];"):                 ".relaxed needs .target sm_70, the module has sm_52",
		inside("st.const.u32 [%rd0], %r1;"):                              "a store to constant memory",
		inside("st.param.u32 [from], %r1;"):                              "a store to a kernel's parameter",
		inside("atom.global.add.f32 %f1, [%rd0], %f2;"):                  "float atomics make sums depend on the order of threads",
		inside("red.shared.add.f32 [%r0], %f2;"):                         "float atomics make sums depend on the order of threads",
		inside("atom.global.min.b32 %r1, [%rd0], %r2;"):                  "no atom.min of type b32",
		inside("shfl.bfly.b32 %r1, %r2, 1, 31;"):                         "without .sync",
		inside("bar.sync 0, 64;"):                                        "only barriers of the whole block",
		inside("bar.sync 16;"):                                           "a number from 0 to 15",
		inside("tanh.approx.f32 %f1, %f2;"):                              "tanh.approx.f32 needs .target sm_75, the module has sm_52",
		inside("bra nowhere;"):                                           "no label nowhere",
		inside("here: here: ret;"):                                       "here is declared twice",
		inside("call nobody;"):                                           "no function nobody in the module",
		inside("@%r1 ret;"):                                              "%r1 is a register of type b32, want pred",
		inside("ld.global.u32 %r1, [%rd0]"):                              "want \",\"",
		inside("mov.u32 %r1, \x80;"):                                     "a character that PTX does not have",
		inside("add.s32 _, %r1, %r2;"):                                   "_ is not declared",
		inside("ld.global.u32 _, [%rd1];"):                               "_ is not declared",
		inside("bfe.u32 %r1, %r2, 256, 1;"):                              "256 is not from 0 to 255",
		inside("lop3.b32 %r1, %r2, %r3, %r0, %r1;"):                      "a table that is not a number",
		inside("cvt.rzi.u8.f32 %f1, %f2;"):                               "%f1 is a register of type f32, want u8",
		inside("ld.global.u32 %r1, [64];"):                               "an address that is a number",
		inside("ld.global.v2.u16 {%h1, %r1}, [%rd1];"):                   "registers of 16 and 32 bits in one vector",
		inside("ld.u32 %r1, [s];"):                                       "s is in space shared, not generic",
		inside("{ .reg .b32 %x<3>, %x2; }"):                              "%x2 is declared twice",
		inside("{ .reg .b32 %x2, %x<3>; }"):                              "%x2 is declared twice",
		inside("shfl.sync.up.b32 _, %r2, 1, 0, -1;"):                     "_ is not declared",
		inside("exit; add.s32 1, %r1, %r2;"):                             "the destination is no register",
		inside("isspacep.global %p1, %rd1;"):                             "isspacep.global has a modifier",
		inside("call later;") + ".func later() { ret; }":                 "later is declared further down",
	} {
		_, err := Translate("bad.ptx", source, Options{})
		if assert.Error(t, err, source) {
			assert.Contains(t, err.Error(), want)
			assert.Contains(t, err.Error(), "bad.ptx:")
		}
	}
}

// Whatever the text, Translate gives an error or C++.
func FuzzTranslate(f *testing.F) {
	source, err := os.ReadFile("testdata/small.ptx") // large ones take the fuzzer long to make smaller
	require.NoError(f, err)
	f.Add(string(source))
	for _, c := range instructionCases()[:20] {
		f.Add(header + c.kernelText("k"))
	}
	f.Fuzz(func(t *testing.T, source string) {
		_, err := Translate("fuzz.ptx", source, Options{Check: len(source)%2 == 0})
		if err != nil {
			require.Contains(t, err.Error(), "fuzz.ptx:")
		}
	})
}
