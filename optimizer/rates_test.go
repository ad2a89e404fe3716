package optimizer

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type schedCase struct {
	Scheduler string
	Kwargs    map[string]json.RawMessage
	NumUpdate []int `json:"num_update"`
	LR        []float64
}

// TestSchedulers replays what MXNet's schedulers gave, from text, through text and back.
func TestSchedulers(t *testing.T) {
	files, err := filepath.Glob("testdata/sched/*.json")
	require.NoError(t, err)
	require.Len(t, files, 20)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var c schedCase
			load(t, file, &c)
			kwargs, err := json.Marshal(c.Kwargs)
			require.NoError(t, err)
			s, err := ParseScheduler(`["` + c.Scheduler + `", ` + string(kwargs) + `]`)
			require.NoError(t, err)
			again, err := ParseScheduler(FormatScheduler(s))
			require.NoError(t, err)
			require.NotEmpty(t, c.LR)
			for i, n := range c.NumUpdate {
				assert.InEpsilon(t, c.LR[i], s.Rate(0, n), 1e-12, "update %d", n)
				assert.Equal(t, s.Rate(0, n), again.Rate(0, n))
			}
		})
	}
}

func load(t *testing.T, file string, v any) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, v))
}

func TestSchedulerBase(t *testing.T) {
	s := FactorScheduler{Step: 2, Factor: 0.5, BaseLR: 8}
	assert.Equal(t, 8.0, s.Rate(0, 1))
	assert.Equal(t, 3.0, s.Rate(6, 3), "the optimizer's rate comes before the scheduler's")
	assert.Equal(t, 0.01, FactorScheduler{Step: 2}.Rate(0, 100), "a factor of 1 changes nothing")
	assert.Equal(t, 1e-8, FactorScheduler{Step: 1, Factor: .1}.Rate(1, 1000), "the floor holds")
}

// What an optimizer was given comes before base_lr in schedules by factors, and after it in all else, if base_lr was given.
func TestSchedulerOwnBase(t *testing.T) {
	assert.Equal(t, 0.2, PolyScheduler{MaxUpdate: 4, Pwr: 1, BaseLR: 0.4}.Rate(9, 2))
	assert.Equal(t, 0.5, PolyScheduler{MaxUpdate: 4, Pwr: 0.5}.Rate(1, 3))
	assert.Equal(t, 1.0, PolyScheduler{MaxUpdate: 4, Pwr: Zero}.Rate(1, 4))
	assert.InDelta(t, 0.2, CosineScheduler{MaxUpdate: 4, BaseLR: 0.4}.Rate(9, 2), 1e-15)
	f := FactorScheduler{Step: 9, BaseLR: 0.4, WarmupSteps: 2}
	assert.Equal(t, []float64{0.2, 9}, []float64{f.Rate(9, 1), f.Rate(9, 2)})
	assert.Equal(t, 0.001, Adam{LRScheduler: f}.Common().LearningRate, "Adam's own default is given to the scheduler too")
	assert.Zero(t, SGD{LRScheduler: f}.Common().LearningRate)
	assert.Zero(t, Ftrl{LearningRate: 3, LRScheduler: f}.Common().LearningRate)
}

// A resumed run has the product of momenta and the rate before, by which LARS corrects.
func TestRatesOfItsOwn(t *testing.T) {
	for _, o := range []Optimizer{Nadam{BeginNumUpdate: 1}, LARS{LRScheduler: FactorScheduler{Step: 2, Factor: 0.5}}} {
		straight, err := NewRates(o, make([]Param, 2))
		require.NoError(t, err)
		for i := range 8 {
			straight.Next(i % 2)
		}
		resumed, err := NewRates(o, make([]Param, 2))
		require.NoError(t, err)
		require.NoError(t, resumed.Restore(straight.NumUpdate(), straight.Counts()))
		for i := range 4 {
			assert.Equal(t, straight.Next(i%2), resumed.Next(i%2))
		}
	}
	r, err := NewRates(SGD{LearningRate: 1, LRMult: map[string]float64{"1": 3}}, []Param{{Name: "a"}, {Name: "b"}})
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 3}, []float64{r.Next(0).LR, r.Next(1).LR}, "a factor by index")
}

