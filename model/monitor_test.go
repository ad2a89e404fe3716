package model_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// FeedForward.Fit shows every Interval batches what the step computed, and trains as it does unwatched.
func TestFitWithMonitor(t *testing.T) {
	for _, on := range []model.Option{model.On(device.CPU(0)), two} {
		params := func(options ...model.FitOption) (model.Params, []string) {
			var lines []string
			m := model.NewFeedForward(fancy(), on, model.Seed(4), model.Log(func(f string, a ...any) { lines = append(lines, fmt.Sprintf(f, a...)) }))
			require.NoError(t, m.Fit(context.Background(), toyData(160, 32), options...))
			return m.Params, lines
		}
		shown := func(lines []string, name string) (at []string) {
			for _, l := range lines {
				if f := strings.Fields(l); f[0] == "Batch:" && f[2] == name {
					at = append(at, f[1])
				}
			}
			return at
		}
		plain, _ := params()
		watched, lines := params(model.WithMonitor(&model.Monitor{Interval: 2, Pattern: "fc1|batchnorm|data"}))
		for name, a := range plain.Args {
			assert.InDeltaSlice(t, a.Float64(), watched.Args[name].Float64(), 1e-6, name)
		}
		devices := len(shown(lines, "fc1_output")) / 3
		for _, name := range []string{"fc1_output", "batchnorm0_output", "fc1_weight", "data", "batchnorm0_moving_mean"} {
			want := []string{"1", "3", "5"}
			if devices == 2 {
				want = []string{"1", "1", "3", "3", "5", "5"}
			}
			assert.Equal(t, want, shown(lines, name), name)
		}
		assert.Empty(t, shown(lines, "fc2_weight"), "Pattern")
	}
}

// The data that a monitor shows is that of the batch, not of the next one, which is fetched meanwhile.
func TestMonitorShowsItsBatch(t *testing.T) {
	data := toyData(64, 16)
	var want []string
	for range 4 {
		b, err := data.Next(context.Background())
		require.NoError(t, err)
		want = append(want, ndarray.Sum(b.Data[0]).Text())
	}
	data.Reset()
	var got []string
	mon := &model.Monitor{Interval: 1, Pattern: "data", Stat: func(x *ndarray.NDArray) *ndarray.NDArray {
		s := ndarray.Sum(x)
		got = append(got, s.Text())
		return s
	}}
	net, _ := toy(1)
	require.NoError(t, model.NewFeedForward(net, quiet()).Fit(context.Background(), data, model.WithMonitor(mon)))
	assert.Equal(t, want, got)
}

func TestMonitorMistakes(t *testing.T) {
	net, data := toy(32)
	m := model.NewFeedForward(net, quiet())
	fit := func(mon *model.Monitor) error {
		return m.Fit(context.Background(), data, model.WithMonitor(mon))
	}
	assert.ErrorContains(t, fit(&model.Monitor{Pattern: "("}), `Monitor: Pattern "("`)
	bad := func(x *ndarray.NDArray) *ndarray.NDArray { return x.Reshape(7, 7) }
	assert.ErrorContains(t, fit(&model.Monitor{Pattern: "fc1_output", Stat: bad}), "Monitor: statistic of fc1_output: ndarray: Reshape")
}

// A monitor on an Executor alone; uninstalled, it hears nothing.
func TestMonitorOnExecutor(t *testing.T) {
	net, _ := toy(1)
	e, err := net.SimpleBind(device.CPU(0), symbol.GradNull, map[string]ndarray.Shape{"data": {2, 3}})
	require.NoError(t, err)
	defer e.Close()
	mon := &model.Monitor{Pattern: ".*output$", Stat: func(x *ndarray.NDArray) *ndarray.NDArray { return x }}
	require.NoError(t, mon.Install(e))
	require.NoError(t, mon.Install(e), "twice is once")
	mon.Tic()
	require.NoError(t, e.Forward(false))
	stats, err := mon.Toc()
	require.NoError(t, err)
	require.Len(t, stats, 4)
	assert.Equal(t, model.MonitorStat{Batch: 1, Name: "fc2_output", Text: "[[0. 0. 0.]\n [0. 0. 0.]]\t"}, stats[2])
	require.NoError(t, e.Forward(false), "outside of Tic and Toc")
	require.NoError(t, mon.Uninstall(e))
	mon.Tic()
	require.NoError(t, e.Forward(false))
	stats, err = mon.Toc()
	require.NoError(t, err)
	assert.Empty(t, stats)
}
