package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// fromServers fetches the files into dir or, where that cannot be written, into the cache. They get their names when
// all four are there and right; until then they end in .part, and a later call goes on with them.
func (c *config) fromServers(ctx context.Context, bases []string, dir, cache string) (Files, error) {
	if len(bases) == 0 {
		return Files{}, errNone
	}
	folder, unlock, err := place(ctx, dir, cache)
	if err != nil {
		return Files{}, err
	}
	defer unlock()
	source := fmt.Sprintf("download in %q", folder)
	// Another process may have fetched them while this one waited for the lock.
	if f, err := c.genuineFolder(ctx, folder, source); err == nil {
		return f, nil
	}
	for i := range c.files {
		if bases, err = c.fetch(ctx, bases, folder, &c.files[i]); err != nil {
			return Files{}, err
		}
	}
	for i := range c.files {
		name := filepath.Join(folder, c.files[i].name+gz)
		if err := os.Rename(name+part, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Files{}, err
		}
	}
	return c.genuineFolder(ctx, folder, source)
}

// place chooses the folder for a download and locks it.
func place(ctx context.Context, dir, cache string) (folder string, unlock func(), err error) {
	failed := []string{}
	for _, folder := range []string{dir, cache} {
		if folder == "" {
			continue
		}
		err := os.MkdirAll(folder, 0o777)
		if err == nil {
			unlock, err = lock(ctx, filepath.Join(folder, ".mnist.lock"))
		}
		if err == nil || ctx.Err() != nil {
			return folder, unlock, err
		}
		failed = append(failed, err.Error())
	}
	if len(failed) == 0 {
		return "", nil, errors.New("there is no folder to keep a download in: none was named, and the user has no cache folder")
	}
	return "", nil, fmt.Errorf("there is no folder to keep a download in: %s", strings.Join(failed, ", "))
}

// fetch gets one file, as .part, from the first server that has it right. It returns the servers with that one first.
func (c *config) fetch(ctx context.Context, bases []string, folder string, f *file) ([]string, error) {
	name := filepath.Join(folder, f.name+gz)
	if f.genuine(name) == nil || f.genuine(name+part) == nil {
		return bases, nil
	}
	var failed []string
	for i, base := range bases {
		t := &transfer{config: c, file: f, url: strings.TrimSuffix(base, "/") + "/" + f.name + gz, path: name + part}
		err := t.run(ctx)
		if err == nil {
			rest := append([]string{base}, bases[:i]...)
			return append(rest, bases[i+1:]...), nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
		failed = append(failed, fmt.Sprintf("%s: %v", t.url, err))
	}
	return nil, errors.New(strings.Join(failed, "; "))
}
