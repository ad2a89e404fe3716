package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/interop/graphs"
	"github.com/gomx-org/gomx/internal/verify"
)

// recorder is a way to have MXNet run a graph.
type recorder struct {
	env  string
	kind backend.DType
	says string // what begins a line about it
}

// recorders are MXNet's two implementations of layers, that of oneDNN and its own, for what oneDNN gets wrong; and numbers of
// 64 bits, for sums that nearly cancel out: what still differs then is no rounding.
var recorders = []recorder{
	{"MXNET_MKLDNN_ENABLED=1", backend.Float32, ""},
	{"MXNET_MKLDNN_ENABLED=0", backend.Float32, "by MXNet's own code: "},
	{"MXNET_MKLDNN_ENABLED=0", backend.Float64, "in float64: "},
}

// graphs has MXNet run random graphs, forward and backward, and compares everything that comes out. A graph passes when it
// agrees with one of the recorders.
func (b *bench) graphs(from, to int, keep string) {
	ws := make([]*worker, len(recorders))
	defer func() {
		for _, w := range ws {
			if w != nil {
				w.close()
			}
		}
	}()
	operators, failed, crashes := 0, b.failed, 0
	for i := from; i < to && b.ctx.Err() == nil; i++ {
		if err := b.revive(ws); err != nil {
			b.try(err)
			return
		}
		dir := filepath.Join(b.dir, fmt.Sprintf("graph-%d-%d", b.seed, i))
		g, err := graphs.Draw(rand.New(rand.NewPCG(b.seed, uint64(i))))
		if err == nil {
			err = b.graph(g, dir, ws)
			operators += len(g.Ops)
		}
		if err != nil && cannot(err) {
			crashes, err = crashes+1, nil // nothing to compare with
		}
		if err == nil {
			os.RemoveAll(dir)
			continue
		}
		b.try(fmt.Errorf("graph %d of seed %d: %w", i, b.seed, err))
		if keep != "" {
			b.try(os.MkdirAll(keep, 0o755))
			b.try(os.CopyFS(filepath.Join(keep, filepath.Base(dir)), os.DirFS(dir)))
		}
	}
	failed = b.failed - failed
	fmt.Fprintf(b.out, "%-20s seed %d: %d of %d agree (%d operators)", "random graphs", b.seed, to-from-failed-crashes, to-from, operators)
	if crashes > 0 {
		fmt.Fprintf(b.out, "; MXNet itself fails on %d", crashes)
	}
	fmt.Fprintln(b.out)
}

// revive starts the processes of MXNet's that are not there: some graphs are the end of one.
func (b *bench) revive(ws []*worker) (err error) {
	for i, w := range ws {
		if w == nil || w.dead {
			if ws[i], err = start(b.ctx, b.python, recorders[i].env); err != nil {
				return err
			}
			ws[i].patience = 30 * time.Second // some graphs leave MXNet waiting for itself
		}
	}
	return nil
}

// graph compares one.
func (b *bench) graph(g *graphs.Graph, dir string, ws []*worker) error {
	var why []string
	var theirs error
	for i, w := range ws {
		if err := g.Save(dir, recorders[i].kind); err != nil {
			return err
		}
		err := w.ask("record", request{"dir": dir}, nil)
		refused := err != nil
		if err == nil {
			if err = replay(dir); err == nil {
				return nil
			}
		}
		if cannot(err) || refused && recorders[i].kind == backend.Float64 && len(why) == 0 { // some operators know float32 only
			theirs = err
		} else {
			why = append(why, recorders[i].says+err.Error())
		}
	}
	if len(why) == 0 {
		return theirs
	}
	return fmt.Errorf("%s; it is made of %s", strings.Join(why, "; "), strings.Join(g.Ops, ", "))
}

// cannot tells whether MXNet has died over a graph, or has found a gradient that it does not want where the operator did not
// expect that.
func cannot(err error) bool {
	return errors.As(err, new(died)) || strings.Contains(err.Error(), "== kWriteTo")
}

// replay compares a recorded case.
func replay(dir string) error {
	cases, err := verify.Cases(dir)
	if err != nil {
		return err
	}
	if r := cases[0].Run(verify.Options{}); r.Verdict != verify.Pass {
		return errors.New(r.Why)
	}
	return nil
}
