package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// assembler is one version of ptxas.
type assembler struct {
	path, version string
	architectures []int // that it assembles for, ascending
}

var (
	nameOption   = regexp.MustCompile(`(?s)--gpu-name.*?Default value`)
	architecture = regexp.MustCompile(`'sm_(\d+)'`) // those with a letter are of the same GPUs
)

// newAssembler asks a ptxas what it knows.
func newAssembler(path, version string) (*assembler, error) {
	out, err := exec.Command(path, "--help").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("ptxas %s --help: %w\n%s", version, err, out)
	}
	a := &assembler{path: path, version: version}
	for _, m := range architecture.FindAllStringSubmatch(nameOption.FindString(string(out)), -1) {
		n, _ := strconv.Atoi(m[1])
		a.architectures = append(a.architectures, n)
	}
	if len(a.architectures) == 0 {
		return nil, fmt.Errorf("ptxas %s does not say which architectures it knows", version)
	}
	slices.Sort(a.architectures)
	return a, nil
}

// usage is what a kernel takes on one architecture.
type usage struct {
	kernel                           string
	registers, shared, stack, spills int // spills are bytes stored and loaded
}

var (
	compiling = regexp.MustCompile(`Compiling entry function '([\w$]+)'`)
	stackLine = regexp.MustCompile(`(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads`)
	usedLine  = regexp.MustCompile(`Used (\d+) registers`)
	smem      = regexp.MustCompile(`(\d+) bytes smem`)
	errorLine = regexp.MustCompile(`line (\d+)`)
)

// assemble gives what the module's kernels take, or what is wrong. Functions alone take nothing yet: they keep their callers'
// registers on the stack, as the convention of calls wants, until an assembler sees the kernel that they are called from.
func (a *assembler) assemble(m *module, arch int) ([]usage, error) {
	args := []string{"-v", fmt.Sprintf("-arch=sm_%d", arch), "-o", "/dev/null", m.path}
	if len(m.kernels) == 0 {
		args = append(args, "--compile-only") // else it would leave them out unseen
	}
	out, err := exec.Command(a.path, args...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s", m.explain(string(out), err))
	}
	all := parseUsage(string(out))
	if len(all) != len(m.kernels) {
		return nil, fmt.Errorf("ptxas tells of %d kernels, the file has %d:\n%s", len(all), len(m.kernels), strings.TrimSpace(string(out)))
	}
	return all, nil
}

// explain gives the first line of an error with the kernel it is in.
func (m *module) explain(out string, err error) string {
	for _, line := range strings.Split(out, "\n") {
		if at := errorLine.FindStringSubmatch(line); at != nil && !strings.Contains(line, "info") {
			n, _ := strconv.Atoi(at[1])
			return m.kernelAt(n) + ": " + strings.TrimSpace(line)
		}
	}
	return strings.TrimSpace(err.Error() + "\n" + out)
}

func parseUsage(out string) []usage {
	var all []usage
	for _, line := range strings.Split(out, "\n") {
		if m := compiling.FindStringSubmatch(line); m != nil {
			all = append(all, usage{kernel: m[1]})
		}
		if len(all) == 0 {
			continue
		}
		u := &all[len(all)-1]
		if m := stackLine.FindStringSubmatch(line); m != nil {
			u.stack = max(u.stack, number(m[1])) // functions that it calls have lines of their own
			u.spills += number(m[2]) + number(m[3])
		}
		if m := usedLine.FindStringSubmatch(line); m != nil {
			u.registers = number(m[1])
		}
		if m := smem.FindStringSubmatch(line); m != nil {
			u.shared = number(m[1])
		}
	}
	return all
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
