package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// part is the end of the name of a file of which not all was fetched.
const part = ".part"

// fromUser looks into the folder that the user named. The error is errNone when it holds none of the files, or only
// those of a download of ours that is to be resumed.
func (c *config) fromUser(ctx context.Context, dir string) (Files, error) {
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return Files{}, errNone
	case err != nil:
		return Files{}, err
	case !info.IsDir():
		return Files{}, fmt.Errorf("%q is a file, want the folder that holds MNIST's four files", dir)
	}
	var present [4]string
	holds, unfinished, missing := 0, 0, ""
	for i := range c.files {
		name := c.files[i].name
		p, err := locate(dir, name)
		if err != nil {
			return Files{}, err
		}
		if present[i] = p; p != "" {
			holds++
		} else if isFile(filepath.Join(dir, name+gz+part)) {
			unfinished++
		} else if missing == "" {
			missing = name
		}
	}
	if holds == 0 {
		return Files{}, errNone
	}
	if missing != "" {
		return Files{}, fmt.Errorf("%q holds %d of MNIST's 4 files, but neither %s nor %s: add it, or name another folder",
			dir, holds, missing, missing+gz)
	}
	if err := c.checkAll(ctx, present, unfinished > 0); err != nil {
		return Files{}, err
	}
	if unfinished > 0 {
		return Files{}, errNone
	}
	return paths(present, fmt.Sprintf("folder %q", dir)), nil
}

// checkAll checks the files that are there. Beside an unfinished download they are part of it, so they must be genuine.
func (c *config) checkAll(ctx context.Context, present [4]string, unfinished bool) error {
	var files [4]found
	for i, p := range present {
		if p == "" {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if files[i], err = c.files[i].check(p); err != nil {
			return err
		}
		if unfinished && !files[i].genuine {
			return fmt.Errorf("%q lies beside an unfinished download but is not MNIST's file: the SHA-256 of its contents is %s, want %s",
				p, files[i].sum, c.files[i].plain)
		}
	}
	if unfinished {
		return nil
	}
	return c.agree(files)
}

// locate gives the path of a file, plain or packed, or "".
func locate(dir, name string) (string, error) {
	for _, p := range []string{filepath.Join(dir, name), filepath.Join(dir, name+gz)} {
		switch info, err := os.Stat(p); {
		case err == nil && info.Mode().IsRegular():
			return p, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
	}
	return "", nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// genuineFolder gives the packed files of a folder that is not the user's: all four with the sums of the table.
func (c *config) genuineFolder(ctx context.Context, dir, source string) (Files, error) {
	var p [4]string
	for i := range c.files {
		if err := ctx.Err(); err != nil {
			return Files{}, err
		}
		p[i] = filepath.Join(dir, c.files[i].name+gz)
		err := c.files[i].genuine(p[i])
		if errors.Is(err, fs.ErrNotExist) {
			return Files{}, errNone
		}
		if err != nil {
			return Files{}, err
		}
	}
	return paths(p, source), nil
}

// fromCache looks for an earlier download.
func (c *config) fromCache(ctx context.Context, cache string) (Files, error) {
	if cache == "" {
		return Files{}, errNone
	}
	return c.genuineFolder(ctx, cache, fmt.Sprintf("cache %q", cache))
}
