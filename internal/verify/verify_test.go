package verify

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// TestRecorded replays the cases that lie beside this file.
func TestRecorded(t *testing.T) {
	cases, err := Cases("testdata")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(cases), 190)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			require.Equal(t, Result{Verdict: Pass}, c.Run(Options{}))
		})
	}
}

// TestVectors replays all recorded cases in the folder that GOMX_VECTORS names: GOMX_VECTORS=/data/vectors go test ./...
func TestVectors(t *testing.T) {
	dir := os.Getenv("GOMX_VECTORS")
	if dir == "" {
		t.Skip("GOMX_VECTORS names no folder with recorded cases")
	}
	require.True(t, filepath.IsAbs(dir), "GOMX_VECTORS is %q, want an absolute path: tests run in their own folders", dir)
	cases, err := Cases(dir)
	require.NoError(t, err)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			switch r := c.Run(Options{}); r.Verdict {
			case Fail:
				t.Error(r.Why)
			case Skip:
				t.Skip(r.Why)
			}
		})
	}
}

// output runs and splits the lines.
func output(t *testing.T, dir string) (Summary, []string) {
	t.Helper()
	var w bytes.Buffer
	sum, err := Run(&w, dir, Options{})
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(w.String(), "\n"), "\n")
	require.Equal(t, sum.String(), lines[len(lines)-1])
	require.Len(t, lines, sum.Total()+1)
	return sum, lines[:len(lines)-1]
}

// copied is a copy of a folder of testdata below a new temporary folder, at the same place unless as says otherwise.
func copied(t *testing.T, from, as string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), as)
	require.NoError(t, os.CopyFS(to, os.DirFS(filepath.Join("testdata", from))))
	return to
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	cases, err := Cases(dir)
	require.NoError(t, err)
	var list []string
	for _, c := range cases {
		list = append(list, c.Name)
	}
	return list
}

func TestNamesFromAnyFolder(t *testing.T) {
	assert.Subset(t, names(t, "testdata"), []string{"ops/fc0", "more/optim/adam-full", "more/symbols/legacy/param-0.8", "more/train/inception-small"})
	assert.Contains(t, names(t, "testdata/ops"), "fc0")
	assert.Equal(t, []string{"fc0"}, names(t, "testdata/ops/fc0"))
	assert.Subset(t, names(t, "testdata/more"), []string{"optim/adam-full", "params/dict", "symbols/autonames", "symbols/lenet", "iters/resizeiter"})
	assert.Equal(t, []string{"lenet"}, names(t, "testdata/more/symbols/lenet"))
	assert.Equal(t, []string{"autonames", "legacy/attr-1200", "legacy/param-0.8", "lenet", "mlp"}, names(t, "testdata/more/symbols"))
	assert.Equal(t, []string{"inception-small"}, names(t, "testdata/more/train/inception-small"))
	assert.Equal(t, []string{"by_name", "dumps", "exact", "orthogonal", "statistics"}, names(t, "testdata/more/init"))
	t.Chdir("testdata/ops/fc0")
	assert.Equal(t, []string{"fc0"}, names(t, "."))
}

// TestKindsByContents: folders are recognised under any name.
func TestKindsByContents(t *testing.T) {
	for from, want := range map[string]string{
		"ops/fc0": "fc0", "more/optim": "adam-full", "more/sched": "factor_plain", "more/metric": "composite", "more/init": "by_name",
		"more/params": "dict", "more/iters": "mnistiter_flat0_0_of_1", "more/executor": "executor", "more/symbols/legacy": "param-0.8",
		"more/symbols/mlp": "mlp", "more/ndarray": "ops", "more/train/inception-small": "inception-small",
	} {
		if strings.Count(from, "/") == 2 && want != "param-0.8" || from == "ops/fc0" {
			want = "elsewhere" // the folder is the case
		}
		assert.Contains(t, names(t, copied(t, from, "elsewhere")), want, from)
	}
}

func TestNoCases(t *testing.T) {
	dir := t.TempDir()
	_, err := Run(&bytes.Buffer{}, dir, Options{})
	assert.ErrorContains(t, err, "no recorded case in or below")
	assert.ErrorContains(t, err, dir)
	_, err = Run(&bytes.Buffer{}, filepath.Join(dir, "nowhere"), Options{})
	assert.ErrorContains(t, err, "nowhere")
	_, err = Run(&bytes.Buffer{}, "testdata", Options{Context: device.CPU(-1)})
	assert.ErrorContains(t, err, "cpu(-1)")
}

