package optimizer

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/internal/keyword"
)

// Scheduler gives the learning rate by the number of updates. It is a pure function, so a resumed training needs nothing
// but the number to go on exactly; called in order it gives what MXNet's stateful schedulers give.
type Scheduler interface {
	// Rate is the learning rate of update numUpdate, counted from 1. base is the rate that the optimizer was given; 0 means
	// the scheduler's own BaseLR. As in MXNet, base comes first where the rate falls by factors, and BaseLR, if it is given,
	// in warm-ups and in the schedules by polynomial and cosine.
	Rate(base float64, numUpdate int) float64
	// Check tells what is wrong with the parameters.
	Check() error
}

// SchedulerFunc is a Scheduler made of a function. Files cannot hold it.
type SchedulerFunc func(base float64, numUpdate int) float64

// Rate calls the function.
func (f SchedulerFunc) Rate(base float64, numUpdate int) float64 { return f(base, numUpdate) }

// Check wants a function.
func (f SchedulerFunc) Check() error {
	if f == nil {
		return fmt.Errorf("the function is nil")
	}
	return nil
}

const defaultLR = 0.01 // base_lr of MXNet's schedulers

// rate is the learning rate of an optimizer: its own if given, 0 to leave it to the scheduler, else the default.
func rate(own float64, s Scheduler, def float64) float64 {
	if own == 0 && s == nil {
		return def
	}
	return own
}

// warmup is the rate of the first updates: linear from begin to final, or constant at begin. ok is false afterwards.
func warmup(final, begin float64, steps int, mode string, n int) (lr float64, ok bool) {
	if n >= steps {
		return 0, false
	}
	if mode == "constant" {
		return begin, true
	}
	return begin + (final-begin)*float64(n)/float64(steps), true
}

func checkWarmup(base, begin float64, steps int, mode string) error {
	switch {
	case base < 0 || base-base != 0:
		return fmt.Errorf("base_lr is %v, want at least 0", base)
	case steps < 0:
		return fmt.Errorf("warmup_steps is %d, want at least 0", steps)
	case begin < 0 || begin > keyword.Get(base, math.Inf(1)):
		return fmt.Errorf("warmup_begin_lr is %v, want between 0 and base_lr", begin)
	case mode != "" && mode != "linear" && mode != "constant":
		return fmt.Errorf("warmup_mode is %q, want linear or constant", mode)
	}
	return nil
}

// FactorScheduler multiplies the rate by Factor after every Step updates, down to StopFactorLR: the rate of update n is
// base·Factor^⌊(n−1)/Step⌋. Updates before WarmupSteps lead from WarmupBeginLR to the base.
type FactorScheduler struct {
	Step          int     `gomx:"step"`
	Factor        float64 `gomx:"factor,default=1"`
	StopFactorLR  float64 `gomx:"stop_factor_lr,default=1e-08"`
	BaseLR        float64 `gomx:"base_lr,default=0.01"`
	WarmupSteps   int     `gomx:"warmup_steps"`
	WarmupBeginLR float64 `gomx:"warmup_begin_lr"`
	WarmupMode    string  `gomx:"warmup_mode,default=linear"` // linear or constant
}

// Rate is the learning rate of update numUpdate.
func (s FactorScheduler) Rate(base float64, numUpdate int) float64 {
	base = keyword.Get(base, keyword.Get(s.BaseLR, defaultLR))
	if lr, ok := warmup(keyword.Get(s.BaseLR, base), s.WarmupBeginLR, s.WarmupSteps, s.WarmupMode, numUpdate); ok {
		return lr
	}
	n := (numUpdate - 1) / s.Step
	if n <= 0 {
		return base
	}
	return max(base*math.Pow(keyword.Get(s.Factor, 1), float64(n)), keyword.Get(s.StopFactorLR, 1e-8))
}

