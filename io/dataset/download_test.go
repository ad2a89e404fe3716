package dataset

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const trainImages, trainLabels = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"

var packedNames = []string{"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"}

// online is a world with one server as its mirror.
func online(t *testing.T) (*world, *server) {
	w := newWorld(t)
	s := w.serve(t)
	w.config.mirrors = []string{s.base()}
	return w, s
}

func TestDownload(t *testing.T) {
	w, s := online(t)
	dir := filepath.Join(t.TempDir(), "new", "folder")
	last := map[string]int64{}
	w.config.progress = func(name string, done, total int64) {
		assert.Greater(t, done, last[name])
		assert.EqualValues(t, len(w.packed[name[:len(name)-3]]), total)
		last[name] = done
	}
	f, err := w.config.find(t.Context(), dir)
	require.NoError(t, err)
	w.requireFound(t, f, dir)
	require.Equal(t, fmt.Sprintf("download in %q", dir), f.Source)
	requireNames(t, dir, packedNames...)
	for name, b := range w.packed {
		require.EqualValues(t, len(b), last[name+gz])
	}
	// The second time they are there.
	s.Close()
	f, err = w.config.find(t.Context(), dir)
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("folder %q", dir), f.Source)
}

func TestDownloadIntoTheCache(t *testing.T) {
	w, s := online(t)
	f, err := w.config.find(t.Context(), "")
	require.NoError(t, err)
	w.requireFound(t, f, w.cache)
	s.Close()
	f, err = w.config.find(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("cache %q", w.cache), f.Source)
}

// A cached file that went bad is fetched again: the cache is not the user's.
func TestDamagedCacheIsReplaced(t *testing.T) {
	w, s := online(t)
	w.fill(t, w.cache, true)
	put(t, w.cache, trainImages+gz, w.packed[trainImages][:1000])
	f, err := w.config.find(t.Context(), "")
	require.NoError(t, err)
	w.requireFound(t, f, w.cache)
	require.Equal(t, 1, s.count())
}

// A folder that cannot be written (here it would lie below a file, which stops root too) is no reason to give up.
func TestFolderThatCannotBeWritten(t *testing.T) {
	w, _ := online(t)
	other := t.TempDir()
	put(t, other, "file", nil)
	dir := filepath.Join(other, "file", "below")
	f, err := w.config.fromServers(t.Context(), w.config.mirrors, dir, w.cache)
	require.NoError(t, err)
	w.requireFound(t, f, w.cache)
	requireNames(t, other, "file")

	_, err = w.config.fromServers(t.Context(), w.config.mirrors, dir, "")
	require.ErrorContains(t, err, "there is no folder to keep a download in: ")
	require.ErrorContains(t, err, filepath.Join(other, "file"))
	_, err = w.config.fromServers(t.Context(), w.config.mirrors, "", "")
	require.ErrorContains(t, err, "none was named, and the user has no cache folder")
}

func TestResumeAfterACut(t *testing.T) {
	w, s := online(t)
	b := w.packed[trainImages]
	s.special[trainImages] = []http.HandlerFunc{cutAfter(b, 70_000), cutAfter(b, 10_000), status(503), cutAfter(b, 5000)}
	dir := t.TempDir()
	f, err := w.config.find(t.Context(), dir)
	require.NoError(t, err)
	w.requireFound(t, f, dir)
	require.Equal(t, []string{"", "bytes=70000-", "bytes=80000-", "bytes=80000-", "bytes=85000-"}, s.asked(trainImages))
}

// What one call could not finish, the next goes on with: here the server answers no more after the cut.
func TestResumeInTheNextCall(t *testing.T) {
	w, s := online(t)
	b := w.packed[trainImages]
	s.special[trainImages] = []http.HandlerFunc{cutAfter(b, 70_000), status(404)}
	dir := t.TempDir()
	_, err := w.config.find(t.Context(), dir)
	require.ErrorContains(t, err, s.base()+"/train-images-idx3-ubyte.gz: 404 Not Found")
	requireNames(t, dir, trainImages+gz+part)
	f, err := w.config.find(t.Context(), dir)
	require.NoError(t, err)
	w.requireFound(t, f, dir)
	require.Equal(t, []string{"", "bytes=70000-", "bytes=70000-"}, s.asked(trainImages))
	requireNames(t, dir, packedNames...)
}

// A process that died between renames left names and .part files, all whole: nothing is fetched.
func TestResumeAmongTheRenames(t *testing.T) {
	w, s := online(t)
	dir := t.TempDir()
	for i, f := range w.config.files {
		put(t, dir, f.name+gz+[]string{"", "", part, part}[i], w.packed[f.name])
	}
	f, err := w.config.find(t.Context(), dir)
	require.NoError(t, err)
	w.requireFound(t, f, dir)
	require.Zero(t, s.count())
	requireNames(t, dir, packedNames...)
}