func TestSchedulerErrors(t *testing.T) {
	for text, want := range map[string]string{
		`["factor", {"step": 0, "factor": 0.5}]`:                          "step is 0, want at least 1",
		`["factor", {"step": 1, "factor": 1.5}]`:                          "factor is 1.5, want above 0 and at most 1",
		`["multifactor", {"step": [5, 3]}]`:                               "step is [5 3], want rising numbers from 1",
		`["multifactor", {"factor": 0.5}]`:                                "step is empty",
		`["poly", {"max_update": 5, "warmup_steps": 5}]`:                  "max_update is 5, want above the 5 of warmup_steps",
		`["cosine", {"max_update": 9, "final_lr": -1}]`:                   "final_lr is -1, want at least 0",
		`["factor", {"step": 1, "base_lr": 0.1, "warmup_begin_lr": 0.2}]`: "warmup_begin_lr is 0.2, want between 0 and base_lr",
		`["factor", {"step": 1, "warmup_mode": "quadratic"}]`:             `warmup_mode is "quadratic", want linear or constant`,
		`["step", {}]`:           `no lr_scheduler "step"`,
		`["factor", {"stp": 1}]`: `no parameter "stp"`,
		FormatScheduler(SchedulerFunc(func(base float64, numUpdate int) float64 { return 1 })): "function of the program",
	} {
		_, err := ParseScheduler(text)
		assert.ErrorContains(t, err, want, text)
	}
	s, err := ParseScheduler("None")
	assert.NoError(t, err)
	assert.Nil(t, s)
}

func TestRateRules(t *testing.T) {
	params := []Param{{Name: "fc_weight"}, {Name: "fc_bias"}, {Name: "bn_gamma"}, {Name: "bn_beta"}, {Name: "other"}, {},
		{Name: "a_weight", Attrs: map[string]string{"__lr_mult__": "0.5", "__wd_mult__": "3"}},
		{Name: "b_bias", Attrs: map[string]string{"__wd_mult__": "2", "__lr_mult__": "7"}}}
	r, err := NewRates(SGD{LearningRate: 0.1, WD: 0.01, LRMult: map[string]float64{"b_bias": 0}, WDMult: map[string]float64{"fc_weight": 5}}, params)
	require.NoError(t, err)
	wantLR := []float64{.1, .1, .1, .1, .1, .1, .05, 0}
	wantWD := []float64{.05, 0, .01, 0, 0, .01, .03, .02}
	for i := range params {
		u := r.Next(i)
		assert.InDelta(t, wantLR[i], u.LR, 1e-15, params[i].Name)
		assert.InDelta(t, wantWD[i], u.WD, 1e-15, params[i].Name)
		assert.Equal(t, 1, u.T)
		assert.Equal(t, 1.0, u.RescaleGrad)
	}
	_, err = NewRates(SGD{}, []Param{{Name: "w", Attrs: map[string]string{"__lr_mult__": "fast"}}})
	assert.EqualError(t, err, `optimizer: sgd: parameter "w": attribute __lr_mult__ is "fast", want a number`)
}

func TestRatesCountAndRestore(t *testing.T) {
	o := SGD{LearningRate: 1, BeginNumUpdate: 2, LRScheduler: FactorScheduler{Step: 2, Factor: 0.5}}
	r, err := NewRates(o, make([]Param, 2))
	require.NoError(t, err)
	r.SetDefaultRescale(0.25)
	var changes []int
	r.Changed = func(n int, lr float64) { changes = append(changes, n) }
	assert.Equal(t, Rate{LR: .5, RescaleGrad: .25, T: 3, Ratio: 1, Schedule: 1}, r.Next(0))
	r.Next(0)
	assert.Equal(t, Rate{LR: .25, RescaleGrad: .25, T: 5, Ratio: .5, Schedule: 1}, r.Next(0))
	assert.Equal(t, Rate{LR: .25, RescaleGrad: .25, T: 3, Ratio: 1, Schedule: 1}, r.Next(1), "the rate follows the parameter updated most")
	assert.Equal(t, []int{5}, changes)
	assert.ErrorContains(t, r.SetLearningRate(1), "decided by the lr_scheduler")

	again, err := NewRates(o, make([]Param, 2))
	require.NoError(t, err)
	again.SetDefaultRescale(0.25)
	require.NoError(t, again.Restore(r.NumUpdate(), r.Counts()))
	for i := range 20 {
		assert.Equal(t, r.Next(i%2), again.Next(i%2))
	}
	assert.ErrorContains(t, again.Restore(3, []int{1}), "counters of 1 parameters, want 2")
	assert.ErrorContains(t, again.Restore(3, []int{1, 4}), "updated 4 times of 3")
	assert.Zero(t, testing.AllocsPerRun(100, func() { r.Next(0) }))
}

