package initializer

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
	"github.com/gomx-org/gomx/ndarray"
)

func load(t *testing.T, file string, v any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, v))
}

type tensor struct {
	Shape backend.Shape
	Data  []float64
}

func (x tensor) assertEqual(t *testing.T, i Initializer, name string) {
	t.Helper()
	dst := make([]float32, x.Shape.Size())
	require.NoError(t, Init(i, &Desc{Name: name, Shape: x.Shape}, dst))
	for k, v := range x.Data {
		assert.Equal(t, float32(v), dst[k], "element %d", k)
	}
}

func TestExact(t *testing.T) {
	var c struct {
		Bilinear            map[string]tensor
		Constant, Zero, One tensor
	}
	load(t, "exact.json", &c)
	require.Len(t, c.Bilinear, 6)
	for _, x := range c.Bilinear {
		x.assertEqual(t, Bilinear{}, "up_weight")
	}
	c.Constant.assertEqual(t, Constant{Value: .37}, "a_weight")
	c.Zero.assertEqual(t, Zero{}, "a_weight")
	c.One.assertEqual(t, One{}, "a_weight")
}

// TestByName replays which rule MXNet gives to which name.
func TestByName(t *testing.T) {
	var cases map[string]map[string]string
	load(t, "by_name.json", &cases)
	require.Len(t, cases, 20)
	for name, by := range cases {
		for who, want := range by {
			var i Initializer = Xavier{}
			if who == "Uniform" {
				i = Uniform{}
			}
			// Only what a localisation network's bias needs has one dimension.
			shape := backend.Shape{3, 2, 4, 4}
			if name == "stn_loc_bias" {
				shape = backend.Shape{6}
			}
			d := &Desc{Name: name, Shape: shape, PlainName: strings.Contains(who, "plain")}
			dst := make([]float32, shape.Size())
			for k := range dst {
				dst[k] = 99
			}
			err := Init(i, d, dst)
			kind, arg, _ := strings.Cut(want, " ")
			msg := name + " by " + who
			switch kind {
			case "error:":
				assert.ErrorContains(t, err, "unknown initialization pattern", msg)
				continue
			case "constant":
				v, perr := strconv.ParseFloat(arg, 32)
				require.NoError(t, perr)
				for _, x := range dst {
					assert.Equal(t, float32(v), x, msg)
				}
			case "random":
				assert.Greater(t, distinct(dst), 90, msg)
			case "bilinear":
				if name != "stn_loc_bias" {
					assert.Equal(t, float32(.0625), dst[0], msg)
				}
			case "values":
				assert.Equal(t, []float32{1, 0, 0, 0, 1, 0}, dst, msg)
			default:
				t.Errorf("%s: the case says %q", msg, want)
			}
			assert.NoError(t, err, msg)
		}
	}
}

func distinct(x []float32) int {
	seen := map[float32]bool{}
	for _, v := range x {
		seen[v] = true
	}
	return len(seen)
}

func TestDumps(t *testing.T) {
	var want map[string]string
	load(t, "dumps.json", &want)
	require.Len(t, want, 10)
	for name, i := range map[string]Initializer{
		"xavier": Xavier{}, "xavier2": Xavier{RndType: "gaussian", FactorType: "in", Magnitude: 2}, "msra": MSRAPrelu{},
		"uniform": Uniform{}, "normal": Normal{}, "orth": Orthogonal{}, "zero": Zero{}, "one": One{}, "const": Constant{Value: .5},
		"bilinear": Bilinear{},
	} {
		assert.Equal(t, want[name], i.Dumps())
		back, err := Parse(want[name])
		require.NoError(t, err)
		assert.Equal(t, want[name], back.Dumps())
	}
}