// Check wants Step ≥ 1 and 0 < Factor ≤ 1.
func (s FactorScheduler) Check() error {
	if s.Step < 1 {
		return fmt.Errorf("step is %d, want at least 1", s.Step)
	}
	if f := keyword.Get(s.Factor, 1); !(f > 0 && f <= 1) {
		return fmt.Errorf("factor is %v, want above 0 and at most 1, so that the rate falls", f)
	}
	return checkWarmup(s.BaseLR, s.WarmupBeginLR, s.WarmupSteps, s.WarmupMode)
}

// MultiFactorScheduler multiplies the rate by Factor after each of the updates in Step.
type MultiFactorScheduler struct {
	Step          []int   `gomx:"step"` // rising, at least 1
	Factor        float64 `gomx:"factor,default=1"`
	BaseLR        float64 `gomx:"base_lr,default=0.01"`
	WarmupSteps   int     `gomx:"warmup_steps"`
	WarmupBeginLR float64 `gomx:"warmup_begin_lr"`
	WarmupMode    string  `gomx:"warmup_mode,default=linear"`
}

// Rate is the learning rate of update numUpdate.
func (s MultiFactorScheduler) Rate(base float64, numUpdate int) float64 {
	base = keyword.Get(base, keyword.Get(s.BaseLR, defaultLR))
	if lr, ok := warmup(keyword.Get(s.BaseLR, base), s.WarmupBeginLR, s.WarmupSteps, s.WarmupMode, numUpdate); ok {
		return lr
	}
	passed, _ := slices.BinarySearch(s.Step, numUpdate) // steps below numUpdate
	return base * math.Pow(keyword.Get(s.Factor, 1), float64(passed))
}

// Check wants rising steps and 0 < Factor ≤ 1.
func (s MultiFactorScheduler) Check() error {
	if len(s.Step) == 0 {
		return fmt.Errorf("step is empty, want the updates after which the rate falls")
	}
	for i, n := range s.Step {
		if n < 1 || i > 0 && n <= s.Step[i-1] {
			return fmt.Errorf("step is %v, want rising numbers from 1", s.Step)
		}
	}
	if f := keyword.Get(s.Factor, 1); !(f > 0 && f <= 1) {
		return fmt.Errorf("factor is %v, want above 0 and at most 1, so that the rate falls", f)
	}
	return checkWarmup(s.BaseLR, s.WarmupBeginLR, s.WarmupSteps, s.WarmupMode)
}

// PolyScheduler lets the rate fall to FinalLR at update MaxUpdate as (1−x)^Pwr, x the part of the way that is done.
type PolyScheduler struct {
	MaxUpdate     int     `gomx:"max_update"`
	BaseLR        float64 `gomx:"base_lr,default=0.01"`
	Pwr           float64 `gomx:"pwr,default=2"`
	FinalLR       float64 `gomx:"final_lr"`
	WarmupSteps   int     `gomx:"warmup_steps"`
	WarmupBeginLR float64 `gomx:"warmup_begin_lr"`
	WarmupMode    string  `gomx:"warmup_mode,default=linear"`
}

// Rate is the learning rate of update numUpdate.
func (s PolyScheduler) Rate(base float64, numUpdate int) float64 {
	base = keyword.Get(s.BaseLR, keyword.Get(base, defaultLR))
	if lr, ok := warmup(base, s.WarmupBeginLR, s.WarmupSteps, s.WarmupMode, numUpdate); ok {
		return lr
	}
	pwr := keyword.Get(s.Pwr, 2)
	if pwr == Zero {
		pwr = 0
	}
	return s.FinalLR + (base-s.FinalLR)*math.Pow(1-progress(numUpdate, s.WarmupSteps, s.MaxUpdate), pwr)
}

// Check wants MaxUpdate above the warm-up and Pwr ≥ 0.
func (s PolyScheduler) Check() error {
	if s.Pwr < 0 {
		return fmt.Errorf("pwr is %v, want at least 0", s.Pwr)
	}
	return checkDecay(s.MaxUpdate, s.FinalLR, s.BaseLR, s.WarmupBeginLR, s.WarmupSteps, s.WarmupMode)
}

