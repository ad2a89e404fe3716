//go:build cgo

package cpu

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// forkJoins is an entry of n calls that copy nothing, cut into pieces each.
func forkJoins(t testing.TB, n, pieces int) *bound {
	t.Helper()
	x := &executable{dev: levels()[0]}
	cx := &compileCtx{dev: x.dev}
	for range n {
		cx.emitCopy(place{}, place{}, 1)
		cx.steps[len(cx.steps)-1].Pieces = pieces
	}
	b := &bound{x: x, en: &entry{steps: cx.steps, segments: []segment{{from: 0, to: n}}}}
	require.NoError(t, b.fillCalls(nil))
	return b
}

// How long an empty call takes: one piece on the calling thread, or two shared with another thread (fork and join).
func BenchmarkForkJoin(b *testing.B) {
	defer SetThreads(0)
	for _, threads := range []int{1, 2} {
		require.NoError(b, SetThreads(threads))
		for _, pieces := range []int{1, 2, 16} {
			e := forkJoins(b, 1000, pieces)
			b.Run(fmt.Sprintf("threads=%d/pieces=%d", threads, pieces), func(b *testing.B) {
				for range b.N {
					e.runC(0, 1000)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/call")
			})
		}
	}
}

func BenchmarkSegment(b *testing.B) {
	e := forkJoins(b, 1, 1)
	for range b.N {
		e.runC(0, 1)
	}
}
