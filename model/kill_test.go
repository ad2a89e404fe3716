//go:build unix

package model_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/model"
)

// child is set in the process that a kill test starts: it trains and saves until it is killed.
const child = "GOMX_KILL_TEST_PREFIX"

func TestMain(m *testing.M) {
	if prefix := os.Getenv(child); prefix != "" {
		saveForever(prefix)
	}
	os.Exit(m.Run())
}

// saveForever trains tiny epochs with a checkpoint after each, so that about half of its time goes into saving.
func saveForever(prefix string) {
	net, train := toy(64)
	m := model.NewFeedForward(net, model.Epochs(1<<30), model.Log(func(string, ...any) {}))
	fmt.Fprintln(os.Stderr, m.Fit(context.Background(), train, model.Checkpoint(prefix)))
	os.Exit(3)
}

// A process killed at any moment, in the middle of a save too, leaves a newest checkpoint that is whole: parameters and
// the state that belongs to them.
func TestKill9NeverLeavesAnUnreadableCheckpoint(t *testing.T) {
	rounds := 100
	if testing.Short() {
		rounds = 10
	}
	prefix := filepath.Join(t.TempDir(), "net")
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	inSave := 0
	for i := range rounds {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), child+"="+prefix)
		require.NoError(t, cmd.Start())
		before := len(model.CheckpointEpochs(prefix))
		require.Eventually(t, func() bool { return len(model.CheckpointEpochs(prefix)) > before }, 20*time.Second, time.Millisecond)
		if i%2 == 0 {
			time.Sleep(time.Duration(rng.IntN(3000)) * time.Microsecond)
		} else { // a temporary file is there: a save is under way
			for range 20000 {
				if tmp, _ := filepath.Glob(filepath.Join(filepath.Dir(prefix), ".*.tmp")); len(tmp) > 0 {
					break
				}
			}
		}
		require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
		_ = cmd.Wait()
		left, _ := filepath.Glob(filepath.Join(filepath.Dir(prefix), ".*.tmp"))
		if len(left) > 0 {
			inSave++
		}
		epochs := model.CheckpointEpochs(prefix)
		last := epochs[len(epochs)-1]
		warned := false
		_, err := model.Load(prefix, last, model.Log(func(string, ...any) { warned = true }))
		require.NoError(t, err, "round %d, epoch %d", i, last)
		require.False(t, warned, "round %d: the state of epoch %d does not belong to its parameters", i, last)
		for _, f := range left {
			require.NoError(t, os.Remove(f))
		}
		for _, e := range epochs[:len(epochs)-1] { // keep the folder small
			_ = os.Remove(model.ParamsFile(prefix, e))
			_ = os.Remove(model.StatesFile(prefix, e))
		}
	}
	t.Logf("%d of %d kills fell into a save", inSave, rounds)
	assert.Greater(t, inSave, rounds/5)
}
