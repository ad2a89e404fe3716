package simgpu

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
)

// simulated is set in the environment of processes that have the simulated driver on their library path.
const simulated = "SIMGPU_SEED"

// userSeed is the environment variable with the seed that a user wants.
const userSeed = "GOMX_SIM_SEED"

// drawn gives the seed of this process: that of its parent in a child of Main, so that one number repeats all.
var drawn = sync.OnceValue(func() uint64 {
	if seed, err := strconv.ParseUint(os.Getenv(simulated), 10, 64); err == nil && seed != 0 {
		return seed
	}
	return rand.Uint64N(1e9) + 1
})

// tell prints the seed, once; go test shows it when a test fails.
var tell = sync.OnceFunc(func() { fmt.Fprintf(os.Stderr, "simgpu: %s=%d repeats this order\n", userSeed, drawn()) })

// config is what options set.
type config struct {
	devices    int
	memory     uint64
	blas       bool
	seed       uint64
	seeded     bool
	sanitize   Mode
	capability string
	faults     string
}

// Option says how the simulated machine is equipped.
type Option func(*config)

// Devices gives the machine n GPUs; it has two otherwise.
func Devices(n int) Option { return func(c *config) { c.devices = n } }

// NoBLAS hides libcublas.
func NoBLAS() Option { return func(c *config) { c.blas = false } }

// Memory gives each GPU so many bytes, 4 GiB otherwise. They cost nothing before they are used.
func Memory(bytes uint64) Option { return func(c *config) { c.memory = bytes } }

// Seed fixes the order in which the driver runs what may run; 0 is the program's own. Without it every run draws one.
func Seed(n uint64) Option { return func(c *config) { c.seed, c.seeded = n, true } }

// Capability sets the compute capability, 5.2 otherwise.
func Capability(major, minor int) Option {
	return func(c *config) { c.capability = fmt.Sprintf("%d.%d", major, minor) }
}

// Faults orders faults from the start, see Fail.
func Faults(faults string) Option { return func(c *config) { c.faults = faults } }

// Mode is a way to look closer at kernels.
type Mode string

const (
	// Address runs kernels under AddressSanitizer: reads and writes outside allocations and shared arrays end the process
	// with a report that names the line.
	Address Mode = "address"
	// Thread runs every launch under ThreadSanitizer, which makes launches with data races fail. Very slow: for small shapes.
	Thread Mode = "thread"
	// Check asks about the address of every read and write before it happens and makes the launch fail.
	Check Mode = "check"
)

// Sanitize looks closer at kernels.
func Sanitize(m Mode) Option { return func(c *config) { c.sanitize = m } }

// newConfig applies options, and what the user's environment says over them.
func newConfig(options []Option) (*config, error) {
	c := &config{devices: 2, memory: 4 << 30, blas: true, capability: "5.2"}
	for _, o := range options {
		o(c)
	}
	if !c.seeded {
		c.seed = drawn()
	}
	if s := os.Getenv(userSeed); s != "" {
		seed, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("simgpu: %s is %q, want a number", userSeed, s)
		}
		c.seed = seed
	}
	if s := os.Getenv("GOMX_SIM_SANITIZE"); s != "" {
		c.sanitize = Mode(s)
	}
	switch c.sanitize {
	case "", Address, Thread, Check:
		return c, nil
	}
	return nil, fmt.Errorf("simgpu: sanitizer %q, want address, thread or check", c.sanitize)
}