func TestNewAndConfig(t *testing.T) {
	for _, o := range []Optimizer{
		SGD{},
		SGD{LearningRate: .1, Momentum: .9, WD: 1e-5, ClipGradient: 5, RescaleGrad: .5, LRMult: map[string]float64{"x": 2}, MultiPrecision: true,
			LRScheduler: FactorScheduler{Step: 400, Factor: .9}},
		SGD{LRScheduler: FactorScheduler{Step: 400, Factor: .9, BaseLR: 3}},
		Adam{},
		Adam{Beta1: Zero, Beta2: .99, Epsilon: 1e-6, LRScheduler: MultiFactorScheduler{Step: []int{3, 9}, Factor: .1}, BeginNumUpdate: 7},
	} {
		back, err := o.Config().New()
		require.NoError(t, err, o.Config())
		assert.Equal(t, o.Config(), back.Config())
		a, b := make([]float32, len(o.Hyper())), make([]float32, len(back.Hyper()))
		o.HyperValues(Rate{LR: .3, WD: .1, RescaleGrad: 1, T: 4}, a)
		back.HyperValues(Rate{LR: .3, WD: .1, RescaleGrad: 1, T: 4}, b)
		assert.Equal(t, a, b)
		assert.Equal(t, o.Common().LearningRate, back.Common().LearningRate)
	}
	assert.Contains(t, SGD{}.Config().String(), "sgd(begin_num_update=0, clip_gradient=0, learning_rate=0.01,")

	o, err := New("SGD", map[string]string{"learning_rate": "0.05", "momentum": "0.9", "clip_gradient": "None", "lr_scheduler": `["factor", {"step": 3}]`})
	require.NoError(t, err)
	assert.Equal(t, SGD{LearningRate: .05, Momentum: .9, LRScheduler: FactorScheduler{Step: 3}}, o)
	assert.Equal(t, 0.001, Adam{}.Common().LearningRate)

	o, err = New("signsgd", map[string]string{"wd": "1"})
	require.NoError(t, err)
	assert.Equal(t, Signum{Momentum: Zero, WD: 1}, o)
	o, err = New("ccSGD", map[string]string{"lazy_update": "False", "momentum": "0.5"})
	require.NoError(t, err)
	assert.Equal(t, SGD{Momentum: .5}, o, "lazy_update is about sparse gradients")
	_, err = New("nag", map[string]string{"lazy_update": "False"})
	assert.ErrorContains(t, err, `no parameter "lazy_update"`)
}

func TestNewErrors(t *testing.T) {
	for _, c := range []struct {
		name, key, val, want string
	}{
		{"sgdd", "wd", "0", `no optimizer "sgdd"; there are adadelta, adagrad, adam`},
		{"sgd", "wdd", "0", `sgd: no parameter "wdd"; there are learning_rate, momentum`},
		{"sgd", "learning_rate", "-1", "learning_rate is -1, want at least 0"},
		{"sgd", "learning_rate", "nan", `learning_rate="nan": want a number`},
		{"sgd", "momentum", "-1", "momentum is -1, want at least 0"},
		{"adam", "beta1", "1", "beta1 is 1"},
		{"adam", "begin_num_update", "-1", "begin_num_update is -1"},
		{"sgd", "lr_scheduler", "[", "lr_scheduler: "},
	} {
		_, err := New(c.name, map[string]string{c.key: c.val})
		assert.ErrorContains(t, err, c.want)
		assert.True(t, err == nil || strings.HasPrefix(err.Error(), "optimizer: "))
	}
	_, err := NewRates(SGD{WD: math.NaN()}, nil)
	assert.EqualError(t, err, "optimizer: sgd: wd is NaN")
	_, err = NewRates(SGD{LRScheduler: FactorScheduler{}}, nil)
	assert.EqualError(t, err, "optimizer: sgd: lr_scheduler: step is 0, want at least 1")
}
