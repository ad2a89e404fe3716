package verify

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

func newPython() *python {
	return &python{on: ndarray.On(device.CPU(0)), names: map[string]any{
		"nd": module("nd"), "np": module("np"), "True": true, "None": nil, "float32": "float32",
		"a": ndarray.Arange(0, 24, 1).Reshape(2, 3, 4), "i": ndarray.Array([]int{7, -2}, nil, ndarray.Of(backend.Int32)),
	}}
}

// The wanted texts are what Python prints with MXNet.
func TestPython(t *testing.T) {
	for program, want := range map[string]string{
		"1+2*3":                            "7",
		"-2**2":                            "-4",
		"(1, 2.5, True, None, (3,))":       "(1, 2.5, True, None, (3,))",
		"a.shape":                          "(2, 3, 4)",
		"len(a)":                           "2",
		"a[1,2,-1]":                        "\n[23.]\n<NDArray 1 @cpu(0)>",
		"a[:,1:,::3][1]":                   "\n[[16. 19.]\n [20. 23.]]\n<NDArray 2x2 @cpu(0)>",
		"a[...,None,0].shape":              "(2, 3, 1)",
		"a[:,[2,0]][0,:,0]":                "\n[8. 0.]\n<NDArray 2 @cpu(0)>",
		"a[[1,-1],[0,2]].shape":            "(2, 4)",
		"a[0,::-1,0]":                      "\n[8. 4. 0.]\n<NDArray 3 @cpu(0)>",
		"(2-i)*2 > 3":                      "\n[0 1]\n<NDArray 2 @cpu(0)>",
		"i[1].asscalar()":                  "-2",
		"(i/2).dtype":                      "<class 'numpy.int32'>",
		"a.sum(axis=(0,2))":                "\n[ 60.  92. 124.]\n<NDArray 3 @cpu(0)>",
		"nd.concat(a[0],a[1],dim=1).shape": "(3, 8)",
		"nd.maximum(3,nd.array([[1,5]]))":  "\n[[3. 5.]]\n<NDArray 1x2 @cpu(0)>",
		"nd.split(a,num_outputs=3,axis=1)[2][0,0,0].asscalar()": "8.0",
		"b=a[0]; b[1:,0]=[5,6]; b[0]*=2; a[0,:,0]":              "\n[0. 5. 6.]\n<NDArray 3 @cpu(0)>",
	} {
		p := newPython()
		got, err := eval(p, program)
		require.NoError(t, err, program)
		assert.Equal(t, want, pyText(got), program)
	}
	for program, known := range map[string]bool{
		"a[5]": true, "a[0,0,0,0]": true, "float(a)": true, "a[0]=[1,2]": true, "nd.dot(a[0],a[0])": true,
		"nd.fancy(a)": false, "a.fancy()": false, "lambda: 1": false, "a @ a": false, "b": false, "(1": false,
	} {
		_, err := eval(newPython(), program)
		require.Error(t, err, program)
		var m missing
		assert.Equal(t, !known, errors.As(err, &m), "%s: %v", program, err)
	}
}