// A .part file of something else does no harm, whatever its length.
func TestForeignPartFile(t *testing.T) {
	for _, n := range []int{1, 1000, 0, 1 << 20} {
		w, s := online(t)
		if n == 0 {
			n = len(w.packed[trainImages])
		}
		dir := t.TempDir()
		put(t, dir, trainImages+gz+part, bytes.Repeat([]byte("x"), n))
		f, err := w.config.find(t.Context(), dir)
		require.NoError(t, err)
		w.requireFound(t, f, dir)
		require.Equal(t, "", s.asked(trainImages)[len(s.asked(trainImages))-1], "the last request is for all of it")
	}
}

func TestServerIgnoresRange(t *testing.T) {
	w, s := online(t)
	b := w.packed[trainImages]
	s.special[trainImages] = []http.HandlerFunc{cutAfter(b, 70_000), whole(b)}
	f, err := w.config.find(t.Context(), "")
	require.NoError(t, err)
	w.requireFound(t, f, w.cache)
	require.Equal(t, []string{"", "bytes=70000-"}, s.asked(trainImages))
}

func TestServerSendsAnotherRange(t *testing.T) {
	w, s := online(t)
	b := w.packed[trainImages]
	wrong := func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Range", fmt.Sprintf("bytes 5-%d/%d", len(b)-1, len(b)))
		rw.WriteHeader(http.StatusPartialContent)
		_, _ = rw.Write(b[5:])
	}
	s.special[trainImages] = []http.HandlerFunc{cutAfter(b, 70_000), wrong, cutAfter(b, 60_000), status(416)}
	f, err := w.config.find(t.Context(), "")
	require.NoError(t, err)
	w.requireFound(t, f, w.cache)
	require.Equal(t, []string{"", "bytes=70000-", "", "bytes=60000-", ""}, s.asked(trainImages))
}

// Wrong bytes: the error says what is wrong, and no file is left behind.
func TestWrongBytes(t *testing.T) {
	for _, c := range []struct {
		name, says string
		change     func(b []byte) []byte
	}{
		{"one bit", "its contents are wrong: SHA-256 ", func(b []byte) []byte { b[70_001] ^= 4; return b }},
		{"short", "it has 1000 bytes, want ", func(b []byte) []byte { return b[:1000] }},
		{"page", "bytes, want ", func([]byte) []byte { return []byte("<html>Please log in</html>") }},
		{"page", "it looks like an HTML page", func([]byte) []byte { return []byte("<html>Please log in</html>") }},
		{"not gzip", "it is not a gzip file", func(b []byte) []byte { b[0] = 0; return b }},
	} {
		w, s := online(t)
		b := c.change(bytes.Clone(w.packed[trainImages]))
		s.special[trainImages] = slices.Repeat([]http.HandlerFunc{whole(b)}, 9)
		dir := t.TempDir()
		_, err := w.config.find(t.Context(), dir)
		require.ErrorContains(t, err, c.says, c.name)
		require.ErrorContains(t, err, s.base()+"/train-images-idx3-ubyte.gz: ")
		requireNames(t, dir)
		require.Len(t, s.asked(trainImages), 1, "the same server would send the same again")
	}
}

// A chunked answer tells no length: too little is noticed, too much is not read.
func TestAnswersWithoutLength(t *testing.T) {
	chunked := func(b []byte) http.HandlerFunc {
		return func(rw http.ResponseWriter, _ *http.Request) {
			rw.(http.Flusher).Flush()
			_, _ = rw.Write(b)
		}
	}
	w, s := online(t)
	b := w.packed[trainImages]
	s.special[trainImages] = []http.HandlerFunc{chunked(b[:90_000]), status(500), chunked(append(bytes.Clone(b), "more"...))}
	f, err := w.config.find(t.Context(), "")
	require.NoError(t, err)
	w.requireFound(t, f, w.cache)
	require.Equal(t, []string{"", "bytes=90000-", "bytes=90000-"}, s.asked(trainImages))

	w, s = online(t)
	s.special[trainImages] = []http.HandlerFunc{chunked([]byte("<!DOCTYPE html>"))}
	_, err = w.config.find(t.Context(), "")
	require.ErrorContains(t, err, "it is not a gzip file: it looks like an HTML page")
}

func TestOtherMirrors(t *testing.T) {
	w, good := online(t)
	bad, gone := w.serve(t), w.serve(t)
	gone.Close()
	damaged := bytes.Clone(w.packed[trainImages])
	damaged[80_000]++
	bad.special[trainImages] = []http.HandlerFunc{whole(damaged)}
	w.config.mirrors = []string{gone.base(), bad.base(), good.base() + "/"}
	f, err := w.config.find(t.Context(), "")
	require.NoError(t, err)
	w.requireFound(t, f, w.cache)
	require.Equal(t, 1, bad.count())
	require.Equal(t, 4, good.count(), "the server that worked stays the first")
}

