package verify

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

// missing is what a case needs and this build does not have.
type missing string

func (m missing) Error() string { return string(m) }

// tolerance says how far a number may be from the recorded one.
type tolerance struct {
	rel float64 // times the largest recorded magnitude
	abs float64 // added to that magnitude
}

// The tolerances that many kinds use: none at all, and t relative to the largest recorded magnitude.
var exact = tolerance{}

func relative(t float64) tolerance { return tolerance{rel: t} }

// allowed is the largest error that numbers recorded as want may have.
func (t tolerance) allowed(want tensor) float64 { return t.rel * (t.abs + want.largest()) }

// check is a case being replayed: it collects what differs.
type check struct {
	dir, base string
	ctx       device.Context
	compared  int
	wrong     []mismatch
}

// mismatch is one array, or one other thing, that is not as recorded.
type mismatch struct {
	what string
	text string  // where, and by how much
	size float64 // in units of what is allowed
}

// path is a file of the case: its name with ext, or in the folder of a case that is a folder.
func (c *check) path(ext string) string { return filepath.Join(c.dir, c.base+ext) }

// Run replays the case.
func (cs Case) Run(o Options) (r Result) {
	defer func() {
		if p := recover(); p != nil {
			r = Result{Fail, fmt.Sprintf("panic: %v", p)}
		}
	}()
	c := &check{dir: cs.dir, base: cs.base, ctx: o.Context}
	err := cs.kind.run(c)
	var m missing
	switch {
	case len(c.wrong) > 0:
		return Result{Fail, c.report(err)}
	case errors.As(err, &m):
		return Result{Skip, err.Error()}
	case err != nil:
		return Result{Fail, err.Error()}
	case c.compared == 0:
		return Result{Fail, "nothing was recorded that could be compared"}
	}
	return Result{Verdict: Pass}
}

// report tells the worst of what is wrong, and the names of the rest.
func (c *check) report(err error) string {
	slices.SortStableFunc(c.wrong, func(a, b mismatch) int {
		switch {
		case a.size > b.size:
			return -1
		case a.size < b.size:
			return 1
		}
		return 0
	})
	text := c.wrong[0].what + " " + c.wrong[0].text
	var others []string
	for _, w := range c.wrong[1:] {
		if !slices.Contains(others, w.what) && w.what != c.wrong[0].what {
			others = append(others, w.what)
		}
	}
	const most = 5
	if n := len(others); n > most {
		others = append(others[:most], fmt.Sprintf("%d more", n-most))
	}
	if len(others) > 0 {
		text += "; also wrong: " + strings.Join(others, ", ")
	}
	if err != nil {
		text += "; then " + err.Error()
	}
	return text
}

// differ notes something that is wrong at all, not by some amount.
func (c *check) differ(what, format string, args ...any) {
	c.wrong = append(c.wrong, mismatch{what, fmt.Sprintf(format, args...), math.Inf(1)})
}

// equal compares what can be printed.
func (c *check) equal(what string, got, want any) {
	c.compared++
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		at := 0
		for at < min(len(g), len(w)) && g[at] == w[at] {
			at++
		}
		if from := at - 30; from > 0 {
			g, w = "…"+g[from:], "…"+w[from:]
		}
		c.differ(what, "is %s, want %s", cut(g), cut(w))
	}
}

func cut(s string) string {
	const most = 120
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// bytes compares two files or texts byte by byte.
func (c *check) bytes(what string, got, want []byte) {
	c.compared++
	if string(got) == string(want) {
		return
	}
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	c.differ(what, "differs from byte %d on: %d bytes, want %d; got %q, want %q", at, len(got), len(want), excerpt(got, at), excerpt(want, at))
}

func excerpt(b []byte, at int) []byte { return b[max(0, at-20):min(len(b), at+20)] }

// array compares an array: its shape, type and every element. nil is an array that is not there.
func (c *check) array(what string, got *ndarray.NDArray, want tensor, tol tolerance) {
	if got == nil {
		c.compared++
		c.differ(what, "is missing")
		return
	}
	c.tensor(what, tensorOf(got), want, tol)
}

// tensor is array for values on the host.
func (c *check) tensor(what string, got, want tensor, tol tolerance) {
	c.compared++
	if got.dtype != want.dtype {
		c.differ(what, "is %v, want %v", got.dtype, want.dtype)
		return
	}
	if !got.shape.Equal(want.shape) || len(got.data) != len(want.data) {
		c.differ(what, "has shape %v, want %v", got.shape, want.shape)
		return
	}
	allowed := tol.allowed(want)
	worst, at, n := 0.0, -1, 0
	for i, w := range want.data {
		e := distance(got.data[i], w)
		if e > allowed {
			n++
		}
		if e > worst {
			worst, at = e, i
		}
	}
	if n == 0 {
		return
	}
	text := fmt.Sprintf("at %s is %v, want %v: error %.3g, allowed %.3g", index(at, want.shape), got.data[at], want.data[at], worst, allowed)
	if n > 1 {
		text += fmt.Sprintf(" (%d of %d numbers are wrong)", n, len(want.data))
	}
	c.wrong = append(c.wrong, mismatch{what, text, worst / allowed})
}

// value compares a single number.
func (c *check) value(what string, got, want float64, tol tolerance) {
	c.tensor(what, vector(got), vector(want), tol)
}

// distance is the error of a number; NaN equals NaN, and infinity itself. Numbers below float32's smallest normal one are
// 0 to part of MXNet's code, which flushes them.
func distance(got, want float64) float64 {
	switch {
	case got == want || math.IsNaN(got) && math.IsNaN(want) || math.Abs(got-want) < 0x1p-126:
		return 0
	case math.IsNaN(got-want) || math.IsInf(got-want, 0):
		return math.Inf(1)
	}
	return math.Abs(got - want)
}

// index writes position i of an array in C order as [1,2].
func index(i int, s backend.Shape) string {
	at := make([]string, len(s))
	for k := len(s) - 1; k >= 0; k-- {
		at[k] = fmt.Sprint(i % s[k])
		i /= s[k]
	}
	return "[" + strings.Join(at, ",") + "]"
}
