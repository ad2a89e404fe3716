package model

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"

	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// Monitor shows what goes through a network and how its parameters develop, as MXNet's mx.mon.Monitor: every Interval
// batches a statistic of each operator's outputs, in the very pass that trains, then of arguments and auxiliary states as
// they are at the end of the batch.
//
//	mon := &model.Monitor{Interval: 100, Pattern: ".*weight|softmax_output"}
//	err := m.Fit(ctx, train, model.WithMonitor(mon))
//
// Or by hand, with Executors or a Module: Install, and around each batch Tic and TocPrint. Outputs are those that
// ListOutputs of GetInternals names; what operators keep for themselves, and what backward computes on its way, is not
// shown. Batches that are not shown cost nothing more than without a monitor.
type Monitor struct {
	// Interval is how many batches lie between those that are shown; below 1 counts as 1.
	Interval int
	// Stat is the statistic, a number as an array of shape (1), or any array; default ‖x‖/√size.
	Stat func(x *ndarray.NDArray) *ndarray.NDArray
	// Pattern is a regular expression that names must begin with; "": all.
	Pattern string
	// Sort orders by name what Toc gives; otherwise outputs come in the network's order, then arguments, then states.
	Sort bool
	// All shows what operators read as well, as NODE_INPUT.
	All bool

	pattern *regexp.Regexp
	batch   int // begun
	active  bool
	exes    []*monitored
}

// MonitorStat is one line of a Monitor.
type MonitorStat struct {
	Batch int // counted from 1
	Name  string
	Text  string // the statistic as numpy prints it, and a tab
}

// monitored is an executor with what it told of this batch. Several run at the same time.
type monitored struct {
	exe   *symbol.Executor
	stats []MonitorStat
	err   error
}

// Install makes the monitor see what an Executor computes. It may see several.
func (m *Monitor) Install(e *symbol.Executor) error {
	pattern, err := regexp.Compile("^(?:" + m.Pattern + ")")
	if err != nil {
		return fmt.Errorf("model: Monitor: Pattern %q: %w", m.Pattern, err)
	}
	m.pattern = pattern
	w := &monitored{exe: e}
	err = e.SetMonitorCallback(&symbol.MonitorCallback{
		Want: pattern.MatchString, Inputs: m.All, Active: func() bool { return m.active },
		Tell: func(name string, a *ndarray.NDArray) { m.note(w, name, a) },
	})
	if err != nil {
		return fmt.Errorf("model: Monitor: %w", err)
	}
	m.exes = append(m.without(e), w)
	return nil
}

// Uninstall lets an Executor go; it must come before the Executor's Close.
func (m *Monitor) Uninstall(e *symbol.Executor) error {
	m.exes = m.without(e)
	return e.SetMonitorCallback(nil)
}

// without are all executors but one.
func (m *Monitor) without(e *symbol.Executor) []*monitored {
	return slices.DeleteFunc(m.exes, func(w *monitored) bool { return w.exe == e })
}

// install sees all devices of a group.
func (m *Monitor) install(g *group) error {
	for _, p := range g.parts {
		if err := m.Install(p.exe); err != nil {
			return err
		}
	}
	return nil
}

func (m *Monitor) remove(g *group) {
	for _, p := range g.parts {
		_ = m.Uninstall(p.exe) // ending a callback cannot fail
	}
}

// note takes down an array.
func (m *Monitor) note(w *monitored, name string, a *ndarray.NDArray) {
	if w.err != nil {
		return
	}
	stat := m.Stat
	if stat == nil {
		stat = normPerElement
	}
	w.err = ndarray.Try(func() {
		w.stats = append(w.stats, MonitorStat{m.batch, name, statText(stat(a)) + "\t"})
	})
	if w.err != nil {
		w.err = fmt.Errorf("model: Monitor: statistic of %s: %w", name, w.err)
	}
}

// statText prints an array of shape (1) as the number it holds, as MXNet's monitor does.
func statText(s *ndarray.NDArray) string {
	if len(s.Shape()) != 1 || s.Size() != 1 {
		return s.Text()
	}
	return ndarray.Array(s.Float64(), ndarray.Shape{}, ndarray.Of(s.DType())).Text()
}

// normPerElement is ‖x‖/√size.
func normPerElement(x *ndarray.NDArray) *ndarray.NDArray {
	return ndarray.Norm(x).DivScalar(math.Sqrt(float64(x.Size())))
}

// Tic begins a batch.
func (m *Monitor) Tic() {
	m.active = m.batch%max(m.Interval, 1) == 0
	m.batch++
	for _, w := range m.exes {
		w.stats, w.err = nil, nil
	}
}

// Toc ends a batch and gives what there is to show of it: nothing of most.
func (m *Monitor) Toc() ([]MonitorStat, error) {
	if !m.active {
		return nil, nil
	}
	m.active = false
	var all []MonitorStat
	for _, w := range m.exes {
		all = append(all, w.stats...)
	}
	for _, w := range m.exes {
		w.stats = nil
		m.noteArrays(w)
		if w.err != nil {
			return nil, w.err
		}
		all = append(all, w.stats...)
	}
	if m.Sort {
		slices.SortStableFunc(all, func(a, b MonitorStat) int { return cmp.Compare(a.Name, b.Name) })
	}
	return all, nil
}

// noteArrays takes down arguments and auxiliary states.
func (m *Monitor) noteArrays(w *monitored) {
	s := w.exe.Symbol()
	for _, kind := range []struct {
		names []string
		array func(string) *ndarray.NDArray
	}{{s.ListArguments(), w.exe.Arg}, {s.ListAuxiliaryStates(), w.exe.Aux}} {
		for _, name := range kind.names {
			if a := kind.array(name); a != nil && m.pattern.MatchString(name) {
				m.note(w, name, a)
			}
		}
	}
}

// TocPrint is Toc that logs a line for each statistic, as MXNet's:
//
//	Batch:       1 fc1_output                     0.006905148
func (m *Monitor) TocPrint(log Logf) error {
	stats, err := m.Toc()
	printStats(log, stats)
	return err
}

func printStats(log Logf, stats []MonitorStat) {
	for _, s := range stats {
		log("Batch: %7d %-30s %s", s.Batch, s.Name, s.Text)
	}
}
