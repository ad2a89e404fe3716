package initializer

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/gomx-org/gomx/ndarray"
)

// Load takes arrays by name from Params, as read from a .params file; the prefixes arg: and aux: of their names do not
// count. Arrays that are not there go to Default, by the rules for names; without one they are an error.
type Load struct {
	Params  map[string]*ndarray.NDArray
	Default Initializer
}

// Choose copies the array of the name, whose shape must fit.
func (i Load) Choose(d *Desc, dst []float32) error {
	for _, key := range []string{d.Name, "arg:" + d.Name, "aux:" + d.Name} {
		a, ok := i.Params[key]
		if !ok {
			continue
		}
		if !a.Shape().Equal(d.Shape) {
			return fmt.Errorf("the loaded array is %v, want %v", a.Shape(), d.Shape)
		}
		copy(dst, a.Float32())
		return nil
	}
	if i.Default == nil {
		return errors.New("no loaded array of this name, and no default initializer")
	}
	return initByName(i.Default, d, dst)
}

// Fill is Choose.
func (i Load) Fill(d *Desc, dst []float32) error { return i.Choose(d, dst) }

// Dumps names the initializer; files cannot hold it.
func (i Load) Dumps() string { return "load" }

// Mixed chooses among initializers by the first pattern that matches the beginning of the name.
type Mixed struct {
	patterns []*regexp.Regexp
	inits    []Initializer
}

// NewMixed pairs patterns, regular expressions, with initializers. ".*" as the last pattern takes what is left.
func NewMixed(patterns []string, inits ...Initializer) (Mixed, error) {
	if len(patterns) != len(inits) {
		return Mixed{}, fmt.Errorf("initializer: mixed: %d patterns and %d initializers", len(patterns), len(inits))
	}
	m := Mixed{inits: inits}
	for _, p := range patterns {
		re, err := regexp.Compile("^(?:" + p + ")")
		if err != nil {
			return Mixed{}, fmt.Errorf("initializer: mixed: pattern %q: %w", p, err)
		}
		m.patterns = append(m.patterns, re)
	}
	return m, nil
}

// Choose applies the initializer of the first pattern that matches, by the rules for names.
func (m Mixed) Choose(d *Desc, dst []float32) error {
	var all []string
	for k, re := range m.patterns {
		if re.MatchString(d.Name) {
			return initByName(m.inits[k], d, dst)
		}
		all = append(all, re.String())
	}
	return fmt.Errorf(`the name matches none of %s; add ".*" as the last pattern`, strings.Join(all, ", "))
}

// Fill is Choose.
func (m Mixed) Fill(d *Desc, dst []float32) error { return m.Choose(d, dst) }

// Dumps names the initializer; files cannot hold it.
func (m Mixed) Dumps() string { return "mixed" }
