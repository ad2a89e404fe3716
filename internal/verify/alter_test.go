package verify

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/ndfile"
)

// These tests alter one recorded thing in a copy of a case and want a FAIL: what they let pass is not compared.

// verdict runs the only case in a folder.
func verdict(t *testing.T, dir string) Result {
	t.Helper()
	cases, err := Cases(dir)
	require.NoError(t, err)
	require.Len(t, cases, 1)
	return cases[0].Run(Options{})
}

// nudge changes the number in the middle of an array by more than any tolerance.
func nudge(t *testing.T, a *ndfile.Array) {
	t.Helper()
	n := a.Shape.Size() / 2
	switch a.DType {
	case backend.Float32:
		b := a.Data[4*n:]
		v := math.Float32frombits(binary.LittleEndian.Uint32(b))
		if v-v != 0 { // infinite or NaN
			v = 0
		}
		binary.LittleEndian.PutUint32(b, math.Float32bits(v+0.05*max(1, largest32(a.Data))))
	case backend.Float64:
		b := a.Data[8*n:]
		binary.LittleEndian.PutUint64(b, math.Float64bits(math.Float64frombits(binary.LittleEndian.Uint64(b))+1))
	case backend.Float16:
		a.Data[2*n+1] ^= 0x40 // the upper bit of the exponent
	default:
		a.Data[a.DType.Size()*n] ^= 1
	}
}

func largest32(data []byte) float32 {
	m := float32(0)
	for i := 0; i+4 <= len(data); i += 4 {
		if v := math.Float32frombits(binary.LittleEndian.Uint32(data[i:])); v-v == 0 {
			m = max(m, v, -v)
		}
	}
	return m
}

func readArrays(t *testing.T, path string) *ndfile.File {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	f, err := ndfile.Decode(bytes.NewReader(b))
	require.NoError(t, err)
	return f
}

func writeArrays(t *testing.T, path string, f *ndfile.File) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, ndfile.Encode(&b, f))
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
}

// TestAlteredOperatorCases alters every recorded array of every operator case, and takes it away.
func TestAlteredOperatorCases(t *testing.T) {
	folders, err := os.ReadDir("testdata/ops")
	require.NoError(t, err)
	altered := 0
	for _, d := range folders {
		dir := copied(t, "ops/"+d.Name(), "ops/"+d.Name())
		for _, file := range []string{"infer.params", "out.params"} {
			path := filepath.Join(dir, file)
			whole, err := os.ReadFile(path)
			require.NoError(t, err)
			for i := range readArrays(t, path).Arrays {
				f := readArrays(t, path)
				name := f.Arrays[i].Name
				nudge(t, &f.Arrays[i])
				writeArrays(t, path, f)
				r := verdict(t, dir)
				assert.Equal(t, Fail, r.Verdict, "%s: %s of %s was altered", d.Name(), name, file)
				assert.Contains(t, r.Why, name, d.Name())

				f.Arrays = append(f.Arrays[:i], f.Arrays[i+1:]...)
				writeArrays(t, path, f)
				if !strings.HasPrefix(name, "argafter:") || d.Name() == "bn0" {
					r = verdict(t, dir)
					assert.Equal(t, Fail, r.Verdict, "%s: %s of %s was taken away", d.Name(), name, file)
				}
				require.NoError(t, os.WriteFile(path, whole, 0o600))
				altered++
			}
		}
		require.Equal(t, Pass, verdict(t, dir).Verdict, "%s is whole again", d.Name())
	}
	assert.Greater(t, altered, 300)
}

// TestDamagedFiles cuts every file of some cases short, fills it with garbage, and takes it away.
func TestDamagedFiles(t *testing.T) {
	for _, from := range []string{"ops/bn0", "more/symbols/mlp", "more/train/inception-small"} {
		dir := copied(t, from, "case")
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, f := range files {
			path := filepath.Join(dir, f.Name())
			whole, err := os.ReadFile(path)
			require.NoError(t, err)
			for what, b := range map[string][]byte{"cut": whole[:len(whole)/2], "empty": {}, "garbage": bytes.Repeat([]byte{0xa5, '[', 0}, 50)} {
				require.NoError(t, os.WriteFile(path, b, 0o600))
				r := verdict(t, dir)
				assert.Equal(t, Fail, r.Verdict, "%s: %s %s", from, f.Name(), what)
				assert.Contains(t, r.Why, f.Name(), from)
			}
			require.NoError(t, os.Remove(path))
			r := verdict(t, dir)
			assert.Equal(t, Fail, r.Verdict, "%s without %s", from, f.Name())
			assert.Contains(t, r.Why, f.Name(), from)
			require.NoError(t, os.WriteFile(path, whole, 0o600))
		}
	}
}

