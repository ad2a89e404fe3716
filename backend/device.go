package backend

// Device runs Programs. CPU calls are synchronous, GPU calls ordered by stream; there is no dependency engine.
type Device interface {
	// Info tells what the device is.
	Info() Info
	// Alloc gives memory that is not initialised, aligned to at least 64 bytes.
	Alloc(bytes int) (Buffer, error)
	// Copy moves bytes between buffers of this device and host memory, in order with Run. Lengths must be equal. Host memory
	// is read or written when it returns; it fails when the device was lost on the way.
	Copy(dst, src Region) error
	// Compile makes every choice and check; it fails with *NoKernelError when kernels are missing.
	Compile(p *Program, o Options) (Executable, error)
	// Sync waits for everything begun and gives the first error since the last Sync.
	Sync() error
}

// Supporter is an optional ability of a Device: telling which calls it has kernels for, and in which layout it would
// rather run a call. The passes ask it.
type Supporter interface {
	// Supports reports whether the device has its own kernel for the call as it stands: types, shapes, layouts, epilogue.
	Supports(p *Program, c *Call) bool
	// Prefers names the layout in which the device would like the call's data, Plain when it does not care.
	Prefers(p *Program, c *Call) Layout
	// WeightLayout names how a convolution in layout l, or a product of matrices, wants its weights packed.
	WeightLayout(p *Program, c *Call, l Layout) Layout
}

// Info describes a device.
type Info struct {
	Name    string // cpu(0), gpu(1), ref(0)
	Model   string // what its maker calls it and its driver, empty when not known
	Kernels string // the instruction set or architecture in use: avx512, avx2, scalar, go
	BLAS    string // the matrix library in use, with version
	Threads int
	Memory  int64 // bytes in all, 0 when not known
}

// Buffer is memory of a device.
type Buffer interface {
	// Size in bytes.
	Size() int
	// Bytes is the memory itself where the host can address it, nil elsewhere. Whoever writes through it calls Touch.
	Bytes() []byte
	// Version changes whenever the contents may have: Copy, Run and Touch count it up. Prepare reruns when it changed.
	Version() uint64
	// Touch says that the contents changed.
	Touch()
	// Free gives the memory back, in order with what was begun. A second Free does nothing.
	Free()
}

// Region is a part of a buffer, or of host memory when Buffer is nil.
type Region struct {
	Buffer Buffer
	Offset int // bytes
	Length int // bytes
	Host   []byte
}

// HostRegion is host memory as a Region.
func HostRegion(b []byte) Region { return Region{Host: b, Length: len(b)} }

// Bytes is the memory the region covers where the host can address it, nil elsewhere.
func (r Region) Bytes() []byte {
	if r.Buffer == nil {
		return r.Host
	}
	b := r.Buffer.Bytes()
	if b == nil {
		return nil
	}
	return b[r.Offset : r.Offset+r.Length : r.Offset+r.Length]
}

// Options of Compile.
type Options struct {
	// NoFuse leaves calls as they are: debugging, and Monitors that watch every value.
	NoFuse bool
	// NoLayout keeps every value in C order.
	NoLayout bool
	// Trace, if set, is handed the Program after each pass.
	Trace func(pass string, p *Program)
	// Profile measures each call.
	Profile bool
}

// Executable is a compiled Program with its arena.
type Executable interface {
	// Bind resolves addresses for one entry; args has one Region per Program.Args, empty where the entry does not use it.
	// A writable argument that overlaps another is refused.
	Bind(entry EntryKind, args []Region) (Bound, error)
	// Program is the list after all passes: what really runs.
	Program() *Program
	// Profile gives the time per call when Options.Profile was set.
	Profile() []Timing
	// Close frees the arena. Bounds of a closed Executable fail.
	Close() error
}

// Bound is an entry ready to run. It allocates nothing and keeps its buffers alive.
type Bound interface {
	// Run starts the entry; on a CPU it returns when done.
	Run() error
	// Wait waits until the last Run is done and gives its error.
	Wait() error
	// Close lets go of the buffers.
	Close()
}

// Rebinder is an optional ability of a Bound: pointing its entry at other memory of the same sizes for much less than a
// new Bind; args are as for Bind. Eager calls use it. After an error the Bound is closed; errors.ErrUnsupported, which
// leaves it as it was, means that this entry wants a Bind.
type Rebinder interface {
	Rebind(args []Region) error
}

// PeerCopier is an optional ability of a Device: fetching from the memory of another one without a wait.
type PeerCopier interface {
	// CopyPeer copies src, memory of another device of the same kind, into dst, memory of this one, in order with the work
	// of both: it follows what either was asked before, and what either is asked later follows it. Lengths must be equal.
	// errors.ErrUnsupported says that src is of another kind.
	CopyPeer(dst, src Region) error
}

// Timing is the cost of one call over all runs.
type Timing struct {
	Entry   EntryKind
	Call    int // position in the entry's list of Executable.Program
	Node    string
	Kernel  string
	Runs    int
	Seconds float64
}

// NoKernelError lists what a device cannot run.
type NoKernelError struct {
	Device string
	Gaps   []string
}

func (e *NoKernelError) Error() string {
	s := e.Device + ": no kernel for"
	for i, g := range e.Gaps {
		if i > 0 {
			s += ","
		}
		s += " " + g
	}
	return s
}
