package archtest

import "slices"

// A room is a package, or with a name ending in /... all packages below a folder that have no row of their own.
type room struct {
	name     string
	may      []string // rooms it imports, besides internal/...
	external []string // modules it imports, besides the standard library, gonum and x/sys
	cgo      bool     // whether it holds C
}

// Floors of the house, from the ground up. Who stands on a floor may import what is on it and below it.
var (
	seam   = []string{"backend", "backend/expr"}
	words  = join(seam, "device", "op", "with")
	arrays = join(words, "ndarray")
	graphs = join(arrays, "symbol", "autograd")
	parts  = join(graphs, "kvstore", "optimizer", "metric", "initializer", "io", "io/...")
	roof   = join(parts, "model", "model/zoo", "predict", "viz", "viz/graphviz", "backend/all")
	tools  = []string{"internal/backendtest", "internal/verify", "internal/gen", "internal/gen/..."}
)

// rooms is the picture of docs/architecture.md as a table: what is not in it does not exist, and nobody imports
// beside or above. Everybody may use internal/..., the standard library, gonum and x/sys.
var rooms = []room{
	{name: "backend/expr"},
	{name: "backend", may: []string{"backend/expr"}},
	{name: "backend/passes", may: seam},
	{name: "backend/ref", may: join(seam, "backend/passes", "internal/binding")},
	{name: "backend/cpu", may: join(seam, "backend/passes", "backend/ref", "internal/binding"), external: []string{"gonum.org/v1/netlib"}, cgo: true},
	{name: "cuda", may: join(seam, "backend/passes", "internal/binding", "internal/cudrv", "internal/cublas")},
	{name: "backend/all", may: join(seam, "backend/ref", "backend/cpu", "cuda")},
	{name: "device", may: join(seam, "backend/all")}, // links the backends in, for all who name a device
	{name: "op", may: seam},
	{name: "with", may: join(seam, "op")},
	{name: "ndarray", may: words},
	{name: "symbol", may: arrays},
	{name: "autograd", may: arrays},
	{name: "optimizer", may: graphs},
	{name: "metric", may: graphs},
	{name: "initializer", may: graphs},
	{name: "kvstore", may: graphs},
	{name: "io", may: join(graphs, "io/...")},
	{name: "io/...", may: join(graphs, "io")},
	{name: "model", may: join(parts, "model/zoo")},
	{name: "model/zoo", may: graphs},
	{name: "predict", may: join(arrays, "symbol")}, // no training code
	{name: "viz", may: join(arrays, "symbol"), external: []string{"gonum.org/v1/plot", "golang.org/x/image"}},
	{name: "viz/graphviz", external: []string{"github.com/goccy/go-graphviz", "gonum.org/v1/plot"}}, // for programs that draw
	{name: "cmd/...", may: join(roof, join(tools, "backend/passes", "backend/ref", "backend/cpu", "cuda")...), external: terminal},
	{name: "examples/...", may: join(roof, "examples/internal/..."), external: terminal},
	{name: "examples/internal/...", may: roof, external: terminal}, // what several examples share

	{name: "internal/...", may: seam},
	{name: "internal/archtest"},
	{name: "internal/binding", may: join(seam, "backend/passes")}, // what devices share
	{name: "internal/cudrv", cgo: true},                           // calls NVIDIA's driver
	{name: "internal/cublas", may: []string{"internal/cudrv"}, cgo: true},
	{name: "internal/simgpu", may: []string{"internal/simgpu/..."}, cgo: true}, // is one, for tests
	{name: "internal/simgpu/...", may: []string{"internal/simgpu/..."}},
	{name: "internal/backendtest", may: join(words, "backend/passes", "backend/ref")},
	{name: "internal/verify", may: join(parts, "model/zoo", "viz")},
	{name: "internal/gputest", may: roof},
	{name: "internal/verify/...", may: parts},
	{name: "internal/interop", may: join(roof, "internal/verify", "internal/interop/...")}, // exchanges models with MXNet
	{name: "internal/interop/...", may: graphs},
	{name: "internal/gen", may: words},
	{name: "internal/gen/...", may: words},
}

// What programs may use to talk with people.
var terminal = []string{"github.com/alecthomas/kong", "github.com/schollz/progressbar/v3", "golang.org/x/term"}

// What every file may import, and what its tests may import besides.
var (
	coreModules  = []string{"gonum.org/v1/gonum", "golang.org/x/sys"}
	testModules  = []string{"github.com/stretchr/testify"}
	testMayRooms = join(tools, "backend/all", "backend/passes", "backend/ref", "backend/cpu", "cuda", "internal/cudrv", "internal/cublas",
		"internal/simgpu", "internal/simgpu/...")
)

func join(floor []string, more ...string) []string { return append(slices.Clone(floor), more...) }
