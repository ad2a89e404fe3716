// Command interop exchanges models with the real MXNet 1.9.1, both ways, and compares what both compute.
//
//	go run ./internal/interop                       # all of it
//	go run ./internal/interop -networks vgg11,mlp   # these networks only
//	go run ./internal/interop -graphs 1000 -seed 7  # more random graphs, others
//	go run ./internal/interop -graph 17 -keep DIR   # this random graph only; those that fail are kept for gomx verify
//
// It takes the Python of the variable MXNET_PY, or installs MXNet into the user's cache. Without MXNet it fails.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/gomx-org/gomx/internal/sources"
)

// options are the command line.
type options struct {
	networks string
	graphs   int
	graph    int
	keep     string
	seed     uint64
}

func main() {
	var o options
	flag.StringVar(&o.networks, "networks", strings.Join(families, ","), "networks of the zoo to exchange")
	flag.IntVar(&o.graphs, "graphs", 50, "number of random graphs")
	flag.IntVar(&o.graph, "graph", -1, "run this one of the random graphs and nothing else")
	flag.StringVar(&o.keep, "keep", "", "folder for random graphs that fail")
	flag.Uint64Var(&o.seed, "seed", 1, "of everything that is drawn")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}

// run does everything; a network that fails does not keep the next from its turn.
func run(ctx context.Context, out io.Writer, o options) error {
	root, err := sources.Root()
	if err != nil {
		return err
	}
	python, err := findMXNet(ctx, root)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "gomx-interop-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	gomx := filepath.Join(dir, "gomx")
	build := exec.CommandContext(ctx, "go", "build", "-o", gomx, "./cmd/gomx")
	build.Dir = root
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build ./cmd/gomx: %w\n%s", err, text)
	}
	b := bench{ctx: ctx, out: out, gomx: gomx, python: python, dir: dir, seed: o.seed}
	if o.graph >= 0 {
		b.graphs(o.graph, o.graph+1, o.keep)
		return b.verdict()
	}
	b.files()
	for _, name := range strings.FieldsFunc(o.networks, func(c rune) bool { return c == ',' }) {
		b.try((&exchange{bench: &b, name: name}).run())
	}
	b.graphs(0, o.graphs, o.keep)
	return b.verdict()
}

// bench is where exchanges happen.
type bench struct {
	ctx          context.Context
	out          io.Writer
	gomx, python string // programs
	dir          string // for files
	seed         uint64
	failed       int
}

// try counts and prints a failure, and goes on.
func (b *bench) try(err error) {
	if err != nil && b.ctx.Err() == nil {
		b.failed++
		fmt.Fprintln(b.out, "FAIL", err)
	}
}

// verdict is nil when all went well.
func (b *bench) verdict() error {
	if b.ctx.Err() != nil {
		return b.ctx.Err()
	}
	if b.failed > 0 {
		return fmt.Errorf("%d failures", b.failed)
	}
	return nil
}

// files exchanges arrays and trained models.
func (b *bench) files() {
	w, err := start(b.ctx, b.python)
	if err != nil {
		b.try(err)
		return
	}
	defer w.close()
	b.try(exchangeArrays(b.out, w, b.dir, b.seed))
	b.try(exchangeTrained(b.ctx, b.out, w, b.dir, b.seed))
}
