package cuda

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gomx-org/gomx/backend/expr"
)

func TestTakeApart(t *testing.T) {
	pieces := takeApart(`// a comment
.version 6.0

	// .globl	f
.visible .func  (.param .b32 func_retval0) f
(
	.param .b32 f_param_0
)
;
.const .align 8 .b8 table[2] = {0, 1};
                                        // @f
.visible .func  (.param .b32 func_retval0) f(
	.param .b32 f_param_0
)                                       // @f
{
	ret;
                                        // -- End function
}
.func  (.param .b32 func_retval0) g(
	.param .b32 g_param_0
)
{
	mov.u64 %rd1, table;
	call.uni (retval0), f, (param0);
	ret;
}
`)
	assert.Equal(t, []mathPiece{
		{"table", ".const .align 8 .b8 table[2] = {0, 1};\n", nil},
		{"f", ".visible .func  (.param .b32 func_retval0) f(\n\t.param .b32 f_param_0\n)\n{\n\tret;\n}\n", nil},
		{"g", ".func  (.param .b32 func_retval0) g(\n\t.param .b32 g_param_0\n)\n{\n\tmov.u64 %rd1, table;\n\tcall.uni (retval0), f, (param0);\n\tret;\n}\n",
			[]string{"table", "f"}},
	}, pieces)
}

// Whatever operation there is, Map writes it: in a few instructions or as a call of a function that there is.
func TestEveryOperationHasAMeaning(t *testing.T) {
	for _, v := range mapTypes {
		for _, op := range expr.Ops() {
			if op.Arity() == 0 {
				continue
			}
			w := &mapWriter{ptxWriter: newPTXWriter(), v: v}
			var x [3]operand
			for k := range op.Arity() {
				x[k] = operand{value: w.reg(v.class)}
			}
			assert.NotPanics(t, func() {
				w.apply(expr.Node{Op: op, Args: [3]int32{0, 1, 2}}, x[:])
				mathText(w.calls)
			}, "%v in %s", op, v.name)
		}
	}
	assert.PanicsWithValue(t, "BUG: math.ptx has no exp_f16; run scripts/ptx.sh", func() { mathText(map[string]bool{"exp_f16": true}) })
}

// A module holds the functions that it calls, and what these need, once.
func TestMathText(t *testing.T) {
	assert.Empty(t, mathText(nil))
	exp := mathText(map[string]bool{"exp_f32": true})
	assert.Contains(t, exp, ") exp_f32(\n")
	assert.NotContains(t, exp, "two_over_pi")
	both := mathText(map[string]bool{"sin_f32": true, "cos_f64": true})
	assert.Regexp(t, `(?s)^\.const .*two_over_pi.*\) sin_f32\(.*\) cos_f64\(`, both)
	assert.NotContains(t, both, "exp_f32")
}
