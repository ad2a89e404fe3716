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
	"slices"
	"strconv"
	"strings"
)

// module is a file of PTX.
type module struct {
	path, name string // name is short, for messages
	target     int    // the lowest architecture it is for
	kernels    []entry
	functions  []entry // that other modules take over
}

// entry is a kernel, or a function, and the line where it begins.
type entry struct {
	name string
	line int
}

var (
	targetLine = regexp.MustCompile(`(?m)^\s*\.target\s+sm_(\d+)([a-z]*)`)
	funcLine   = regexp.MustCompile(`(?m)^\s*(?:\.visible\s+|\.weak\s+)?\.func\s+(?:\([^)]*\)\s*)?([\w$]+)`)
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
	m.kernels, m.functions = begins(entryLine, text), begins(funcLine, text)
	if len(m.kernels)+len(m.functions) == 0 {
		return nil, fmt.Errorf("%s has neither kernel nor function", path)
	}
	return m, nil
}

// begins lists what a pattern names, and where.
func begins(pattern *regexp.Regexp, text string) []entry {
	var all []entry
	for _, at := range pattern.FindAllStringSubmatchIndex(text, -1) {
		all = append(all, entry{text[at[2]:at[3]], 1 + strings.Count(text[:at[2]], "\n")})
	}
	return all
}

// kernelAt names the kernel or function that a line belongs to.
func (m *module) kernelAt(line int) string {
	at := entry{name: "before the first kernel"}
	for _, k := range slices.Concat(m.kernels, m.functions) {
		if k.line <= line && k.line >= at.line {
			at = k
		}
	}
	return at.name
}