// CosineScheduler lets the rate fall to FinalLR at update MaxUpdate along half a wave of the cosine.
type CosineScheduler struct {
	MaxUpdate     int     `gomx:"max_update"`
	BaseLR        float64 `gomx:"base_lr,default=0.01"`
	FinalLR       float64 `gomx:"final_lr"`
	WarmupSteps   int     `gomx:"warmup_steps"`
	WarmupBeginLR float64 `gomx:"warmup_begin_lr"`
	WarmupMode    string  `gomx:"warmup_mode,default=linear"`
}

// Rate is the learning rate of update numUpdate.
func (s CosineScheduler) Rate(base float64, numUpdate int) float64 {
	base = keyword.Get(s.BaseLR, keyword.Get(base, defaultLR))
	if lr, ok := warmup(base, s.WarmupBeginLR, s.WarmupSteps, s.WarmupMode, numUpdate); ok {
		return lr
	}
	x := progress(numUpdate, s.WarmupSteps, s.MaxUpdate)
	return s.FinalLR + (base-s.FinalLR)*(1+math.Cos(math.Pi*x))/2
}

// Check wants MaxUpdate above the warm-up.
func (s CosineScheduler) Check() error {
	return checkDecay(s.MaxUpdate, s.FinalLR, s.BaseLR, s.WarmupBeginLR, s.WarmupSteps, s.WarmupMode)
}

func progress(n, from, to int) float64 { return float64(min(n, to)-from) / float64(to-from) }

func checkDecay(maxUpdate int, final, base, begin float64, steps int, mode string) error {
	if maxUpdate < 1 || maxUpdate <= steps {
		return fmt.Errorf("max_update is %d, want above the %d of warmup_steps and at least 1", maxUpdate, steps)
	}
	if final < 0 || final-final != 0 {
		return fmt.Errorf("final_lr is %v, want at least 0", final)
	}
	return checkWarmup(base, begin, steps, mode)
}

var schedulers = map[string]reflect.Type{
	"factor":      reflect.TypeFor[FactorScheduler](),
	"multifactor": reflect.TypeFor[MultiFactorScheduler](),
	"poly":        reflect.TypeFor[PolyScheduler](),
	"cosine":      reflect.TypeFor[CosineScheduler](),
}

// FormatScheduler writes a scheduler as text: ["factor", {"step": 400, "factor": 0.9, …}]. One that is not of this
// package is "custom", which ParseScheduler refuses.
func FormatScheduler(s Scheduler) string {
	t := reflect.TypeOf(s)
	for name, known := range schedulers {
		if t == known || t.Kind() == reflect.Pointer && t.Elem() == known {
			return keyword.Marshal(name, keyword.Args(s))
		}
	}
	return "custom"
}

// ParseScheduler reads what FormatScheduler wrote; None is no scheduler.
func ParseScheduler(text string) (Scheduler, error) {
	if text == "" || text == "None" {
		return nil, nil
	}
	name, args, err := keyword.Unmarshal(text)
	if err != nil {
		return nil, fmt.Errorf("lr_scheduler: %w", err)
	}
	if name == "custom" {
		return nil, fmt.Errorf("lr_scheduler was a function of the program that wrote this; give the optimizer again")
	}
	t, ok := schedulers[strings.TrimSuffix(strings.ToLower(name), "scheduler")]
	if !ok {
		return nil, fmt.Errorf("no lr_scheduler %q; there are factor, multifactor, poly, cosine", name)
	}
	p := reflect.New(t)
	for key, val := range args {
		if err := keyword.Set(p.Interface(), key, val); err != nil {
			return nil, fmt.Errorf("lr_scheduler %s: %w", name, err)
		}
	}
	s := p.Elem().Interface().(Scheduler)
	if err := s.Check(); err != nil {
		return nil, fmt.Errorf("lr_scheduler %s: %w", name, err)
	}
	return s, nil
}