// TestStatistics compares mean, deviation and extremes of 1e5 numbers with those that MXNet drew.
func TestStatistics(t *testing.T) {
	var cases map[string]struct {
		Initializer         map[string]json.RawMessage
		Shape               backend.Shape
		Mean, Std, Min, Max float64
		Count               int
	}
	load(t, "statistics.json", &cases)
	require.Len(t, cases, 84)
	for name, c := range cases {
		params := map[string]string{}
		for k, v := range c.Initializer {
			params[k] = keyword.Text(string(v))
		}
		kind := params["kind"]
		delete(params, "kind")
		i, err := New(kind, params)
		require.NoError(t, err)
		dst := make([]float32, c.Count)
		require.NoError(t, Init(i, &Desc{Name: "x_weight", Shape: c.Shape, Seed: 7}, dst))
		sum, squares, low, high := 0.0, 0.0, math.Inf(1), math.Inf(-1)
		for _, v := range dst {
			x := float64(v)
			sum, squares, low, high = sum+x, squares+x*x, min(low, x), max(high, x)
		}
		mean := sum / float64(c.Count)
		std := math.Sqrt(squares/float64(c.Count) - mean*mean)
		assert.InEpsilon(t, c.Std, std, 0.02, name)
		assert.InDelta(t, 0, mean, 5*std/math.Sqrt(float64(c.Count)), name)
		if kind == "uniform" || params["rnd_type"] == "uniform" {
			assert.InEpsilon(t, c.Min, low, 0.01, name)
			assert.InEpsilon(t, c.Max, high, 0.01, name)
		}
	}
}

func TestOrthogonal(t *testing.T) {
	var cases []struct {
		Shape    backend.Shape
		RandType string `json:"rand_type"`
		Scale    float64
		Gram     string
		Dev      float64 `json:"max_abs_dev_from_scale2_I"`
	}
	load(t, "orthogonal.json", &cases)
	require.NotEmpty(t, cases)
	for _, c := range cases {
		dst := make([]float32, c.Shape.Size())
		require.NoError(t, Init(Orthogonal{Scale: c.Scale, RandType: c.RandType}, &Desc{Name: "q_weight", Shape: c.Shape}, dst))
		data := make([]float64, len(dst))
		for i, v := range dst {
			data[i] = float64(v)
		}
		m := mat.NewDense(c.Shape[0], len(data)/c.Shape[0], data)
		var gram mat.Dense
		if c.Gram == "W W^T" {
			gram.Mul(m, m.T())
		} else {
			gram.Mul(m.T(), m)
		}
		n, _ := gram.Dims()
		for i := range n {
			for j := range n {
				want := 0.0
				if i == j {
					want = c.Scale * c.Scale
				}
				assert.InDelta(t, want, gram.At(i, j), 1e-6)
			}
		}
	}
}

// TestReproducible: seed and name decide, and nothing else.
func TestReproducible(t *testing.T) {
	draw := func(i Initializer, name string, seed int64, n int) []float32 {
		dst := make([]float32, n)
		require.NoError(t, Init(i, &Desc{Name: name, Shape: backend.Shape{n, 1}, Seed: seed}, dst))
		return dst
	}
	for _, i := range []Initializer{Uniform{}, Normal{}} {
		a := draw(i, "fc1_weight", 1, 103)
		assert.Equal(t, a, draw(i, "fc1_weight", 1, 103))
		assert.Equal(t, a[:50], draw(i, "fc1_weight", 1, 50))
		assert.NotEqual(t, a, draw(i, "fc2_weight", 1, 103))
		assert.NotEqual(t, a, draw(i, "fc1_weight", 2, 103))
		assert.NotEqual(t, a, draw(i, "fc1_weight", 1<<40+1, 103))
	}
	s := stream(&Desc{Name: "fc1_weight", Seed: 1})
	assert.Equal(t, float32(2*backend.Uniform32(s.Word(101))-1), draw(Uniform{Scale: 1}, "fc1_weight", 1, 103)[101])
}

func TestOwnInitializer(t *testing.T) {
	dst := make([]float32, 4)
	d := &Desc{Name: "bn_moving_var", Shape: backend.Shape{4}, Attrs: map[string]string{"__init__": `["constant", {"value": 0.5}]`}}
	require.NoError(t, Init(Xavier{}, d, dst))
	assert.Equal(t, []float32{.5, .5, .5, .5}, dst)
	d.Attrs["__init__"] = `["constnt", {}]`
	assert.ErrorContains(t, Init(Xavier{}, d, dst), `no initializer "constnt"; there are bilinear, constant`)
}

