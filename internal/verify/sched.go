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
	got, want := make([]float64, len(s.LR)), make([]float64, len(s.LR))
	for i, n := range s.NumUpdate {
		got[i], want[i] = sched.Rate(0, n), float64(s.LR[i])
	}
	c.tensor("lr", vector(got...), vector(want...), relative(1e-12))
	return nil
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
