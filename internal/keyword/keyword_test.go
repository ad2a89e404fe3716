package keyword

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type thing struct {
	Rate  float64            `gomx:"rate,default=0.07"`
	Wd    float64            `gomx:"wd"`
	Kind  string             `gomx:"kind,default=avg"`
	Steps []int              `gomx:"step"`
	On    bool               `gomx:"on"`
	N     int                `gomx:"n,default=2"`
	Mult  map[string]float64 `gomx:"mult"`
	Other func()
}

func TestMarshal(t *testing.T) {
	assert.Equal(t, `["thing", {"rate": 0.07, "wd": 0, "kind": "avg", "on": false, "n": 2}]`, Marshal("thing", Args(thing{})))
	full := thing{Rate: Zero, Wd: 1e-5, Kind: `a"b`, Steps: []int{3, 5}, On: true, N: 7, Mult: map[string]float64{"b": 2, "a": .5}}
	text := Marshal("thing", Args(&full))
	assert.Equal(t, `["thing", {"rate": 0, "wd": 1e-05, "kind": "a\"b", "step": [3, 5], "on": true, "n": 7, "mult": {"a": 0.5, "b": 2}}]`, text)

	name, args, err := Unmarshal(text)
	require.NoError(t, err)
	assert.Equal(t, "thing", name)
	var back thing
	for k, v := range args {
		require.NoError(t, Set(&back, k, v))
	}
	assert.Equal(t, full, back)
}

func TestSetErrors(t *testing.T) {
	var x thing
	assert.EqualError(t, Set(&x, "rat", "1"), `no parameter "rat"; there are rate, wd, kind, step, on, n, mult`)
	for key, text := range map[string]string{"rate": "inf", "wd": "x", "step": "[1,a]", "on": "yes", "n": "1.5", "mult": "[1]"} {
		assert.ErrorContains(t, Set(&x, key, text), key+`="`+text+`": want`)
	}
	assert.ErrorContains(t, Set(&x, "n", "0"), "other than 0")
	require.NoError(t, Set(&x, "step", "(3, 5)"))
	assert.Equal(t, []int{3, 5}, x.Steps)
	require.NoError(t, Set(&x, "wd", "None"))
}

func TestUnmarshalErrors(t *testing.T) {
	for _, text := range []string{"", "{}", `["a", 3]`, `[3, {}]`, `["a", {}, 1]`, `["a"`, `[""]`, "two words"} {
		_, _, err := Unmarshal(text)
		assert.Error(t, err, text)
	}
	name, args, err := Unmarshal("xavier")
	assert.NoError(t, err)
	assert.Equal(t, "xavier", name)
	assert.Empty(t, args)
}

func FuzzUnmarshal(f *testing.F) {
	f.Add(`["xavier", {"rnd_type": "uniform", "factor_type": "avg", "magnitude": 3}]`)
	f.Add("zero")
	f.Add(`["thing", {"step": [1, 2], "mult": {"a": 1}}]`)
	f.Fuzz(func(t *testing.T, text string) {
		_, args, err := Unmarshal(text)
		if err != nil {
			return
		}
		var x thing
		for k, v := range args {
			if Set(&x, k, v) == nil {
				Args(x)
			}
		}
	})
}

// An argument that is true by default is a field that says the opposite.
func TestNot(t *testing.T) {
	type opt struct {
		NoCorrection bool `gomx:"not correction"`
	}
	assert.Equal(t, []Arg{{"correction", "true"}}, Args(opt{}))
	assert.Equal(t, []Arg{{"correction", "false"}}, Args(opt{NoCorrection: true}))
	var o opt
	require.NoError(t, Set(&o, "correction", "False"))
	assert.True(t, o.NoCorrection)
	require.NoError(t, Set(&o, "correction", "True"))
	assert.False(t, o.NoCorrection)
}