func TestDataURLComesFirst(t *testing.T) {
	w, mirror := online(t)
	mine := w.serve(t)
	t.Setenv(DataURL, mine.base())
	f, err := w.config.find(t.Context(), "")
	require.NoError(t, err)
	w.requireFound(t, f, w.cache)
	require.Equal(t, 4, mine.count())
	require.Zero(t, mirror.count())

	t.Setenv(DataURL, "/data/mnist")
	_, err = w.config.find(t.Context(), "")
	require.ErrorContains(t, err, `GOMX_DATA_URL is "/data/mnist", want the http:// or https:// address`)
}

func TestServerErrors(t *testing.T) {
	for code, requests := range map[int]int{404: 1, 403: 1, 500: 4, 429: 4} {
		w, s := online(t)
		s.special[trainImages] = slices.Repeat([]http.HandlerFunc{status(code)}, 9)
		dir := t.TempDir()
		_, err := w.config.find(t.Context(), dir)
		require.ErrorContains(t, err, fmt.Sprintf("gz: %d %s", code, http.StatusText(code)))
		require.ErrorContains(t, err, "MNIST is not on this machine and cannot be fetched (")
		require.Equal(t, requests, s.count())
		requireNames(t, dir)
	}
}

func TestStalledConnection(t *testing.T) {
	w, s := online(t)
	w.config.stall = 500 * time.Millisecond
	release := make(chan struct{})
	defer close(release)
	b := w.packed[trainImages]
	s.special[trainImages] = []http.HandlerFunc{func(rw http.ResponseWriter, r *http.Request) {
		http.ServeContent(&staller{rw, 70_000, release}, r, "", time.Time{}, bytes.NewReader(b))
	}}
	f, err := w.config.find(t.Context(), "")
	require.NoError(t, err)
	w.requireFound(t, f, w.cache)
	require.Equal(t, []string{"", "bytes=70000-"}, s.asked(trainImages))
}

// A server that takes the request and never answers.
func TestSilentServer(t *testing.T) {
	w, s := online(t)
	w.config.stall = 500 * time.Millisecond
	release := make(chan struct{})
	defer close(release)
	s.special[trainImages] = []http.HandlerFunc{func(http.ResponseWriter, *http.Request) { <-release }}
	f, err := w.config.find(t.Context(), "")
	require.NoError(t, err)
	w.requireFound(t, f, w.cache)
	w.config.attempts = 1
	s.special[trainImages] = []http.HandlerFunc{func(http.ResponseWriter, *http.Request) { <-release }}
	_, err = w.config.fromServers(t.Context(), w.config.mirrors, t.TempDir(), "")
	require.ErrorContains(t, err, "gz: nothing came for 500ms")
}

type staller struct {
	http.ResponseWriter
	left    int
	release chan struct{}
}

func (s *staller) Write(p []byte) (int, error) {
	n, _ := s.ResponseWriter.Write(p[:min(len(p), s.left)])
	if s.left -= n; s.left == 0 {
		s.ResponseWriter.(http.Flusher).Flush()
		<-s.release
		return n, io.ErrClosedPipe
	}
	return n, nil
}

// Ctrl-C in the middle: the call ends at once, and what came stays for the next.
func TestCancel(t *testing.T) {
	w, _ := online(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.config.progress = func(_ string, done, _ int64) {
		if done > 10_000 {
			cancel()
		}
	}
	dir := t.TempDir()
	_, err := w.config.find(ctx, dir)
	require.ErrorIs(t, err, context.Canceled)
	requireNames(t, dir, trainImages+gz+part)
	_, err = w.config.find(ctx, dir)
	require.ErrorIs(t, err, context.Canceled)
	w.config.progress = func(string, int64, int64) {}
	f, err := w.config.find(t.Context(), dir)
	require.NoError(t, err)
	w.requireFound(t, f, dir)
}

// Workers that start together on one machine download once.
func TestSeveralAtOnce(t *testing.T) {
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Skip("this system has no locks between processes")
	}
	w, s := online(t)
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			f, err := w.config.find(t.Context(), dir)
			if assert.NoError(t, err) {
				assert.Equal(t, dir, filepath.Dir(f.TestLabels))
			}
		})
	}
	wg.Wait()
	require.Equal(t, 4, s.count())
	requireNames(t, dir, packedNames...)

}

func TestLock(t *testing.T) {
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Skip("this system has no locks between processes")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "lock")
	unlock, err := lock(t.Context(), path)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err = lock(ctx, path)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	// One who waited on the file that the first one removes must not be content with that.
	next := make(chan func())
	go func() {
		unlock, err := lock(t.Context(), path)
		assert.NoError(t, err)
		next <- unlock
	}()
	time.Sleep(50 * time.Millisecond)
	unlock()
	unlock = <-next
	requireNames(t, dir, "lock")
	unlock()
	requireNames(t, dir)
}

func TestNothingAnywhere(t *testing.T) {
	w := newWorld(t)
	_, err := w.config.find(t.Context(), "")
	require.ErrorContains(t, err, "put its four files, train-images-idx3-ubyte.gz and so on, into a folder and name that, or set GOMX_DATA_URL")
}
