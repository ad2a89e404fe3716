package backendtest

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/ref"
)

// variants are the ways in which each row is compiled. The second moves every argument off its alignment, as slices of
// arrays are.
var variants = []struct {
	name    string
	shift   int
	options backend.Options
}{
	{"as said", 0, backend.Options{NoFuse: true, NoLayout: true}},
	{"optimised", 1, backend.Options{}},
}

// Run holds dev to every row, in every type and variant. What the device has no kernel for is reported and left out, as is
// what a Supporter runs by other means than its own kernels.
func Run(t *testing.T, dev backend.Device) {
	for _, r := range Rows() {
		t.Run(r.Name, func(t *testing.T) {
			for _, dt := range r.DTypes() {
				t.Run(dt.String(), func(t *testing.T) { runRow(t, dev, r, dt) })
			}
		})
	}
}

func runRow(t *testing.T, dev backend.Device, r Row, dt backend.DType) {
	err := check(dev, r, dt, func(p *backend.Program) { report(t, dev, p) })
	if gap := (*backend.NoKernelError)(nil); errors.As(err, &gap) {
		t.Skip(err)
	}
	if err != nil {
		t.Error(err)
	}
}

// Check runs a row for elements of type dt in every variant; the error is a *backend.NoKernelError where the device has no
// kernel, and says what differs where it has a wrong one.
func Check(dev backend.Device, r Row, dt backend.DType) error {
	return check(dev, r, dt, func(*backend.Program) {})
}

func check(dev backend.Device, r Row, dt backend.DType, seen func(*backend.Program)) error {
	want, err := judge(r, dt)
	if err != nil {
		return fmt.Errorf("the judge: %w", err)
	}
	for _, v := range variants {
		in, err := open(dev, r, dt, dt, v.shift, v.options)
		if err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
		if v.shift == 0 {
			seen(in.Program)
		}
		err = in.check(r, want)
		in.Close()
		if err != nil {
			return fmt.Errorf("%s: %w\n%v", v.name, err, in.Program)
		}
	}
	return dev.Sync()
}

// report logs the calls for which the device says it has no kernel of its own.
func report(t *testing.T, dev backend.Device, p *backend.Program) {
	s, ok := dev.(backend.Supporter)
	if !ok {
		return
	}
	for i := range p.Entries {
		for k := range p.Entries[i].Calls {
			if c := &p.Entries[i].Calls[k]; !s.Supports(p, c) {
				t.Logf("no kernel of its own: %s", p.CallString(c))
			}
		}
	}
}

// judge computes a row in float64 on ref, from inputs rounded to dt; integer rows are computed as they are.
func judge(r Row, dt backend.DType) ([]Output, error) {
	as := dt
	if dt.IsFloat() {
		as = backend.Float64
	}
	in, err := open(ref.New(0), r, as, dt, 0, backend.Options{NoFuse: true, NoLayout: true})
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if err := in.Run(); err != nil {
		return nil, err
	}
	return in.Outputs()
}

// check runs twice from the same start and compares each time: nothing may be left over from the first.
func (in *Instance) check(r Row, want []Output) error {
	for run := range 2 {
		if err := in.Reset(); err != nil {
			return err
		}
		if err := in.Run(); err != nil {
			return err
		}
		got, err := in.Outputs()
		if err != nil {
			return fmt.Errorf("run %d: %w", run, err)
		}
		if err := compare(r, got, want); err != nil {
			return fmt.Errorf("run %d: %w", run, err)
		}
	}
	return nil
}

func compare(r Row, got, want []Output) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d outputs, want %d", len(got), len(want))
	}
	for i, g := range got {
		w := want[i]
		if len(g.Values) != len(w.Values) {
			return fmt.Errorf("output %s has %d elements, want %d", g.Name, len(g.Values), len(w.Values))
		}
		bad, first := 0, -1
		for k := range g.Values {
			if !near(r, g.DType, g.Values[k], w.Values[k]) {
				if bad++; first < 0 {
					first = k
				}
			}
		}
		if bad > 0 {
			return fmt.Errorf("output %s: %d of %d elements differ, the first at %d: %v, want %v (tolerance %.3g)",
				g.Name, bad, len(g.Values), first, g.Values[first], w.Values[first], tolerance(r, g.DType, w.Values[first]))
		}
	}
	return nil
}

// tolerance is how far a result of type t may lie from want: some units in the last place, and for sums of Length terms
// of size 1 the rounding of as many additions.
func tolerance(r Row, t backend.DType, want float64) float64 {
	slack := r.Slack
	if slack == 0 {
		slack = 1
	}
	return slack*epsilon(t)*(8*math.Abs(want)+4*float64(r.Length)) + tiny(t)
}

// near compares one element. NaN equals NaN; what overflows the type may be infinite; zeros equal whatever their sign.
func near(r Row, t backend.DType, got, want float64) bool {
	if t.IsFloat() && math.Abs(want) > largest(t)*(1-8*epsilon(t)) && math.IsInf(got, 0) {
		return (got > 0) == (want > 0)
	}
	rounded := []float64{want}
	if r.Exact && t.IsFloat() {
		roundTo(t, rounded)
	}
	switch want = rounded[0]; {
	case got == want || got != got && want != want:
		return true
	case r.Exact || !t.IsFloat() || math.IsInf(want, 0) || math.IsInf(got, 0):
		return false
	}
	return math.Abs(got-want) <= tolerance(r, t, want)
}
