package ndarray

import (
	"encoding/binary"

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

// run computes; l is asked only for calls seen for the first time.
func (c *call) run(l lowering) ([]*NDArray, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	var mem [256]byte
	key := c.key(mem[:0])
	set := c.home.plans.find(key)
	var p *plan
	if set != nil {
		p = set.take()
	}
	if p == nil {
		var err error
		if p, err = c.compile(l); err != nil {
			return nil, err
		}
		if set == nil {
			set = c.home.plans.add(key)
		}
	}
	defer set.put(p)
	return c.into(p)
}

// into runs p into new arrays, or into input 0.
func (c *call) into(p *plan) ([]*NDArray, error) {
	if c.inPlace {
		return c.in[:1], p.run(c, c.in)
	}
	outs := make([]*NDArray, len(p.outs))
	for i, o := range p.outs {
		var err error
		if outs[i], err = c.home.alloc(c.op, o.shape, o.dtype); err != nil {
			return nil, err
		}
	}
	if err := p.run(c, outs); err != nil {
		for _, o := range outs {
			o.Close()
		}
		return nil, err
	}
	return outs, nil
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
