package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/internal/keyword"
	"github.com/gomx-org/gomx/optimizer"
)

func init() {
	register(kind{name: "sched", recognise: holdsJSON("sched", "scheduler", "num_update", "lr"), list: jsonCases, run: runScheduler})
}

func runScheduler(c *check) error {
	var s struct {
		Scheduler string
		Kwargs    map[string]json.RawMessage
		NumUpdate []int `json:"num_update"`
		LR        []number
	}
	if err := readJSON(c.path(".json"), &s); err != nil {
		return err
	}
	if len(s.NumUpdate) != len(s.LR) {
		return fmt.Errorf("%d updates and %d rates", len(s.NumUpdate), len(s.LR))
	}
	text, err := schedulerText(s.Scheduler, s.Kwargs)
	if err != nil {
		return err
	}
	sched, err := optimizer.ParseScheduler(text)
	if err != nil {
		return err
	}
	calls, err := callsOf(s.Kwargs)
	if err != nil {
		return err
	}
	got, want := make([]float64, len(s.LR)), make([]float64, len(s.LR))
	for i, n := range s.NumUpdate {
		got[i], want[i] = sched.Rate(0, calls.update(n)), float64(s.LR[i])
	}
	c.tensor("lr", vector(got...), vector(want...), relative(1e-12))
	return nil
}

// calls tells which update's rate a call is answered with. MXNet's schedulers remember, and ours are functions of the update:
// called in order both give the same, and called with gaps MXNet's give what they came to before.
type calls struct {
	WarmupSteps int  `json:"warmup_steps"`
	MaxUpdate   *int `json:"max_update"` // of the schedules that reach an end
	last        int  // the latest update that changed the rate
}

func callsOf(kwargs map[string]json.RawMessage) (*calls, error) {
	text, err := json.Marshal(kwargs)
	if err != nil {
		return nil, err
	}
	c := &calls{}
	if err := json.Unmarshal(text, c); err != nil {
		return nil, err
	}
	c.last = c.WarmupSteps
	return c, nil
}

func (c *calls) update(n int) int {
	switch {
	case n < c.WarmupSteps:
		return n
	case c.MaxUpdate == nil: // what was multiplied once stays multiplied
		c.last = max(c.last, n)
	case n <= *c.MaxUpdate: // after the end nothing changes any more
		c.last = n
	}
	return c.last
}

// schedulers are those that this build has, by MXNet's class names.
var schedulers = []string{"FactorScheduler", "MultiFactorScheduler", "PolyScheduler", "CosineScheduler"}

// schedulerText writes a scheduler in the form that optimizers take: ["factor", {"step": 2}].
func schedulerText(class string, kwargs map[string]json.RawMessage) (string, error) {
	if !slices.Contains(schedulers, class) {
		return "", missing("scheduler " + class)
	}
	var args []keyword.Arg
	for _, k := range slices.Sorted(maps.Keys(kwargs)) {
		if k != "kind" {
			args = append(args, keyword.Arg{Name: k, JSON: string(kwargs[k])})
		}
	}
	return keyword.Marshal(strings.ToLower(strings.TrimSuffix(class, "Scheduler")), args), nil
}
