package op_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reshapeCases are MXNet's documented ones and some more.
var reshapeCases = []struct {
	params string
	in     s
	out    s
}{
	{"shape=(4, 0, 2)", s{2, 3, 4}, s{4, 3, 2}},
	{"shape=(6, 1, -1)", s{2, 3, 4}, s{6, 1, 4}},
	{"shape=(3, -1, 8)", s{2, 3, 4}, s{3, 1, 8}},
	{"shape=(-1,)", s{2, 3, 4}, s{24}},
	{"shape=(2, -2)", s{2, 3, 4}, s{2, 3, 4}},
	{"shape=(-2, 1, 1)", s{2, 3, 4}, s{2, 3, 4, 1, 1}},
	{"shape=(-3, 4)", s{2, 3, 4}, s{6, 4}},
	{"shape=(0, -3)", s{2, 3, 4}, s{2, 12}},
	{"shape=(-3, -2)", s{2, 3, 4}, s{6, 4}},
	{"shape=(-4, 1, 2, -2)", s{2, 3, 4}, s{1, 2, 3, 4}},
	{"shape=(2, -4, -1, 3, -2)", s{2, 3, 4}, s{2, 1, 3, 4}},
	{"shape=(-3, -3)", s{2, 3, 4, 5}, s{6, 20}},
	{"shape=(-1, 0)", s{10, 5, 4}, s{40, 5}},
	{"shape=(-1, 0); reverse=True", s{10, 5, 4}, s{50, 4}},
	{"shape=(-3, -4, 2, -1); reverse=True", s{3, 4, 6}, s{12, 2, 3}},
	{"target_shape=(2, 0)", s{2, 3, 4}, s{2, 12}},
	{"target_shape=(0, 12); keep_highest=True", s{2, 3, 4}, s{2, 12}},
}

func TestReshape(t *testing.T) {
	for _, c := range reshapeCases {
		u, err := newUnit("Reshape", c.params, c.in)
		require.NoError(t, err, c.params)
		assert.Equal(t, c.out, u.out[0], "%v %s", c.in, c.params)
	}
}

func TestReshapeRefuses(t *testing.T) {
	for params, want := range map[string]string{
		"":                       `Reshape: shape is (), want at least one number; (-1,) makes a vector`,
		"shape=(-1, -1)":         `Reshape: shape is (-1, -1): only one size can be -1`,
		"shape=(-5,)":            `Reshape: shape is (-5,): there is no code -5`,
		"shape=(-4, 2)":          `Reshape: shape is (-4, 2): after -4 come two sizes, one of which may be -1`,
		"shape=(5, -1)":          `data is (2,3,4), shape=(5, -1): 24 elements cannot be divided by 5`,
		"shape=(2, 3)":           `data is (2,3,4) with 24 elements, shape=(2, 3) gives (2,3) with 6`,
		"shape=(0, 0, 0, 0)":     `data is (2,3,4), shape=(0, 0, 0, 0): code 0 finds no axis left`,
		"shape=(0, -4, 2, 2, 0)": `data is (2,3,4), shape=(0, -4, 2, 2, 0): an axis of 3 is not 2 times 2`,
		"target_shape=(0, 0)":    `target_shape is (0, 0): only one size can be 0`,
		"target_shape=(5, 0)":    `data is (2,3,4) with 24 elements, target_shape=(5, 0): 24 elements cannot be divided by 5`,
	} {
		_, err := newUnit("Reshape", params, s{2, 3, 4})
		assert.EqualError(t, err, want, params)
	}
}
