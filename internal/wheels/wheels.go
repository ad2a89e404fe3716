// Package wheels fetches pinned packages of the Python index, for checks that need tools or headers which are nowhere else.
// A wheel is a zip file; nothing is installed and no Python runs but pip, which knows the user's index and proxies.
package wheels

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Wheel is a pinned package. Hashes are SHA-256 of its files, one for each kind of machine.
type Wheel struct {
	Name, Version string
	Hashes        []string
}

var requirement = regexp.MustCompile(`^([\w.-]+)==([\w.]+)((?:\s+--hash=sha256:[0-9a-f]{64})+)$`)

// Parse reads pip's requirements: lines NAME==VERSION --hash=sha256:… and comments that begin with #.
func Parse(text string) ([]Wheel, error) {
	var all []Wheel
	for i, line := range strings.Split(strings.ReplaceAll(text, "\\\n", " "), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		m := requirement.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("requirement %d is %q, want NAME==VERSION --hash=sha256:…", i+1, line)
		}
		w := Wheel{Name: m[1], Version: m[2]}
		for _, h := range strings.Fields(m[3]) {
			w.Hashes = append(w.Hashes, strings.TrimPrefix(h, "--hash=sha256:"))
		}
		all = append(all, w)
	}
	return all, nil
}

func (w *Wheel) String() string { return w.Name + " " + w.Version }

// Cache is the folder where wheels are kept: gomx/wheels in the user's cache.
func Cache() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "gomx", "wheels")
	return dir, os.MkdirAll(dir, 0o755)
}

// Fetch gives the path of the wheel, which pip downloads when the cache has none with a right hash. progress, which may be
// nil, hears of a download.
func (w *Wheel) Fetch(progress io.Writer) (string, error) {
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	for _, h := range w.Hashes {
		path := filepath.Join(cache, h+".whl")
		if got, err := hash(path); err == nil && got == h {
			return path, nil
		}
	}
	if progress != nil {
		fmt.Fprintf(progress, "fetching %v\n", w)
	}
	path, err := w.download(cache)
	if err != nil {
		return "", fmt.Errorf("%v: %w", w, err)
	}
	return path, nil
}

func (w *Wheel) download(cache string) (string, error) {
	pip, err := findPip()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(cache, "download-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	list := filepath.Join(dir, "requirements.txt")
	line := w.Name + "==" + w.Version
	for _, h := range w.Hashes {
		line += " --hash=sha256:" + h
	}
	if err := os.WriteFile(list, []byte(line+"\n"), 0o644); err != nil {
		return "", err
	}
	args := append(pip[1:], "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-cache-dir", "--dest", dir, "--requirement", list)
	if out, err := exec.Command(pip[0], args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("pip cannot fetch it: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(files) != 1 {
		return "", fmt.Errorf("pip left %d wheels, want one: %v", len(files), err)
	}
	got, err := hash(files[0])
	if err != nil {
		return "", err
	}
	if !slices.Contains(w.Hashes, got) {
		return "", fmt.Errorf("%s has SHA-256 %s, want %s", filepath.Base(files[0]), got, strings.Join(w.Hashes, " or "))
	}
	path := filepath.Join(cache, got+".whl")
	return path, os.Rename(files[0], path)
}

// findPip gives the command that is pip.
func findPip() ([]string, error) {
	for _, pip := range [][]string{{"python3", "-m", "pip"}, {"pip3"}} {
		if exec.Command(pip[0], append(pip[1:len(pip):len(pip)], "--version")...).Run() == nil {
			return pip, nil
		}
	}
	return nil, errors.New("there is no pip to fetch it with; on Debian: apt-get install --no-install-recommends python3-pip")
}

func hash(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
