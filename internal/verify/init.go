package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/initializer"
)

// initFiles are the files of the folder init, each of a form of its own.
var initFiles = map[string]func(c *check) error{
	"exact": initExact, "by_name": initByName, "dumps": initDumps, "statistics": initStatistics, "orthogonal": initOrthogonal,
}

func init() {
	register(kind{
		name: "init",
		recognise: func(f *folder) bool {
			return f.name == "init" && len(f.stems(".json")) > 0 || f.has("by_name.json", "dumps.json", "statistics.json", "orthogonal.json")
		},
		list: jsonCases,
		run: func(c *check) error {
			if run := initFiles[c.base]; run != nil {
				return run(c)
			}
			return missing("a reader for " + c.base + ".json")
		},
	})
}

// filled is an array of a shape as an initializer fills it.
func filled(i initializer.Initializer, shape backend.Shape) (tensor, error) {
	dst := make([]float32, shape.Size())
	if err := i.Fill(&initializer.Desc{Name: "x_weight", Shape: shape, Seed: 11}, dst); err != nil {
		return tensor{}, err
	}
	return floats(dst, shape), nil
}

func floats(x []float32, shape backend.Shape) tensor {
	t := tensor{shape: shape, dtype: backend.Float32, data: make([]float64, len(x))}
	for k, v := range x {
		t.data[k] = float64(v)
	}
	return t
}

// initExact: what leaves nothing to chance.
func initExact(c *check) error {
	var e struct {
		Bilinear            map[string]tensor
		Constant, Zero, One tensor
	}
	if err := readJSON(c.path(".json"), &e); err != nil {
		return err
	}
	compare := func(what string, i initializer.Initializer, want tensor) error {
		got, err := filled(i, want.shape)
		if err == nil {
			c.tensor(what, got, want, exact)
		}
		return err
	}
	for _, k := range slices.Sorted(maps.Keys(e.Bilinear)) {
		if err := compare("bilinear "+k, initializer.Bilinear{}, e.Bilinear[k]); err != nil {
			return err
		}
	}
	if len(e.Constant.data) == 0 {
		return fmt.Errorf("%s: constant is empty", c.path(".json"))
	}
	if err := compare("constant", initializer.Constant{Value: e.Constant.data[0]}, e.Constant); err != nil {
		return err
	}
	if err := compare("zero", initializer.Zero{}, e.Zero); err != nil {
		return err
	}
	return compare("one", initializer.One{}, e.One)
}

// initByName: which rule a name gets.
func initByName(c *check) error {
	var names map[string]map[string]string
	if err := readJSON(c.path(".json"), &names); err != nil {
		return err
	}
	const plain = "(plain string name)"
	for _, name := range slices.Sorted(maps.Keys(names)) {
		for _, how := range slices.Sorted(maps.Keys(names[name])) {
			i, err := initializer.New(strings.ToLower(strings.TrimSuffix(how, plain)), nil)
			if err != nil {
				return err
			}
			// A shape that every rule takes: six numbers for the localisation's bias, four dimensions for Bilinear.
			d := &initializer.Desc{Name: name, Shape: backend.Shape{1, 1, 2, 3}, Seed: 11, PlainName: strings.HasSuffix(how, plain)}
			dst := make([]float32, d.Shape.Size())
			err = initializer.Init(i, d, dst)
			c.equal(name+" by "+how, ruleOf(dst, err), wantedRule(names[name][how]))
		}
	}
	return nil
}

// wantedRule is the recorded word; of errors only that there is one.
func wantedRule(text string) string {
	if strings.HasPrefix(text, "error") {
		return "error"
	}
	return text
}

// ruleOf says in the words of by_name.json what an initializer did.
func ruleOf(x []float32, err error) string {
	if err != nil {
		return "error"
	}
	bilinear := make([]float32, len(x))
	if initializer.Bilinear.Fill(initializer.Bilinear{}, &initializer.Desc{Shape: backend.Shape{1, 1, 2, 3}}, bilinear) == nil && slices.Equal(x, bilinear) {
		return "bilinear"
	}
	if !slices.ContainsFunc(x, func(v float32) bool { return v != x[0] }) {
		return fmt.Sprintf("constant %.1f", x[0])
	}
	if slices.Equal(x, []float32{1, 0, 0, 0, 1, 0}) {
		return "values [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]"
	}
	return "random"
}