func TestLSTMBias(t *testing.T) {
	dst := make([]float32, 8)
	d := &Desc{Name: "i2h_bias", Shape: backend.Shape{8}, Attrs: map[string]string{"__init__": LSTMBias{}.Dumps()}}
	require.NoError(t, Init(Xavier{}, d, dst))
	assert.Equal(t, []float32{0, 0, 1, 1, 0, 0, 0, 0}, dst)
	assert.Equal(t, `["lstmbias", {"forget_bias": 1.0}]`, LSTMBias{ForgetBias: 1}.Dumps())
	d.Shape, d.Attrs["__init__"] = backend.Shape{2, 4}, `["lstmbias", {"forget_bias": 2}]`
	assert.ErrorContains(t, Init(Xavier{}, d, dst), "multiple of 4")
}

func TestMixedAndLoad(t *testing.T) {
	m, err := NewMixed([]string{"fc1", ".*"}, Constant{Value: 3}, Load{Params: map[string]*ndarray.NDArray{
		"arg:fc2_weight": ndarray.Array([]float32{1, 2}, nil)}, Default: One{}})
	require.NoError(t, err)
	dst := make([]float32, 2)
	for name, want := range map[string][]float32{"fc1_weight": {3, 3}, "fc1_bias": {0, 0}, "fc2_weight": {1, 2}, "x_fc1_weight": {1, 1}} {
		require.NoError(t, Init(m, &Desc{Name: name, Shape: backend.Shape{2}}, dst))
		assert.Equal(t, want, dst, name)
	}
	assert.EqualError(t, Init(m, &Desc{Name: "fc2_weight", Shape: backend.Shape{3}}, make([]float32, 3)),
		`initializer: "fc2_weight" (3,): the loaded array is (2,), want (3,)`)
	only, err := NewMixed([]string{"fc1"}, One{})
	require.NoError(t, err)
	assert.ErrorContains(t, Init(only, &Desc{Name: "a", Shape: backend.Shape{2}}, dst), `matches none of ^(?:fc1); add ".*"`)
	_, err = NewMixed([]string{"("}, One{})
	assert.Error(t, err)
	_, err = NewMixed([]string{"a"})
	assert.Error(t, err)
	assert.ErrorContains(t, Init(Load{}, &Desc{Name: "a", Shape: backend.Shape{2}}, dst), "no loaded array of this name")
}

func TestInitialize(t *testing.T) {
	for _, dt := range []backend.DType{backend.Float32, backend.Float64, backend.Float16} {
		a := ndarray.Zeros(backend.Shape{3, 5}, ndarray.Of(dt))
		require.NoError(t, Initialize(Xavier{}, &Desc{Name: "a_weight", Seed: 3}, a))
		assert.Greater(t, distinct(a.Float32()), 13, dt)
	}
}

func TestErrors(t *testing.T) {
	dst := make([]float32, 6)
	for _, c := range []struct {
		i     Initializer
		name  string
		shape backend.Shape
		want  string
	}{
		{Xavier{}, "fc_weight", backend.Shape{6}, `initializer: "fc_weight" (6,): xavier needs at least two dimensions`},
		{Xavier{RndType: "normal"}, "fc_weight", backend.Shape{2, 3}, `rnd_type is "normal", want uniform or gaussian`},
		{MSRAPrelu{FactorType: "both"}, "fc_weight", backend.Shape{2, 3}, `factor_type is "both", want avg, in or out`},
		{Bilinear{}, "up_weight", backend.Shape{2, 3}, "bilinear needs four dimensions"},
		{Orthogonal{RandType: "gaussian"}, "q_weight", backend.Shape{2, 3}, `rand_type is "gaussian", want uniform or normal`},
		{Orthogonal{}, "q_weight", backend.Shape{7}, "6 elements for shape (7,)"},
	} {
		assert.ErrorContains(t, Init(c.i, &Desc{Name: c.name, Shape: c.shape}, dst), c.want)
	}
	for _, text := range []string{"xavierr", `["xavier", {"magnitude": "big"}]`, `["xavier", {"size": 3}]`, `["normal", {"sigma": -1}]`, "["} {
		_, err := Parse(text)
		assert.ErrorContains(t, err, "initializer: ", text)
	}
}
