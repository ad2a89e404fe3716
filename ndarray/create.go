package ndarray

import (
	"math"
	"runtime"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
)

// Option says where a new array lives, On, and of what type it is, Of; the default is float32 on cpu(0).
type Option func(*options)

type options struct {
	ctx   device.Context
	dtype DType
}

// On puts the array on a device.
func On(ctx device.Context) Option { return func(o *options) { o.ctx = ctx } }

// Of gives the array a type.
func Of(t DType) Option { return func(o *options) { o.dtype = t } }

// prepare reads the options of a new array. Dimensions of 0 are refused: MXNet takes them for unknown.
func prepare(op string, s Shape, opts []Option) (*home, DType, error) {
	for _, d := range s {
		if d <= 0 {
			return nil, 0, errorf(op, "shape %v: every dimension must be at least 1", s)
		}
	}
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	h, err := homeOf(o.ctx)
	return h, o.dtype, wrap(op, err)
}

// create makes an array that is not initialised.
func create(op string, s Shape, opts []Option) (*NDArray, error) {
	h, t, err := prepare(op, s, opts)
	if err != nil {
		return nil, err
	}
	return h.alloc(op, s, t)
}

// createAny is create that takes dimensions of 0 too: arrays without elements.
func createAny(op string, s Shape, opts []Option) (*NDArray, error) {
	h, t, err := prepare(op, Shape{}, opts)
	if err != nil {
		return nil, err
	}
	return h.alloc(op, s, t)
}

// New makes an array of zeros. Unlike Zeros it returns its error: a shape that is none, no such device, no memory.
func New(shape Shape, opts ...Option) (*NDArray, error) { return full("New", shape, 0, opts) }

// Empty makes an array whose elements are whatever the memory holds.
func Empty(shape Shape, opts ...Option) *NDArray { return must(create("Empty", shape, opts)) }

// Zeros makes an array of zeros.
func Zeros(shape Shape, opts ...Option) *NDArray { return must(full("Zeros", shape, 0, opts)) }

// Ones makes an array of ones.
func Ones(shape Shape, opts ...Option) *NDArray { return must(full("Ones", shape, 1, opts)) }

// Full makes an array of one number.
func Full(shape Shape, v float64, opts ...Option) *NDArray { return must(full("Full", shape, v, opts)) }

func full(op string, shape Shape, v float64, opts []Option) (*NDArray, error) {
	a, err := create(op, shape, opts)
	if err != nil {
		return nil, err
	}
	if err := a.fill(v); err != nil {
		return nil, wrap(op, err)
	}
	return a, nil
}

// Arange makes the vector start, start+step … that ends before stop.
func Arange(start, stop, step float64, opts ...Option) *NDArray {
	return ArangeRepeat(start, stop, step, 1, opts...)
}

// ArangeRepeat is Arange with every number standing repeat times.
func ArangeRepeat(start, stop, step float64, repeat int, opts ...Option) *NDArray {
	n := math.Ceil((stop - start) / step)
	if step == 0 || repeat < 1 || !(n >= 1) || n*float64(repeat) > math.MaxInt32 {
		fail("Arange", "from %v to %v by %v, each %d times, are no numbers", start, stop, step, repeat)
	}
	data := make([]float64, int(n)*repeat)
	for i := range data {
		data[i] = start + float64(i/repeat)*step
	}
	return Array(data, Shape{len(data)}, opts...)
}

// Linspace makes a vector of n numbers from start to stop, both included.
func Linspace(start, stop float64, n int, opts ...Option) *NDArray {
	if n < 1 {
		fail("Linspace", "%d numbers", n)
	}
	data := make([]float64, n)
	for i := range data {
		data[i] = start + float64(i)*(stop-start)/float64(max(n-1, 1))
	}
	return Array(data, Shape{n}, opts...)
}

// Eye makes the unit matrix of n rows.
func Eye(n int, opts ...Option) *NDArray {
	if n < 1 {
		fail("Eye", "%d rows", n)
	}
	data := make([]float64, n*n)
	for i := range n {
		data[i*n+i] = 1
	}
	return Array(data, Shape{n, n}, opts...)
}

// Array copies numbers in C order into a new array, float32 whatever T is unless Of says otherwise, as in MXNet; a nil
// shape means one dimension. Array([]float32{}, nil) has shape (0,), Array([]float32{3.5}, Shape{}) shape ().
func Array[T Number](data []T, shape Shape, opts ...Option) *NDArray {
	return must(FromSlice(data, shape, opts...))
}

// FromSlice is Array with an error result.
func FromSlice[T Number](data []T, shape Shape, opts ...Option) (*NDArray, error) {
	if shape == nil {
		shape = Shape{len(data)}
	}
	if n, ok := byteSize(shape, backend.Int8); !ok || n != len(data) {
		return nil, errorf("Array", "%d numbers do not fill shape %v", len(data), shape)
	}
	a, err := createAny("Array", shape, opts)
	if err != nil {
		return nil, err
	}
	return a, CopyFromSlice(a, data)
}

// CopyFromSlice overwrites the elements with as many numbers in C order, converting them.
func CopyFromSlice[T Number](a *NDArray, data []T) error {
	if len(data) != a.Size() {
		return errorf("CopyFromSlice", "%d numbers for an array of shape %v", len(data), a.shape)
	}
	return a.write(func(b []byte) { store(b, a.dtype, data) })
}

// Scalar makes an array of shape (1,), MXNet's form of a single number.
func Scalar(v float64, opts ...Option) *NDArray { return Array([]float64{v}, Shape{1}, opts...) }

// Fill sets every element to v, converted to the array's type.
func (a *NDArray) Fill(v float64) {
	if err := a.fill(v); err != nil {
		panic(wrap("Fill", err))
	}
}

func (a *NDArray) fill(v float64) error {
	return a.write(func(b []byte) {
		if v == 0 && !math.Signbit(v) {
			clear(b)
			return
		}
		n := a.dtype.Size()
		if len(b) < n {
			return
		}
		store(b, a.dtype, []float64{v})
		for done := n; done < len(b); done *= 2 {
			copy(b[done:], b[:done])
		}
	})
}

// write lets fn fill the array's bytes: its own memory, or host memory that is then copied to the device.
func (a *NDArray) write(fn func([]byte)) error {
	defer runtime.KeepAlive(a)
	return a.home.send(a.region(), fn)
}

// read hands fn the array's bytes, copied to the host when they are elsewhere.
func (a *NDArray) read(fn func([]byte)) error {
	defer runtime.KeepAlive(a)
	r := a.region()
	b := r.Bytes()
	if b == nil {
		b = make([]byte, a.length) // fn may keep it
		if err := a.home.fetch(b, r); err != nil {
			return err
		}
	}
	fn(b)
	return nil
}