// dumped are the initializers behind the names in dumps.json.
var dumped = map[string]initializer.Initializer{
	"xavier": initializer.Xavier{}, "xavier2": initializer.Xavier{RndType: "gaussian", FactorType: "in", Magnitude: 2},
	"msra": initializer.MSRAPrelu{}, "uniform": initializer.Uniform{}, "normal": initializer.Normal{}, "orth": initializer.Orthogonal{},
	"zero": initializer.Zero{}, "one": initializer.One{}, "const": initializer.Constant{Value: 0.5}, "bilinear": initializer.Bilinear{},
}

// wholeFloat is how Python writes the float 2, and keeps it apart from the int.
var wholeFloat = regexp.MustCompile(`\b(\d+)\.0\b`)

// initDumps: the text form, written from defaults and after reading it.
func initDumps(c *check) error {
	var texts map[string]string
	if err := readJSON(c.path(".json"), &texts); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		i, err := initializer.Parse(texts[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		whole := func(s string) string { return wholeFloat.ReplaceAllString(s, "$1") }
		c.equal(name+" read and written", whole(i.Dumps()), whole(texts[name]))
		if d := dumped[name]; d != nil {
			c.equal(name, d.Dumps(), texts[name])
		}
	}
	return nil
}

// initStatistics: the distribution of many random numbers.
func initStatistics(c *check) error {
	var rows map[string]struct {
		Initializer         map[string]json.RawMessage
		Shape               []int
		Mean, Std, Min, Max float64
		Count               int
	}
	if err := readJSON(c.path(".json"), &rows); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		r := rows[name]
		params := textOf(r.Initializer)
		kind := params["kind"]
		delete(params, "kind")
		i, err := initializer.New(kind, params)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !fills(r.Shape, r.Count) || r.Count < 1000 || r.Count > 1<<24 {
			return fmt.Errorf("%s: shape %v and %d numbers", name, r.Shape, r.Count)
		}
		x, err := filled(i, backend.Shape(r.Shape))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		mean, std := moments(x.data)
		c.within(name+": mean", mean, r.Mean, 6*r.Std*math.Sqrt(2/float64(r.Count)))
		c.within(name+": std", std, r.Std, 0.03*r.Std)
		// The edges of a uniform distribution are hit to a thousandth; the extremes of a normal one vary by about a third of
		// a standard deviation.
		edge := 2 * r.Std
		if kind == "uniform" || params["rnd_type"] == "uniform" {
			edge = 2e-3 * r.Max
		}
		c.within(name+": min", slices.Min(x.data), r.Min, edge)
		c.within(name+": max", slices.Max(x.data), r.Max, edge)
	}
	return nil
}

// within compares a number that may differ by allowed.
func (c *check) within(what string, got, want, allowed float64) {
	c.compared++
	if e := distance(got, want); !(e <= allowed) {
		c.wrong = append(c.wrong, mismatch{what, fmt.Sprintf("is %.6g, want %.6g: error %.3g, allowed %.3g", got, want, e, allowed), e / allowed})
	}
}

func moments(x []float64) (mean, std float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		std += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, math.Sqrt(std)
}

// initOrthogonal: the product of the matrix with itself is scale² times the unit matrix.
func initOrthogonal(c *check) error {
	var rows []struct {
		Shape    []int
		RandType string `json:"rand_type"`
		Scale    float64
		Gram     string
	}
	if err := readJSON(c.path(".json"), &rows); err != nil {
		return err
	}
	for _, r := range rows {
		shape := backend.Shape(r.Shape)
		if len(shape) < 2 || !fills(shape, shape.Size()) || shape.Size() > 1<<20 || shape.Size() == 0 {
			return fmt.Errorf("%s: shape %v", c.path(".json"), shape)
		}
		x, err := filled(initializer.Orthogonal{Scale: r.Scale, RandType: r.RandType}, shape)
		if err != nil {
			return err
		}
		what := fmt.Sprintf("%v %s times %v: %s", shape, r.RandType, r.Scale, r.Gram)
		c.within(what, gramError(x.data, shape[0], r.Scale*r.Scale, r.Gram == "W W^T"), 0, 2e-6*r.Scale*r.Scale)
	}
	return nil
}

// gramError is the largest deviation of W·Wᵀ, or Wᵀ·W, from s times the unit matrix, W seen as (rows, rest).
func gramError(w []float64, rows int, s float64, byRows bool) float64 {
	cols := len(w) / rows
	n, m, at := rows, cols, func(i, k int) float64 { return w[i*cols+k] }
	if !byRows {
		n, m, at = cols, rows, func(i, k int) float64 { return w[k*cols+i] }
	}
	worst := 0.0
	for i := range n {
		for j := range n {
			sum := 0.0
			for k := range m {
				sum += at(i, k) * at(j, k)
			}
			if i == j {
				sum -= s
			}
			worst = max(worst, math.Abs(sum))
		}
	}
	return worst
}
