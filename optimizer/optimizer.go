package optimizer

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
)

// Zero stands for a true 0 in fields whose 0 means another default, such as Adam's Beta1.
const Zero = keyword.Zero

// Optimizer says how one parameter changes. The optimizers of this package are structs that implement it by value; other
// packages may bring their own and Register them.
type Optimizer interface {
	// Name is MXNet's name in lower case, such as sgd.
	Name() string
	// Common gives the settings that every optimizer has.
	Common() Common
	// States lists what the update of a parameter of this shape and type remembers, in MXNet's order.
	States(s backend.Shape, t backend.DType) []StateSpec
	// Hyper lists the numbers that the update reads at run time, float32 scalars of shape ().
	Hyper() []Hyper
	// HyperValues writes the numbers of one update into dst, in the order of Hyper. It allocates nothing.
	HyperValues(u Rate, dst []float32)
	// Update says the update of weight w by gradient g and gives the new weight and states. hyper is in the order of Hyper.
	Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (weight backend.Value, next []backend.Value)
	// Config describes the optimizer so that New can make it again.
	Config() Config
}

// StateSpec describes one state of a parameter.
type StateSpec struct {
	Name      string // mom, mean, var, weight32
	Shape     backend.Shape
	DType     backend.DType
	OfWeights bool // begins as a copy of the weight; others begin at 0
}

// Hyper names a number that the update reads at run time. A Global one is the same for all parameters of an update.
type Hyper struct {
	Name   string
	Global bool
}

// Common holds what all optimizers share; each has these as fields of its own.
type Common struct {
	LearningRate   float64            // 0: the default of Adam and its kin and of Signum; of others BaseLR of the scheduler, or the default
	WD             float64            // weight decay
	ClipGradient   float64            // gradients are clipped to [−c, c] after rescaling; 0 or less: not at all
	RescaleGrad    float64            // factor on gradients; 0: what the trainer sets, usually 1/batch size, or 1
	LRScheduler    Scheduler          // nil: the rate stays
	LRMult         map[string]float64 // factor on the rate by parameter name
	WDMult         map[string]float64 // factor on the weight decay by parameter name
	BeginNumUpdate int                // what the counters of updates begin with
	MultiPrecision bool               // float16 weights keep a float32 copy that is updated

	masterLast bool // the copy follows the states in place of coming before them: MXNet's SGD, NAG and LARS
}

// check refuses numbers that no update can use.
func (c *Common) check() error {
	for name, v := range map[string]float64{"learning_rate": c.LearningRate, "wd": c.WD, "rescale_grad": c.RescaleGrad} {
		if v-v != 0 {
			return fmt.Errorf("%s is %v", name, v)
		}
	}
	switch {
	case c.LearningRate < 0:
		return fmt.Errorf("learning_rate is %v, want at least 0", c.LearningRate)
	case c.WD < 0:
		return fmt.Errorf("wd is %v, want at least 0", c.WD)
	case c.BeginNumUpdate < 0:
		return fmt.Errorf("begin_num_update is %d, want at least 0", c.BeginNumUpdate)
	}
	if c.LRScheduler != nil {
		if err := c.LRScheduler.Check(); err != nil {
			return fmt.Errorf("lr_scheduler: %w", err)
		}
	}
	return nil
}

// Config is an optimizer as name and parameters, in the text form of MXNet's keyword arguments: what checkpoints and
// servers keep.
type Config struct {
	Name   string            `json:"name"`
	Params map[string]string `json:"params"`
}

// describe makes the Config of an optimizer of this package.
func describe(o Optimizer) Config {
	c := Config{Name: o.Name(), Params: map[string]string{}}
	for _, a := range keyword.Args(o) {
		c.Params[a.Name] = keyword.Text(a.JSON)
	}
	if s := o.Common().LRScheduler; s != nil {
		c.Params["lr_scheduler"] = FormatScheduler(s)
		if o.Common().LearningRate == 0 { // the scheduler's base, not the optimizer's default
			delete(c.Params, "learning_rate")
		}
	}
	return c
}

