package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// module is a file of PTX.
type module struct {
	path, name string // name is short, for messages
	target     int    // the lowest architecture it is for
	kernels    []entry
}

// entry is a kernel and the line where it begins.
type entry struct {
	name string
	line int
}

var (
	targetLine = regexp.MustCompile(`(?m)^\s*\.target\s+sm_(\d+)([a-z]*)`)
	entryLine  = regexp.MustCompile(`(?m)^\s*(?:\.visible\s+|\.weak\s+)?\.entry\s+([\w$]+)`)
)

// embedded finds the PTX that go:embed puts into cuda and the packages below.
func embedded() ([]string, error) {
	list := exec.Command("go", "list", "-find", "-json=Dir,EmbedFiles", "github.com/gomx-org/gomx/cuda/...")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var files []string
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir        string
			EmbedFiles []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for _, f := range p.EmbedFiles {
			if strings.HasSuffix(f, ".ptx") {
				files = append(files, filepath.Join(p.Dir, f))
			}
		}
	}
	if len(files) == 0 {
		return nil, errors.New("package cuda embeds no PTX")
	}
	return files, nil
}

func readModule(path string) (*module, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseModule(path, string(b))
}

func parseModule(path, text string) (*module, error) {
	m := &module{path: path, name: filepath.Base(path)}
	target := targetLine.FindStringSubmatch(text)
	if target == nil {
		return nil, fmt.Errorf("%s has no .target", path)
	}
	if target[2] != "" {
		return nil, fmt.Errorf("%s is for sm_%s%s, which no other GPU runs; want a plain sm_%s", path, target[1], target[2], target[1])
	}
	m.target, _ = strconv.Atoi(target[1])
	for _, at := range entryLine.FindAllStringSubmatchIndex(text, -1) {
		m.kernels = append(m.kernels, entry{text[at[2]:at[3]], 1 + strings.Count(text[:at[2]], "\n")})
	}
	if len(m.kernels) == 0 {
		return nil, fmt.Errorf("%s has no kernel", path)
	}
	return m, nil
}

// kernelAt names the kernel that a line belongs to.
func (m *module) kernelAt(line int) string {
	name := "before the first kernel"
	for _, k := range m.kernels {
		if k.line <= line {
			name = k.name
		}
	}
	return name
}
