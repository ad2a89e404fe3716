package verify

import (
	"fmt"
	"io"
	"strings"

	"github.com/gomx-org/gomx/device"
)

// Options says where cases run.
type Options struct {
	Context device.Context // the zero value is cpu(0)
}

// Verdict is what a case came to.
type Verdict string

// The verdicts, as they stand at the beginning of a line.
const (
	Pass Verdict = "PASS"
	Fail Verdict = "FAIL"
	Skip Verdict = "SKIP"
)

// Result is the verdict on a case, and why: what is wrong, where and by how much, or what is missing.
type Result struct {
	Verdict Verdict
	Why     string
}

// Summary counts verdicts.
type Summary struct {
	Passed, Failed, Skipped int
}

// Total is the number of cases.
func (s Summary) Total() int { return s.Passed + s.Failed + s.Skipped }

// String is the last line of Run.
func (s Summary) String() string {
	return fmt.Sprintf("%d cases: %d passed, %d failed, %d skipped", s.Total(), s.Passed, s.Failed, s.Skipped)
}

func (s *Summary) count(v Verdict) {
	switch v {
	case Pass:
		s.Passed++
	case Skip:
		s.Skipped++
	default:
		s.Failed++
	}
}

// Run replays all cases in and below dir in the order of their names and writes a line for each, PASS name, FAIL name:
// what, where, largest error, or SKIP name: what is missing, and then the summary. Cases that fail are no error; a folder
// that cannot be read or holds no cases is, and a device that cannot be opened.
func Run(w io.Writer, dir string, o Options) (Summary, error) {
	var sum Summary
	if _, err := o.Context.Device(); err != nil {
		return sum, err
	}
	cases, err := Cases(dir)
	if err != nil {
		return sum, err
	}
	for _, c := range cases {
		r := c.Run(o)
		sum.count(r.Verdict)
		line := string(r.Verdict) + " " + c.Name
		if r.Why != "" {
			line += ": " + oneLine(r.Why)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return sum, fmt.Errorf("verify: %w", err)
		}
	}
	if _, err := fmt.Fprintln(w, sum); err != nil {
		return sum, fmt.Errorf("verify: %w", err)
	}
	return sum, nil
}

// oneLine keeps messages of several lines on one.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