// String writes the Config as name(key=value, …), sorted by key.
func (c Config) String() string {
	keys := make([]string, 0, len(c.Params))
	for k := range c.Params {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for i, k := range keys {
		keys[i] = k + "=" + c.Params[k]
	}
	return c.Name + "(" + strings.Join(keys, ", ") + ")"
}

// New makes the optimizer that the Config describes.
func (c Config) New() (Optimizer, error) { return New(c.Name, c.Params) }

var registry = map[string]func(params map[string]string) (Optimizer, error){}

// Register makes an optimizer known to New; make parses its parameters. A name registered again is replaced.
func Register(name string, make func(params map[string]string) (Optimizer, error)) {
	registry[strings.ToLower(name)] = make
}

// Names lists the optimizers that New knows.
func Names() []string {
	names := make([]string, 0, len(registry))
	for n := range registry {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// New makes an optimizer by MXNet's name, in any case, with parameters in MXNet's names and text form: learning_rate,
// momentum, wd, lr_scheduler (a text as FormatScheduler writes it) and so on.
func New(name string, params map[string]string) (Optimizer, error) {
	make, ok := registry[strings.ToLower(name)]
	if !ok {
		return nil, fmt.Errorf("optimizer: no optimizer %q; there are %s", name, strings.Join(Names(), ", "))
	}
	o, err := make(params)
	if err != nil {
		return nil, fmt.Errorf("optimizer: %s: %w", strings.ToLower(name), err)
	}
	return o, nil
}

// register makes an optimizer of this package known by its struct's tags. dense are parameters that tell how sparse
// gradients are treated: they are taken, and mean nothing here.
func register[O Optimizer](check func(*O) error, dense ...string) {
	var zero O
	Register(zero.Name(), func(params map[string]string) (Optimizer, error) {
		var o O
		keys := make([]string, 0, len(params))
		for key := range params {
			keys = append(keys, key)
		}
		slices.Sort(keys) // the same mistake is reported every time
		for _, key := range keys {
			if key == "lr_scheduler" {
				s, err := ParseScheduler(params[key])
				if err != nil {
					return nil, err
				}
				if s != nil {
					reflect.ValueOf(&o).Elem().FieldByName("LRScheduler").Set(reflect.ValueOf(s))
				}
				continue
			}
			if slices.Contains(dense, key) {
				continue
			}
			if err := keyword.Set(&o, key, params[key]); err != nil {
				return nil, err
			}
		}
		c := o.Common()
		if err := c.check(); err != nil {
			return nil, err
		}
		return o, check(&o)
	})
}

// clipped tells whether gradients are clipped, which changes the expression of an update.
func (c *Common) clipped() bool { return c.ClipGradient > 0 }

// MasterCopy tells whether weights of type t are updated through a float32 copy.
func (c *Common) masterCopy(t backend.DType) bool {
	return c.MultiPrecision && (t == backend.Float16 || t == backend.BFloat16)
}

// stateSpecs lists states of the weight's shape. Under multi_precision they are float32, and the copy of the weight comes
// before them, or after: see masterLast.
func (c *Common) stateSpecs(s backend.Shape, t backend.DType, names ...string) []StateSpec {
	master := c.masterCopy(t)
	if master {
		t = backend.Float32
	}
	copied := StateSpec{Name: "weight32", Shape: s, DType: t, OfWeights: true}
	var specs []StateSpec
	if master && !c.masterLast {
		specs = append(specs, copied)
	}
	for _, n := range names {
		specs = append(specs, StateSpec{Name: n, Shape: s, DType: t})
	}
	if master && c.masterLast {
		specs = append(specs, copied)
	}
	return specs
}

// hyper lists lr and wd, then the numbers that all parameters share; clip_gradient only when gradients are clipped.
func (c *Common) hyper(names ...string) []Hyper {
	h := []Hyper{{Name: "lr"}, {Name: "wd"}, {Name: "rescale_grad", Global: true}}
	for _, n := range names {
		h = append(h, Hyper{Name: n, Global: true})
	}
	if c.clipped() {
		h = append(h, Hyper{Name: "clip_gradient", Global: true})
	}
	return h
}

// values writes the numbers of hyper.
func values(u Rate, clip float64, dst []float32, more ...float64) {
	dst[0], dst[1], dst[2] = float32(u.LR), float32(u.WD), float32(u.RescaleGrad)
	for i, v := range more {
		dst[3+i] = float32(v)
	}
	if clip > 0 {
		dst[3+len(more)] = float32(clip)
	}
}

// apply runs the update of an optimizer: step gets the weight, the gradient, the states and the numbers, and gives the
// new weight and states. Under multi_precision it works on the float32 copy.
func (c *Common) apply(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value,
	step func(in []backend.Value) []backend.Value) (backend.Value, []backend.Value) {
	master, at := c.masterCopy(w.DType()), 0
	t := w.DType()
	if master {
		if c.masterLast {
			at = len(states) - 1
		}
		w, states = states[at], slices.Delete(slices.Clone(states), at, at+1)
		g = b.Cast(g, backend.Float32)
	}
	in := append([]backend.Value{w, g}, states...)
	out := step(append(in, hyper...))
	weight, next := out[0], out[1:]
	if master {
		return b.Cast(weight, t), slices.Insert(slices.Clone(next), at, weight)
	}
	return weight, next
}
