package ndarray

import (
	"encoding/binary"
	"runtime"
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// lowering says what a call computes: an operator with its parameters, or a function of this package.
type lowering interface {
	// infer gives shape and type of the results.
	infer(in []*NDArray) ([]outInfo, error)
	// lower says the results in kernel calls.
	lower(c *calc, in []backend.Value) []backend.Value
}

// call is one eager call: what, on which arrays, with which run-time numbers.
type call struct {
	op      string // for errors
	home    *home
	what    string // names the lowering, with its structural parameters
	in      []*NDArray
	inPlace bool // the result overwrites input 0

	scalar  float64            // the run-time number called scalar
	numbers map[string]float64 // run-time numbers of other names
}

func (c *call) number(name string, def float64) float64 {
	if name == "scalar" {
		return c.scalar
	}
	if v, ok := c.numbers[name]; ok {
		return v
	}
	return def
}

// key says everything a plan depends on.
func (c *call) key(buf []byte) []byte {
	buf = append(append(buf, c.what...), 0, 0)
	if c.inPlace {
		buf[len(buf)-1] = 1
	}
	for _, a := range c.in {
		buf = append(buf, byte(a.dtype), byte(len(a.shape)))
		for _, d := range a.shape {
			buf = binary.AppendUvarint(buf, uint64(d))
		}
	}
	return buf
}

// run computes into new arrays, or into input 0; l is asked only for calls seen for the first time.
func (c *call) run(l lowering) ([]*NDArray, error) {
	p, set, err := c.plan(l)
	if err != nil {
		return nil, err
	}
	defer set.put(p)
	outs := make([]*NDArray, len(p.outs))
	return outs, c.into(p, outs)
}

// one is run of a call with one result.
func (c *call) one(l lowering) (*NDArray, error) {
	p, set, err := c.plan(l)
	if err != nil {
		return nil, err
	}
	defer set.put(p)
	var outs [1]*NDArray
	err = c.into(p, outs[:])
	return outs[0], err
}

// plan finds an idle plan for the call or makes one; the set takes it back.
func (c *call) plan(l lowering) (*plan, *planSet, error) {
	if err := c.check(); err != nil {
		return nil, nil, err
	}
	var mem [256]byte
	key := c.key(mem[:0])
	set := c.home.plans.find(key)
	if set != nil {
		if p := set.take(); p != nil {
			return p, set, nil
		}
	}
	first := *c // a copy goes to the heap, not every call
	first.in = slices.Clone(c.in)
	p, err := first.compile(l)
	if err != nil {
		return nil, nil, err
	}
	if set == nil {
		set = c.home.plans.add(key)
	}
	return p, set, nil
}

// into runs p. Inputs that nobody holds any more must not be collected, and their memory given away, before it is done.
func (c *call) into(p *plan, outs []*NDArray) (err error) {
	defer keepAlive(c.in)
	if c.inPlace {
		outs[0] = c.in[0]
		return p.run(c, outs)
	}
	for i := range p.outs {
		o := &p.outs[i]
		if outs[i], err = c.home.alloc(c.op, o.shape, o.dtype); err != nil {
			return err
		}
	}
	if err = p.run(c, outs); err != nil {
		for _, o := range outs {
			o.Close()
		}
	}
	return err
}

func keepAlive(arrays []*NDArray) {
	for _, a := range arrays {
		runtime.KeepAlive(a)
	}
}

// check refuses closed arrays, arrays without elements, and arrays on different devices.
func (c *call) check() error {
	for i, a := range c.in {
		a.memory()
		if a.home != c.home {
			return errorf(c.op, "input %d is on %v, input 0 on %v; AsInContext copies", i, a.home.ctx, c.home.ctx)
		}
		if a.length == 0 {
			return errorf(c.op, "input %d of shape %v has no elements", i, a.shape)
		}
	}
	return nil
}
