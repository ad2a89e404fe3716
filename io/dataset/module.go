package dataset

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// goTime is how long the go command may take to fetch 12 MB; without a network it gives up by itself, but late.
const goTime = 5 * time.Minute

const moduleSource = "Go module " + modulePath

// fromModuleCache looks where the go command keeps modules: first where it does so by default, then where it says.
func (c *config) fromModuleCache(ctx context.Context) (Files, error) {
	f, err := c.fromModuleRoots(ctx, moduleRoots())
	if !errors.Is(err, errNone) {
		return f, err
	}
	out, err := goCommand(ctx, "env", "GOMODCACHE")
	if err != nil {
		return Files{}, errNone // no go command, or one too old to know
	}
	return c.fromModuleRoots(ctx, []string{string(bytes.TrimSpace(out))})
}

func (c *config) fromModuleRoots(ctx context.Context, roots []string) (Files, error) {
	for _, root := range roots {
		if !filepath.IsAbs(root) {
			continue
		}
		dir := filepath.Join(root, filepath.FromSlash(moduleFolder)+"@"+moduleVersion, "data")
		if f, err := c.genuineFolder(ctx, dir, moduleSource); !errors.Is(err, errNone) {
			return f, err
		}
	}
	return Files{}, errNone
}

// moduleRoots are the folders that the environment implies for the module cache, as the go command reads it.
func moduleRoots() []string {
	if root := os.Getenv("GOMODCACHE"); root != "" {
		return []string{root}
	}
	gopath := filepath.SplitList(os.Getenv("GOPATH"))
	if len(gopath) == 0 {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil
		}
		gopath = []string{filepath.Join(home, "go")}
	}
	return []string{filepath.Join(gopath[0], "pkg", "mod")}
}

// fromGoCommand downloads the module with the go command.
func (c *config) fromGoCommand(ctx context.Context) (Files, error) {
	limited, cancel := context.WithTimeout(ctx, goTime)
	defer cancel()
	out, err := goCommand(limited, "mod", "download", "-json", modulePath+"@"+moduleVersion)
	if errors.Is(err, exec.ErrNotFound) {
		return Files{}, errNone
	}
	var answer struct{ Dir, Error string }
	_ = json.Unmarshal(out, &answer) // without an answer, err says what happened
	if answer.Error != "" {
		return Files{}, fmt.Errorf("go mod download: %s", firstLine(answer.Error))
	}
	if err != nil {
		return Files{}, fmt.Errorf("go mod download: %w", err)
	}
	f, err := c.genuineFolder(ctx, filepath.Join(answer.Dir, "data"), moduleSource)
	if errors.Is(err, errNone) {
		return Files{}, fmt.Errorf("go mod download: %q does not hold the files", answer.Dir)
	}
	return f, err
}

// goCommand runs the go command and gives what it prints, also when it fails. It runs in a folder of its own and with
// its own flags, so that the project in the current folder neither matters nor changes.
func goCommand(ctx context.Context, args ...string) ([]byte, error) {
	name, err := exec.LookPath("go")
	if err != nil {
		return nil, exec.ErrNotFound
	}
	dir, err := os.MkdirTemp("", "gomx-go-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GO111MODULE=on", "GOFLAGS=-mod=mod", "GOWORK=off", "GOTOOLCHAIN=local")
	cmd.WaitDelay = time.Second // a program that go started may hold the pipe after go was stopped
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		} else if line := firstLine(stderr.String()); line != "" {
			err = fmt.Errorf("%w: %s", err, line)
		}
		return stdout.Bytes(), err
	}
	return stdout.Bytes(), nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
