package dataset

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/io/idx"
)

// world is a small data set in MNIST's form, known to the table of its config, and nothing else: no module cache, no
// earlier downloads, no go command, no servers.
type world struct {
	plain, packed map[string][]byte
	config        *config
	cache         string
}

func newWorld(t *testing.T, bases ...string) *world {
	home := t.TempDir()
	for _, v := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData", "USERPROFILE", "home"} {
		t.Setenv(v, home)
	}
	for _, v := range []string{"PATH", "GOPATH", DataURL} {
		t.Setenv(v, "")
	}
	t.Setenv("GOMODCACHE", t.TempDir())
	w := &world{plain: map[string][]byte{}, packed: map[string][]byte{}, cache: cacheFolder()}
	w.config = newConfig([]Option{Mirrors(bases...)})
	w.config.pause, w.config.stall = time.Millisecond, 5*time.Second
	for i := range w.config.files {
		f := &w.config.files[i]
		*f = w.add(t, f.name, f.dims, []int{300, 300, 200, 200}[i], uint64(i))
	}
	return w
}

// add makes a file of noise and its row of the table.
func (w *world) add(t *testing.T, name string, dims, count int, seed uint64) file {
	w.plain[name] = encode(t, dims, count, seed)
	w.packed[name] = pack(t, w.plain[name])
	return file{name: name, dims: dims, size: int64(len(w.packed[name])), packed: sum(w.packed[name]), plain: sum(w.plain[name])}
}

func encode(t *testing.T, dims, count int, seed uint64) []byte {
	shape := backend.Shape{count, 20, 20}[:dims]
	a := &idx.Array{Shape: shape, Data: make([]uint8, shape.Size())}
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range a.Data {
		a.Data[i] = uint8(r.Uint32())
	}
	var b bytes.Buffer
	require.NoError(t, idx.Write(&b, a))
	return b.Bytes()
}

func pack(t *testing.T, b []byte) []byte {
	var w bytes.Buffer
	z := gzip.NewWriter(&w)
	_, err := z.Write(b)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return w.Bytes()
}

func sum(b []byte) string { s := sha256.Sum256(b); return hex.EncodeToString(s[:]) }

func put(t *testing.T, dir, name string, b []byte) {
	require.NoError(t, os.MkdirAll(dir, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o666))
}

// fill puts all files into a folder, packed or plain.
func (w *world) fill(t *testing.T, dir string, packed bool) {
	for name := range w.plain {
		if packed {
			put(t, dir, name+gz, w.packed[name])
		} else {
			put(t, dir, name, w.plain[name])
		}
	}
}

// requireFound checks that files are whole and right, wherever they are.
func (w *world) requireFound(t *testing.T, f Files, dir string) {
	t.Helper()
	for i, p := range []string{f.TrainImages, f.TrainLabels, f.TestImages, f.TestLabels} {
		name := w.config.files[i].name
		require.Equal(t, dir, filepath.Dir(p))
		require.Equal(t, name, strings.TrimSuffix(filepath.Base(p), gz))
		b, err := os.ReadFile(p)
		require.NoError(t, err)
		if strings.HasSuffix(p, gz) {
			require.Equal(t, sum(w.packed[name]), sum(b))
		} else {
			require.Equal(t, sum(w.plain[name]), sum(b))
		}
	}
}

// requireNames checks that a folder holds these names and no others.
func requireNames(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	got := []string{}
	for _, e := range entries {
		got = append(got, e.Name())
	}
	require.ElementsMatch(t, names, got)
}

// request is what a server was asked for.
type request struct{ name, ranges string }

// server serves the packed files. Where special has an answer for a file, that comes instead, once for each of its elements.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []request
	special  map[string][]http.HandlerFunc
}

func (w *world) serve(t *testing.T) *server {
	s := &server{special: map[string][]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/data/"), gz)
		s.mu.Lock()
		s.requests = append(s.requests, request{name, r.Header.Get("Range")})
		var answer http.HandlerFunc
		if q := s.special[name]; len(q) > 0 {
			answer, s.special[name] = q[0], q[1:]
		}
		s.mu.Unlock()
		if answer != nil {
			answer(rw, r)
			return
		}
		if b, ok := w.packed[name]; ok {
			http.ServeContent(rw, r, "", time.Time{}, bytes.NewReader(b))
			return
		}
		http.NotFound(rw, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) base() string { return s.URL + "/data" }

// count is the number of requests so far.
func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// asked are the ranges asked of one file.
func (s *server) asked(name string) (ranges []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		if r.name == name {
			ranges = append(ranges, r.ranges)
		}
	}
	return ranges
}

// cutAfter answers with the beginning of b and then drops the connection.
func cutAfter(b []byte, n int) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		http.ServeContent(&cutter{rw, n}, r, "", time.Time{}, bytes.NewReader(b))
	}
}

type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p[:min(len(p), c.left)])
	if c.left -= n; c.left == 0 {
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}

func status(code int) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(code) }
}

// whole answers with b whatever range was asked for.
func whole(b []byte) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write(b) }
}