// alterations say which numbers and words of JSON files must matter: a path through keys and positions.
var alterations = []struct{ from, file, path string }{
	{"more/optim", "adam-full.json", "steps/5/weight/data/3"},
	{"more/optim", "adam-full.json", "final_states/1/data/0"},
	{"more/optim", "adam-full.json", "kwargs/wd"},
	{"more/optim", "sgd_mom-multi_precision.json", "steps/0/weight/data/2"},
	{"more/optim", "multi_rules.json", "steps/3/weights/4/data/1"},
	{"more/optim", "multi_rules.json", "steps/3/lrs/1"},
	{"more/optim", "multi_rules.json", "steps/3/wds/0"},
	{"more/optim", "multi_rules.json", "steps/3/num_update"},
	{"more/sched", "factor_jump.json", "lr/4"},
	{"more/sched", "multifactor_warm_linear.json", "lr/0"},
	{"more/metric", "acc.json", "batches/1/value"},
	{"more/metric", "ce.json", "batches/2/sum_metric"},
	{"more/metric", "top3.json", "batches/0/num_inst"},
	{"more/metric", "top3.json", "batches/0/name"},
	{"more/metric", "composite.json", "batches/2/values/1"},
	{"more/metric", "composite.json", "batches/2/names/2"},
	{"more/init", "exact.json", "bilinear/2x2x3x3/data/7"},
	{"more/init", "exact.json", "one/data/0"},
	{"more/init", "by_name.json", "bn_gamma/Uniform"},
	{"more/init", "dumps.json", "xavier2"},
	{"more/init", "statistics.json", "normal-0.2 250x400/std"},
	{"more/init", "statistics.json", "uniform-0.3 250x400/max"},
	{"more/iters", "ndarrayiter_7_3_roll_over.json", "epochs/1/0/data/1"},
	{"more/iters", "ndarrayiter_7_3_roll_over.json", "epochs/1/0/pad"},
	{"more/iters", "ndarrayiter_7_3_pad.json", "epochs/2/2/label/0"},
	{"more/iters", "ndarrayiter_7_3_pad.json", "provide_data/0/0"},
	{"more/iters", "mnistiter_flat0_1_of_3.json", "epochs/0/1/data/data/30"},
	{"more/iters", "mnistiter_flat1_0_of_2.json", "epochs/0/0/label/data/1"},
	{"more/iters", "resizeiter.json", "epochs/1/4/data/0"},
	{"more/executor", "executor.json", "grad_req_add/grads_after_each_of_two_backwards/1/w/data/5"},
	{"more/executor", "executor.json", "grad_req_write/outputs/1/data/0"},
	{"more/executor", "executor.json", "infer/partial full/result/0/1/0"},
	{"more/executor", "executor.json", "infer/infer_type float16/2/1"},
	{"more/executor", "executor.json", "internals/3"},
	{"more/executor", "executor.json", "arg_dict_order/0"},
	{"more/executor", "executor.json", "composed_outputs/0"},
	{"more/executor", "executor.json", "monitor_names/0"},
	{"more/symbols/lenet", "shapes.json", "arguments/1/1/0"},
	{"more/symbols/lenet", "shapes.json", "outputs/0/0"},
	{"more/symbols/lenet", "shapes.json", "parameter_count"},
	{"more/symbols/lenet", "shapes.json", "op_counts/Pooling"},
	{"more/symbols/lenet", "internals.json", "5/1/1"},
	{"more/symbols/lenet", "symbol.json", "nodes/1/name"},
	{"more/symbols/legacy", "param-0.8.info.json", "attr_dict/c/__wd_mult__"},
	{"more/symbols/legacy", "param-0.8.info.json", "aux/1"},
	{"more/kvstore", "basic.json", "local/log/1/1/data/5"},
	{"more/kvstore", "basic.json", "device/log/4/1/data/0"},
	{"more/kvstore", "basic.json", "device/type"},
	{"more/kvstore", "basic.json", "local/num_workers"},
	{"more/kvstore", "basic.json", "local/sgd/0/grads/1/data/3"},
	{"more/kvstore", "basic.json", "device/sgd/2/weight/data/2"},
	{"more/params", "values.json", "arg:x_int64/data/3"},
	{"more/params", "values.json", "aux:x_float16/data/3"},
	{"more/params", "sparse.json", "rsp/data/2"},
	{"more/ndarray", "ops.json", "rows/44/str"},
	{"more/ndarray", "ops.json", "rows/44/array/data/2"},
	{"more/ndarray", "ops.json", "assignment/result/data/0"},
	{"more/train/inception-small", "trace.json", "steps/9/output/data/3"},
	{"more/train/inception-small", "trace.json", "steps/0/loss"},
	{"more/train/inception-small", "trace.json", "steps/4/weight_norms/fc_weight"},
	{"more/train/inception-small", "trace.json", "steps/4/weight_norms/c1_bn_moving_var"},
	{"more/train/inception-small", "trace.json", "final_inference_batch0/data/7"},
}

