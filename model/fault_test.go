package model

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/internal/atomicfile"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/model/zoo"
)

var errFault = errors.New("no space left on device")

// failing is a file system whose n-th operation, and all after it, fail.
type failing struct {
	atomicfile.FS
	n int
}

func (f *failing) step() error {
	if f.n--; f.n < 0 {
		return errFault
	}
	return nil
}

func (f *failing) Create(name string) (atomicfile.Temp, error) {
	if err := f.step(); err != nil {
		return nil, err
	}
	t, err := f.FS.Create(name)
	return &failingTemp{t, f}, err
}

func (f *failing) Rename(from, to string) error {
	if err := f.step(); err != nil {
		return err
	}
	return f.FS.Rename(from, to)
}

type failingTemp struct {
	atomicfile.Temp
	f *failing
}

func (t *failingTemp) Write(p []byte) (int, error) {
	if err := t.f.step(); err != nil {
		return 0, err
	}
	return t.Temp.Write(p)
}

func (t *failingTemp) Sync() error {
	if err := t.f.step(); err != nil {
		return err
	}
	return t.Temp.Sync()
}

// Whichever operation of whichever save fails: Fit ends with an error that names a file, no temporary file stays, and the
// newest checkpoint is whole and has the state that belongs to it.
func TestEveryFaultInASave(t *testing.T) {
	net, err := zoo.Open("mlp", 3)
	require.NoError(t, err)
	data, err := mxio.NewNDArrayIter(mxio.Floats(make([]float32, 64*4), 64, 4), mxio.Floats(make([]float32, 64)), mxio.BatchSize(32))
	require.NoError(t, err)
	quiet := Log(func(string, ...any) {})
	saves := 0
	for n := 0; ; n++ {
		dir := t.TempDir()
		prefix := filepath.Join(dir, "net")
		m := NewFeedForward(net, Epochs(2), quiet)
		err := m.Fit(context.Background(), data, Checkpoint(prefix), onFS(&failing{atomicfile.OS, n}))
		if err == nil {
			break // more operations than two saves have
		}
		saves++
		require.ErrorIs(t, err, errFault)
		require.ErrorContains(t, err, "net-")
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, e := range entries {
			_, temp := atomicfile.IsTemp(e.Name())
			require.False(t, temp, "fault %d left %s", n, e.Name())
		}
		for _, epoch := range CheckpointEpochs(prefix) {
			warned := false
			_, err := Load(prefix, epoch, Log(func(string, ...any) { warned = true }))
			require.NoError(t, err, "fault %d", n)
			require.False(t, warned, "fault %d: epoch %d has no state of its own", n, epoch)
		}
	}
	assert.Greater(t, saves, 15)
}
