package backendtest

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"github.com/gomx-org/gomx/backend"
)

// guard is the slack, in bytes, before and after each argument's memory.
const guard = 256

// slackByte fills slack and outputs: NaN as any float type, and nothing that sums would hide.
const slackByte = 0xff

// Instance is a row compiled and bound on a device, its inputs filled.
type Instance struct {
	Program *backend.Program // as the device runs it
	Bytes   int              // of all arguments
	dev     backend.Device
	exe     backend.Executable
	bound   backend.Bound
	args    []bufferOf
}

// bufferOf is the memory of one argument with slack around it.
type bufferOf struct {
	name   string
	out    bool
	buffer backend.Buffer
	dtype  backend.DType
	n      int
	offset int
	start  []byte // contents before the first run
}

func (b *bufferOf) bytes() int { return b.n * b.dtype.Size() }

// Open compiles and binds a row for elements of type t on a device. The inputs are the same for every device and, but for
// rounding, every type.
func Open(dev backend.Device, r Row, t backend.DType, o backend.Options) (*Instance, error) {
	return open(dev, r, t, t, 0, o)
}

// open is Open with inputs rounded to the type as, and arguments moved by shift elements against the alignment that
// buffers have.
func open(dev backend.Device, r Row, t, as backend.DType, shift int, o backend.Options) (*Instance, error) {
	c, err := r.build(t)
	if err != nil {
		return nil, err
	}
	rounded, err := r.build(as) // for the types of its arguments
	if err != nil {
		return nil, err
	}
	exe, err := dev.Compile(c.P, o)
	if err != nil {
		return nil, err
	}
	in := &Instance{Program: exe.Program(), dev: dev, exe: exe}
	regions := make([]backend.Region, len(c.P.Args))
	random := rand.New(rand.NewPCG(1, nameHash(r.Name)))
	for i, a := range c.args {
		arg := &c.P.Args[a.index]
		b := bufferOf{name: arg.Name, out: a.out, dtype: arg.DType, n: arg.Shape.Size(), offset: guard + shift*arg.DType.Size()}
		b.start = make([]byte, b.bytes())
		fillBytes(b.start)
		if a.fill != nil {
			numbers := a.fill(random, b.n)
			roundTo(rounded.P.Args[rounded.args[i].index].DType, numbers)
			encode(b.start, arg.DType, numbers)
		}
		if b.buffer, err = dev.Alloc(b.offset + b.bytes() + guard); err != nil {
			in.Close()
			return nil, err
		}
		in.args = append(in.args, b)
		in.Bytes += b.bytes()
		regions[a.index] = backend.Region{Buffer: b.buffer, Offset: b.offset, Length: b.bytes()}
	}
	if err := in.Reset(); err != nil {
		in.Close()
		return nil, err
	}
	if in.bound, err = exe.Bind(backend.Infer, regions); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

func nameHash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}

func fillBytes(b []byte) {
	for i := range b {
		b[i] = slackByte
	}
}

// Reset gives all arguments, and the slack around them, what they held at first.
func (in *Instance) Reset() error {
	for i := range in.args {
		b := &in.args[i]
		mem := make([]byte, b.buffer.Size())
		fillBytes(mem)
		copy(mem[b.offset:], b.start)
		if err := in.dev.Copy(backend.Region{Buffer: b.buffer, Length: len(mem)}, backend.HostRegion(mem)); err != nil {
			return err
		}
	}
	return nil
}

// Run runs the row once and waits for it.
func (in *Instance) Run() error {
	if err := in.bound.Run(); err != nil {
		return err
	}
	return in.bound.Wait()
}

// Output is what a run left in an argument that the row writes.
type Output struct {
	Name   string
	DType  backend.DType
	Values []float64
}

// Outputs reads the results, and checks that neither slack nor inputs were written.
func (in *Instance) Outputs() ([]Output, error) {
	var outs []Output
	for i := range in.args {
		b := &in.args[i]
		mem := make([]byte, b.buffer.Size())
		if err := in.dev.Copy(backend.HostRegion(mem), backend.Region{Buffer: b.buffer, Length: len(mem)}); err != nil {
			return nil, err
		}
		if at := untouched(mem[:b.offset]); at >= 0 {
			return nil, fmt.Errorf("wrote %d bytes before argument %q", b.offset-at, b.name)
		}
		end := b.offset + b.bytes()
		if at := untouched(mem[end:]); at >= 0 {
			return nil, fmt.Errorf("wrote byte %d after the end of argument %q", at, b.name)
		}
		if !b.out {
			if string(mem[b.offset:end]) != string(b.start) {
				return nil, fmt.Errorf("changed the input %q", b.name)
			}
			continue
		}
		outs = append(outs, Output{b.name, b.dtype, decode(mem[b.offset:end], b.dtype)})
	}
	return outs, nil
}

// untouched gives the first position that was written, -1 when none was.
func untouched(slack []byte) int {
	for i, v := range slack {
		if v != slackByte {
			return i
		}
	}
	return -1
}

// Close frees everything.
func (in *Instance) Close() {
	if in.bound != nil {
		in.bound.Close()
	}
	if in.exe != nil {
		in.exe.Close()
	}
	for _, b := range in.args {
		b.buffer.Free()
	}
}
