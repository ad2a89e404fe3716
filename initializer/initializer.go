package initializer

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
	"github.com/gomx-org/gomx/ndarray"
)

// Initializer fills weights by its own rule. Those of this package are structs whose zero fields are MXNet's defaults.
type Initializer interface {
	// Fill writes the elements of the array that d describes, in C order, whatever its name.
	Fill(d *Desc, dst []float32) error
	// Dumps is the text form that the attribute __init__ holds, such as ["xavier", {"magnitude": 3}].
	Dumps() string
}

// Chooser is an Initializer that looks at the name itself; the rules by name do not come between. Load and Mixed do.
type Chooser interface {
	Initializer
	// Choose fills the array by rules of its own.
	Choose(d *Desc, dst []float32) error
}

// Desc describes the array to fill: MXNet's InitDesc.
type Desc struct {
	Name  string
	Shape backend.Shape
	Attrs map[string]string // of the variable; __init__ names its own initializer
	Seed  int64
	// PlainName asks for the rules that MXNet applies to names that are plain strings, as before 0.12: they know
	// upsampling…, stn_loc… and moving_….
	PlainName bool
}

// Init fills the array that d describes: by the attribute __init__, else by the rule for the name, in which i says what
// weights get. dst has the size of d.Shape.
func Init(i Initializer, d *Desc, dst []float32) error {
	if len(dst) != d.Shape.Size() {
		return fmt.Errorf("initializer: %q: %d elements for shape %v", d.Name, len(dst), d.Shape)
	}
	if err := initByName(i, d, dst); err != nil {
		return fmt.Errorf("initializer: %q %v: %w", d.Name, d.Shape, err)
	}
	return nil
}

func initByName(i Initializer, d *Desc, dst []float32) error {
	if c, ok := i.(Chooser); ok {
		return c.Choose(d, dst)
	}
	if text := d.Attrs["__init__"]; text != "" && !d.PlainName {
		own, err := Parse(text)
		if err != nil {
			return fmt.Errorf("attribute __init__ %q: %w", text, err)
		}
		return own.Fill(d, dst)
	}
	rule, ok := ruleFor(d.Name, d.PlainName)
	switch {
	case !ok:
		return fmt.Errorf("unknown initialization pattern: names end in weight, bias, gamma, beta, min or max; " +
			"give any other variable an initializer of its own (attribute __init__)")
	case rule == nil:
		return i.Fill(d, dst)
	}
	return rule.Fill(d, dst)
}

type nameRule struct {
	prefix, suffix string
	rule           Initializer // nil: that of the initializer that was asked
}

// The rules in order. Those of plain names are the first table and then the second.
var (
	plainRules = []nameRule{
		{"upsampling", "", Bilinear{}}, {"stn_loc", "weight", Zero{}}, {"stn_loc", "bias", locBias{}},
		{"", "moving_mean", Zero{}}, {"", "moving_var", One{}}, {"", "moving_inv_var", Zero{}}, {"", "moving_avg", Zero{}},
	}
	nameRules = []nameRule{
		{"", "weight", nil}, {"", "bias", Zero{}}, {"", "gamma", One{}}, {"", "beta", Zero{}}, {"", "min", Zero{}}, {"", "max", One{}},
	}
)

func ruleFor(name string, plain bool) (rule Initializer, ok bool) {
	tables := [][]nameRule{nameRules}
	if plain {
		tables = [][]nameRule{plainRules, nameRules}
	}
	for _, table := range tables {
		for _, r := range table {
			if strings.HasPrefix(name, r.prefix) && strings.HasSuffix(name, r.suffix) {
				return r.rule, true
			}
		}
	}
	return nil, false
}

// Initialize is Init of an array on any device and of any type. d's shape is taken from the array.
func Initialize(i Initializer, d *Desc, a *ndarray.NDArray) error {
	d.Shape = a.Shape()
	if x := a.Data32(); x != nil {
		err := Init(i, d, x)
		a.Touch()
		return err
	}
	x := make([]float32, a.Size())
	if err := Init(i, d, x); err != nil {
		return err
	}
	return a.SetFloat32(x)
}

var registry = map[string]reflect.Type{
	"zero": reflect.TypeFor[Zero](), "zeros": reflect.TypeFor[Zero](), "one": reflect.TypeFor[One](), "ones": reflect.TypeFor[One](),
	"constant": reflect.TypeFor[Constant](), "uniform": reflect.TypeFor[Uniform](), "normal": reflect.TypeFor[Normal](),
	"gaussian": reflect.TypeFor[Normal](), "orthogonal": reflect.TypeFor[Orthogonal](), "xavier": reflect.TypeFor[Xavier](),
	"msraprelu": reflect.TypeFor[MSRAPrelu](), "bilinear": reflect.TypeFor[Bilinear](),
	"lstmbias": reflect.TypeFor[LSTMBias](),
}

// Parse reads the text form of an initializer: ["xavier", {"magnitude": 3}], or a bare name for one with its defaults.
func Parse(text string) (Initializer, error) {
	name, args, err := keyword.Unmarshal(text)
	if err != nil {
		return nil, fmt.Errorf("initializer: %w", err)
	}
	return New(name, args)
}

// New makes an initializer by name, in any case, with parameters in MXNet's names and text form.
func New(name string, params map[string]string) (Initializer, error) {
	name = strings.ToLower(name)
	t, ok := registry[name]
	if !ok {
		return nil, fmt.Errorf("initializer: no initializer %q; there are %s", name, strings.Join(sorted(registry), ", "))
	}
	p := reflect.New(t)
	for _, key := range sorted(params) {
		if err := keyword.Set(p.Interface(), key, params[key]); err != nil {
			return nil, fmt.Errorf("initializer: %s: %w", name, err)
		}
	}
	i := p.Elem().Interface().(Initializer)
	if c, ok := i.(interface{ check() error }); ok {
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("initializer: %s: %w", name, err)
		}
	}
	return i, nil
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func dumps(name string, i Initializer) string { return keyword.Marshal(name, keyword.Args(i)) }