func TestLines(t *testing.T) {
	dir := copied(t, "ops/fc0", "ops/b_good")
	for name, file := range map[string]string{"ops/a_bad": "out.params", "ops/c_unknown": "symbol.json"} {
		to := filepath.Join(filepath.Dir(filepath.Dir(dir)), name)
		require.NoError(t, os.CopyFS(to, os.DirFS("testdata/ops/fc0")))
		path := filepath.Join(to, file)
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		b = bytes.ReplaceAll(b, []byte("FullyConnected"), []byte("HalfConnected"))
		if file == "out.params" {
			b = b[:100]
		}
		require.NoError(t, os.WriteFile(path, b, 0o600))
	}
	sum, lines := output(t, filepath.Dir(filepath.Dir(dir)))
	assert.Equal(t, Summary{Passed: 1, Failed: 1, Skipped: 1}, sum)
	assert.Equal(t, "3 cases: 1 passed, 1 failed, 1 skipped", sum.String())
	assert.Regexp(t, `^FAIL ops/a_bad: .*out\.params.*the file ends`, lines[0])
	assert.Equal(t, "PASS ops/b_good", lines[1])
	assert.Equal(t, "SKIP ops/c_unknown: operator HalfConnected", lines[2])
}

// TestPanics: a case that panics fails, and the others go on.
func TestPanics(t *testing.T) {
	c := Case{Name: "x", kind: &kind{run: func(*check) error { panic("out of luck") }}}
	assert.Equal(t, Result{Fail, "panic: out of luck"}, c.Run(Options{}))
	c.kind = &kind{run: func(*check) error { return nil }}
	assert.Equal(t, Fail, c.Run(Options{}).Verdict, "nothing compared is no success")
}

// TestForLater: cases for packages that do not exist yet are found under their names, and skipped.
func TestForLater(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{"recordio/a.json", "imageiter/scale.json", "imageiter/_failed.json"} {
		path := filepath.Join(dir, file)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte("{}"), 0o600))
	}
	sum, lines := output(t, dir)
	assert.Equal(t, 2, sum.Skipped)
	assert.Equal(t, []string{"SKIP imageiter/scale: ImageRecordIter", "SKIP recordio/a: package io/recordio"}, lines)
}

// TestSummary: a summary with another number in it fails; of a network that nobody knows it is skipped.
func TestSummary(t *testing.T) {
	dir := copied(t, "more/viz", "viz")
	path := filepath.Join(dir, "mlp.summary.txt")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, bytes.Replace(text, []byte("109386"), []byte("109387"), 1), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mine.summary.txt"), text, 0o600))
	sum, _ := output(t, dir)
	assert.Equal(t, 1, sum.Failed)
	assert.Equal(t, 1, sum.Skipped)
}

// TestStoresForLater: compression of gradients, and steps that nobody has met, are skipped and named.
func TestStoresForLater(t *testing.T) {
	dir := copied(t, "more/kvstore", "kvstore")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "compression.json"), []byte(`{"library_local_1_devices": "error"}`), 0o600))
	basic, err := os.ReadFile(filepath.Join(dir, "basic.json"))
	require.NoError(t, err)
	basic = bytes.Replace(basic, []byte(`"push 8, pull"`), []byte(`"push 8, row_sparse"`), 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "basic.json"), basic, 0o600))
	_, lines := output(t, dir)
	assert.Equal(t, []string{`SKIP basic: local: the step "push 8, row_sparse"`, "SKIP compression: gradient compression", "PASS kinds"}, lines)
}

func TestIndex(t *testing.T) {
	dir := copied(t, "more/symbols", "symbols")
	for text, want := range map[string]string{
		`{"mlp": {"parameters": 109386, "nodes": 15}, "lenet": {"parameters": 431080, "nodes": 21}}`: "PASS index",
		`{"mlp": {"parameters": 109386, "nodes": 15}, "lenet": {"parameters": 431081, "nodes": 21}}`: "FAIL index: lenet parameters is 431080, want 431081",
		`{"mlp": {"parameters": 109386, "nodes": 16}}`:                                               "FAIL index: mlp nodes is 15, want 16",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "index.json"), []byte(text), 0o600))
		_, lines := output(t, dir)
		assert.Contains(t, lines, want)
	}
}

// TestUndefinedStatistics: outside of training BatchNorm's mean and variance are not defined, and not compared.
func TestUndefinedStatistics(t *testing.T) {
	o := &opCase{net: symbol.BatchNorm(symbol.Variable("x"), with.Name("bn"), with.OutputMeanVar(true))}
	require.Equal(t, []string{"bn_output", "bn_mean", "bn_var"}, o.net.ListOutputs())
	assert.False(t, o.isBatchNormStatistic("bn_output"))
	assert.True(t, o.isBatchNormStatistic("bn_mean"))
	assert.True(t, o.isBatchNormStatistic("bn_var"))
	o.net = symbol.Mean(symbol.Variable("x"), with.Name("a_mean"))
	assert.False(t, o.isBatchNormStatistic("a_mean_output"))
	assert.False(t, o.isBatchNormStatistic("a_mean"))
}