// TestAlteredJSON relies on TestRecorded to show that the same files pass as they are.
func TestAlteredJSON(t *testing.T) {
	for _, a := range alterations {
		t.Run(a.file+"/"+a.path, func(t *testing.T) {
			dir := copied(t, a.from, filepath.Base(a.from))
			path := filepath.Join(dir, a.file)
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			var v any
			require.NoError(t, json.Unmarshal(b, &v))
			v = alter(t, v, strings.Split(a.path, "/"))
			b, err = json.Marshal(v)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, b, 0o600))
			cases, err := Cases(dir)
			require.NoError(t, err)
			for _, c := range cases {
				if strings.HasPrefix(a.file, c.base) || a.from == "more/params" {
					if c.Run(Options{}).Verdict == Fail {
						return
					}
				}
			}
			t.Error("nothing fails")
		})
	}
}

// alter changes what the path leads to: a number by a tenth and one more, a word by a letter.
func alter(t *testing.T, v any, path []string) any {
	t.Helper()
	switch x := v.(type) {
	case map[string]any:
		require.Contains(t, x, path[0])
		x[path[0]] = alter(t, x[path[0]], path[1:])
		return x
	case []any:
		var i int
		_, err := fmt.Sscan(path[0], &i)
		require.NoError(t, err)
		require.Less(t, i, len(x))
		x[i] = alter(t, x[i], path[1:])
		return x
	case float64:
		require.Empty(t, path)
		return x + 1 + math.Round(math.Abs(x)/10)
	case string:
		require.Empty(t, path)
		return x + "x"
	}
	t.Fatalf("a %T at the end of the path", v)
	return nil
}

// TestAlteredTraining alters every array of a training run's end.
func TestAlteredTraining(t *testing.T) {
	dir := copied(t, "more/train/inception-small", "run")
	path := filepath.Join(dir, "final.params")
	f := readArrays(t, path)
	for _, i := range []int{0, len(f.Arrays) / 2, len(f.Arrays) - 1} {
		g := readArrays(t, path)
		nudge(t, &g.Arrays[i])
		writeArrays(t, path, g)
		r := verdict(t, dir)
		assert.Equal(t, Fail, r.Verdict, g.Arrays[i].Name)
		assert.Contains(t, r.Why, g.Arrays[i].Name)
		writeArrays(t, path, f)
	}
}

// TestAlteredFiles alters one byte of the contents of each .params file.
func TestAlteredFiles(t *testing.T) {
	dir := copied(t, "more/params", "params")
	cases, err := Cases(dir)
	require.NoError(t, err)
	for _, c := range cases {
		if c.base == "empty_list" {
			continue
		}
		path := filepath.Join(dir, c.base+".params")
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, Pass, c.Run(Options{}).Verdict)
		f := readArrays(t, path)
		at := bytes.Index(b, f.Arrays[0].Data)
		require.Positive(t, at)
		b[at] ^= 1
		require.NoError(t, os.WriteFile(path, b, 0o600))
		assert.Equal(t, Fail, c.Run(Options{}).Verdict, c.base)
	}
}
