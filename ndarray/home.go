package ndarray

import (
	"runtime"
	"sync"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
)

// home is what arrays of one device share.
type home struct {
	ctx   device.Context
	dev   backend.Device
	pool  *pool
	plans planCache
}

var homes sync.Map // device.Context -> *home

func homeOf(ctx device.Context) (*home, error) {
	if h, ok := homes.Load(ctx); ok {
		return h.(*home), nil
	}
	dev, err := ctx.Device()
	if err != nil {
		return nil, err
	}
	h, _ := homes.LoadOrStore(ctx, &home{ctx: ctx, dev: dev, pool: newPool(dev)})
	return h.(*home), nil
}

// owned is an array with its storage and the numbers of its shape, in one piece.
type owned struct {
	NDArray
	storage
	dims [4]int
}

// alloc makes an array whose elements are not initialised.
func (h *home) alloc(op string, s Shape, t backend.DType) (*NDArray, error) {
	n, ok := byteSize(s, t)
	if !ok {
		return nil, errorf(op, "no array can be %v %v", t, s)
	}
	c, err := h.pool.get(n)
	if err != nil {
		return nil, wrap(op, err)
	}
	o := &owned{}
	o.storage.cell = c
	o.refs.Store(1)
	o.NDArray = NDArray{home: h, st: &o.storage, length: n, dtype: t, shape: append(Shape(o.dims[:0:len(o.dims)]), s...)}
	o.shape = o.shape[:len(s):len(s)]
	o.cleanup = runtime.AddCleanup(o, (*cell).release, c)
	return &o.NDArray, nil
}

// byteSize is the memory of an array; ok is false for shapes that are none or too large.
func byteSize(s Shape, t backend.DType) (n int, ok bool) {
	const maxInt = int(^uint(0) >> 1)
	n = t.Size()
	if s == nil || n == 0 {
		return 0, false
	}
	zero := false
	for _, d := range s {
		switch {
		case d < 0 || d > 0 && n > maxInt/2/d:
			return 0, false
		case d == 0:
			zero = true
		default:
			n *= d
		}
	}
	if zero {
		n = 0
	}
	return n, true
}
