package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/kvstore"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
)

func init() {
	register(kind{
		name:      "kvstore",
		recognise: func(f *folder) bool { return holdsJSON("kvstore", "local", "device")(f) || f.has("compression.json") },
		list:      jsonCases,
		run:       runKVStore,
	})
}

// kvCase is what a store of one kind did: texts of steps with the value pulled after each, and updates by SGD in the store.
type kvCase struct {
	Type       string
	Rank       int
	NumWorkers int `json:"num_workers"`
	Log        [][]json.RawMessage
	SGD        []struct {
		Grads  []tensor
		Weight tensor
	}
}

func runKVStore(c *check) error {
	var stores map[string]json.RawMessage
	if err := readJSON(c.path(".json"), &stores); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(stores)) {
		if strings.HasPrefix(kind, "library_") || strings.HasPrefix(kind, "formula_") {
			return missing("gradient compression")
		}
		var want kvCase
		if err := json.Unmarshal(stores[kind], &want); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		if err := want.run(c, kind); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	return nil
}

func (k *kvCase) run(c *check, kind string) error {
	kv, err := kvstore.Create(kind)
	if err != nil {
		return err
	}
	defer kv.Close()
	c.equal(kind+" type", kv.Type(), k.Type)
	c.equal(kind+" rank", kv.Rank(), k.Rank)
	c.equal(kind+" num_workers", kv.NumWorkers(), k.NumWorkers)
	for i, step := range k.Log {
		var text string
		var want tensor
		if len(step) != 2 {
			return fmt.Errorf("step %d of the log has %d parts, want a text and an array", i+1, len(step))
		}
		if err := json.Unmarshal(step[0], &text); err != nil {
			return fmt.Errorf("step %d of the log: %w", i+1, err)
		}
		if err := json.Unmarshal(step[1], &want); err != nil {
			return fmt.Errorf("step %d of the log: %w", i+1, err)
		}
		if err := k.step(c, kv, text, i == 0, want); err != nil {
			return err
		}
	}
	return k.train(c, kind)
}

// kvSteps are the parts of a step's text: set_updater w += 2g; push 1 or push [1,2,4]; pull.
var kvSteps = regexp.MustCompile(`set_updater w \+= ([\d.]+)g|push (\[[^\]]*\]|[-+\d.e]+)|pull`)

// step does what a text says with a store whose only key is 3 and compares what is pulled. The first step tells the
// initial value.
func (k *kvCase) step(c *check, kv kvstore.KVStore, text string, first bool, want tensor) error {
	filled := func(v float64) (*ndarray.NDArray, error) {
		t := tensor{shape: want.shape, dtype: want.dtype, data: slices.Repeat([]float64{v}, len(want.data))}
		return t.array(c.ctx)
	}
	if first {
		value, err := want.array(c.ctx)
		if err != nil {
			return err
		}
		if err := kv.Init(kvstore.At(3, value)); err != nil {
			return err
		}
	}
	parts := kvSteps.FindAllStringSubmatch(text, -1)
	if len(parts) == 0 || parts[len(parts)-1][0] != "pull" {
		return missing(fmt.Sprintf("the step %q", text))
	}
	for _, p := range parts {
		switch {
		case p[1] != "":
			rate, err := strconv.ParseFloat(p[1], 64)
			if err != nil {
				return err
			}
			kv.SetUpdater(func(_ kvstore.Key, sum, stored *ndarray.NDArray) error {
				stored.AddInPlace(sum.MulScalar(rate))
				return nil
			})
		case p[2] != "":
			var values []*ndarray.NDArray
			for _, number := range strings.Split(strings.Trim(p[2], "[]"), ",") {
				v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
				if err != nil {
					return err
				}
				a, err := filled(v)
				if err != nil {
					return err
				}
				values = append(values, a)
			}
			if err := kv.Push(0, kvstore.At(3, values...)); err != nil {
				return err
			}
		default:
			out, err := filled(-1)
			if err != nil {
				return err
			}
			if err := kv.Pull(0, kvstore.At(3, out)); err != nil {
				return err
			}
			c.array(kv.Type()+": "+text, out, want, exact)
		}
	}
	return nil
}

// train replays the updates in the store: ones, changed by the rates that the recording was made with.
func (k *kvCase) train(c *check, kind string) error {
	if len(k.SGD) == 0 {
		return nil
	}
	kv, err := kvstore.Create(kind)
	if err != nil {
		return err
	}
	defer kv.Close()
	u, err := optimizer.NewUpdater(optimizer.SGD{LearningRate: 0.1, Momentum: 0.9, WD: 0.01, RescaleGrad: 0.5}, nil)
	if err != nil {
		return err
	}
	defer u.Close()
	weight, err := ndarray.New(k.SGD[0].Weight.shape, ndarray.On(c.ctx), ndarray.Of(k.SGD[0].Weight.dtype))
	if err != nil {
		return err
	}
	weight.Fill(1)
	if err := kv.Init(kvstore.At(0, weight)); err != nil {
		return err
	}
	kv.SetUpdater(func(key kvstore.Key, sum, stored *ndarray.NDArray) error { return u.Update(key.Int(), sum, stored) })
	for i, s := range k.SGD {
		grads, err := arrays(s.Grads, c.ctx)
		if err != nil {
			return err
		}
		if err := kv.Push(0, kvstore.At(0, grads...)); err != nil {
			return err
		}
		if err := kv.Pull(0, kvstore.At(0, weight)); err != nil {
			return err
		}
		c.array(fmt.Sprintf("%s: weight after SGD step %d", kind, i+1), weight, s.Weight, exact)
	}
	return nil
}
