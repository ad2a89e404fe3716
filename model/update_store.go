package model

import (
	"errors"
	"slices"

	"github.com/gomx-org/gomx/kvstore"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
)

// stored is the update in the store: it keeps the weights, and devices pull them.
type stored struct {
	*exchange
	opt     optimizer.Optimizer
	updater *optimizer.Updater
}

func newStored(x *exchange, opt optimizer.Optimizer) (*stored, error) {
	params := map[int]optimizer.Param{}
	for i, p := range x.params {
		params[i] = p
	}
	u, err := optimizer.NewUpdater(opt, params)
	if err != nil {
		return nil, err
	}
	s := &stored{x, opt, u}
	s.kv.SetUpdater(s.push)
	return s, nil
}

// push updates a weight by the sum of its gradients.
func (s *stored) push(key kvstore.Key, sum, weight *ndarray.NDArray) error {
	return s.updater.Update(key.Int(), sum, weight)
}

func (s *stored) rates() *optimizer.Rates { return s.updater.Rates() }

func (s *stored) before() error { return nil }

func (s *stored) after(int64) error { return s.join(s.weights) }

// states of a parameter that was never updated are those it will begin with.
func (s *stored) states(i int) ([]*ndarray.NDArray, error) {
	if states := s.updater.States(i); states != nil {
		return states, nil
	}
	return optimizer.NewStates(s.opt, s.weights[i].Arrays[0])
}

func (s *stored) resume(states [][]*ndarray.NDArray, numUpdate int, counts []int) error {
	for i, saved := range states {
		s.updater.Resume(i, saved)
	}
	return s.updater.Rates().Restore(numUpdate, counts)
}

// reload puts the weights into a new store, since keys begin once.
func (s *stored) reload() error {
	kv, err := kvstore.Create(s.kv.Type())
	if err != nil {
		return err
	}
	old := s.kv
	s.kv = kv
	if err := s.init(); err != nil {
		return errors.Join(err, old.Close())
	}
	s.kv.SetUpdater(s.push)
	return old.Close()
}

func (s *stored) close() error { return errors.Join(s.exchange.close(), s.updater.Close()) }

// local is the update on every device, of its own copy of the weights: the store, where there is one, sums gradients only.
// All copies stay the same bits, since all devices do the same.
type local struct {
	*exchange
	team   *team
	groups []*optimizer.Group
	steps  []*optimizer.GroupStep
	step   int64
	run    func(i int) error
}

func newLocal(x *exchange, m *FeedForward, team *team, parts []*part) (*local, error) {
	l := &local{exchange: x, team: team}
	l.run = func(i int) error { return l.steps[i].Run(l.step) }
	for i, p := range parts {
		weights, grads := arraysOf(x.weights, i), arraysOf(x.grads, i)
		g, err := optimizer.NewGroup(m.opt, slices.Clone(x.params))
		if err == nil {
			l.groups = append(l.groups, g)
			err = g.Alloc(p.exe.Context(), weights)
		}
		var step *optimizer.GroupStep
		if err == nil {
			step, err = g.Step(weights, grads, m.seed)
		}
		if err != nil {
			return nil, first(team.named(i, err), l.close())
		}
		l.steps = append(l.steps, step)
	}
	return l, nil
}

// arraysOf are those of device i.
func arraysOf(pairs []kvstore.Pair, i int) []*ndarray.NDArray {
	list := make([]*ndarray.NDArray, len(pairs))
	for k, p := range pairs {
		list[k] = p.Arrays[i]
	}
	return list
}

func (l *local) rates() *optimizer.Rates { return l.groups[0].Rates }

func (l *local) before() error { return nil }

func (l *local) after(step int64) error {
	if err := l.join(l.grads); err != nil {
		return err
	}
	l.step = step
	return l.team.each(l.run)
}

func (l *local) states(i int) ([]*ndarray.NDArray, error) { return l.groups[0].States(i), nil }

func (l *local) resume(states [][]*ndarray.NDArray, numUpdate int, counts []int) error {
	for _, g := range l.groups {
		if err := (fused{g}).resume(states, numUpdate, counts); err != nil {
			return err
		}
	}
	return nil
}

func (l *local) reload() error { return nil }

func (l *local) close() error {
	err := l.exchange.close()
	for _, s := range l.steps {
		err = errors.Join(err, s.Close())
	}
	for _, g := range l.groups {
		g.Close()
	}
	return err
}
