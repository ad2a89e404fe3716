package ndarray

import (
	"math"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/backend"
)

// numpy's way to write numbers of arrays, with its default settings (numpy.set_printoptions): 8 digits after the point,
// in columns of one width, and scientific when the numbers are too large, too small or too far apart.
const precision = 8

// columnFormat writes the numbers of one array in one width.
type columnFormat func(v float64, whole int64) string

// newColumnFormat looks at the numbers that will be printed. Integers come in whole, floating-point numbers in vals.
func newColumnFormat(t DType, vals []float64, whole []int64) columnFormat {
	switch {
	case t == backend.Bool:
		return func(_ float64, w int64) string {
			if w != 0 {
				return " True"
			}
			return "False"
		}
	case !t.IsFloat():
		width := 0
		for _, w := range whole {
			width = max(width, len(strconv.FormatInt(w, 10)))
		}
		return func(_ float64, w int64) string { return padLeft(strconv.FormatInt(w, 10), width) }
	}
	f := newFloatFormat(t, vals)
	return func(v float64, _ int64) string { return f.format(v) }
}

// floatFormat is how the floating-point numbers of one array are written.
type floatFormat struct {
	t          DType
	scientific bool
	left       int // characters before the point, sign included
	right      int // characters after the point, exponent included
	digits     int // after the point, when scientific
	exponent   int // digits of the exponent, when scientific
}

func newFloatFormat(t DType, vals []float64) *floatFormat {
	f := &floatFormat{t: t}
	low, high := math.Inf(1), 0.0
	finite, negInf := 0, false
	for _, v := range vals {
		if math.IsInf(v, 0) || math.IsNaN(v) {
			negInf = negInf || math.IsInf(v, -1)
			continue
		}
		finite++
		if a := math.Abs(v); a != 0 {
			low, high = min(low, a), max(high, a)
		}
	}
	if high > 0 {
		f.scientific = high >= 1e8 || low < 1e-4 || roundTo(t, high/low) > 1000
	}
	for _, v := range vals {
		if !math.IsInf(v, 0) && !math.IsNaN(v) {
			f.widen(v)
		}
	}
	if finite > 0 && f.scientific {
		f.right = f.exponent + 2 + f.digits // "e", its sign and the digits of both
	}
	if finite < len(vals) {
		inf := 3
		if negInf {
			inf = 4
		}
		f.left = max(f.left, 3-f.right-1, inf-f.right-1)
	}
	return f
}

// widen makes room for v.
func (f *floatFormat) widen(v float64) {
	if !f.scientific {
		whole, frac := positional(f.t, v)
		f.left, f.right = max(f.left, len(whole)), max(f.right, len(frac))
		return
	}
	whole, frac, exp := scientific(f.t, v)
	f.left = max(f.left, len(whole))
	f.digits = max(f.digits, len(frac))
	f.exponent = max(f.exponent, len(exp)-1)
}

func (f *floatFormat) format(v float64) string {
	switch {
	case math.IsNaN(v):
		return padLeft("nan", f.left+f.right+1)
	case math.IsInf(v, 1):
		return padLeft("inf", f.left+f.right+1)
	case math.IsInf(v, -1):
		return padLeft("-inf", f.left+f.right+1)
	case !f.scientific:
		whole, frac := positional(f.t, v)
		return padLeft(whole, f.left) + "." + padRight(frac, f.right)
	}
	// Not the fewest digits filled up with zeros: numpy then gives those of the exact number.
	m, exp, _ := strings.Cut(strconv.FormatFloat(v, 'e', f.digits, 64), "e")
	whole, frac, _ := strings.Cut(m, ".")
	// Where the fewest are as many they may be others: half's 2⁻⁶ is 1.563e-02, for 1.562e-02 reads as its neighbour.
	if s, e, _ := strings.Cut(shortest(f.t, v, 'e'), "e"); len(s) == len(m) && roundTo(f.t, roundDigits(v, f.digits)) != v {
		whole, frac, _ = strings.Cut(s, ".")
		exp = e
	}
	exp = exp[:1] + strings.Repeat("0", f.exponent-len(exp)+1) + exp[1:]
	return padLeft(whole, f.left) + "." + frac + "e" + exp
}

// positional gives what stands before and after the point: the fewest digits that tell v from its neighbours of type t,
// and no more than 8 after the point.
func positional(t DType, v float64) (whole, frac string) {
	s := shortest(t, v, 'f')
	whole, frac, _ = strings.Cut(s, ".")
	switch {
	case frac == "": // digits before the point are those of the exact number
		whole = strconv.FormatFloat(v, 'f', 0, 64)
	case len(frac) > precision:
		s = strconv.FormatFloat(v, 'f', precision, 64)
		whole, frac, _ = strings.Cut(s, ".")
		frac = strings.TrimRight(frac, "0")
	}
	return whole, frac
}

// scientific gives the digit before the point, those after it, and the exponent with its sign and at least two digits.
func scientific(t DType, v float64) (whole, frac, exp string) {
	parts := func(s string) {
		m, e, _ := strings.Cut(s, "e")
		whole, frac, _ = strings.Cut(m, ".")
		exp = e
	}
	if parts(shortest(t, v, 'e')); len(frac) > precision {
		parts(strconv.FormatFloat(v, 'e', precision, 64))
	}
	return whole, strings.TrimRight(frac, "0"), exp
}

// shortest writes v with the fewest digits that read back as the same number of type t. numpy has no bfloat16; its
// numbers are written as float32.
func shortest(t DType, v float64, format byte) string {
	switch t {
	case backend.Float64:
		return strconv.FormatFloat(v, format, -1, 64)
	case backend.Float16:
		return shortestHalf(v, format)
	}
	return strconv.FormatFloat(v, format, -1, 32)
}

// shortestHalf is shortest for float16, which strconv does not know: it tries one digit, two … Five always do.
func shortestHalf(v float64, format byte) string {
	for p := 0; p < 5; p++ {
		near := roundDigits(v, p)
		unit := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-float64(p))
		// Below a power of two the next number is nearer than above it, so the farther decimal may be the one that fits.
		for _, d := range []float64{near, roundDigits(near+unit, p), roundDigits(near-unit, p)} {
			if roundTo(backend.Float16, d) == v {
				return strconv.FormatFloat(d, format, -1, 64)
			}
		}
	}
	return strconv.FormatFloat(v, format, -1, 64)
}

// roundDigits rounds to p digits behind the first.
func roundDigits(v float64, p int) float64 {
	d, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', p, 64), 64)
	if err != nil {
		return v
	}
	return d
}

// roundTo gives the number of type t nearest to v.
func roundTo(t DType, v float64) float64 {
	switch t {
	case backend.Float64:
		return v
	case backend.Float16:
		return float64(backend.Float16ToFloat32(backend.Float32ToFloat16(float32(v))))
	}
	return float64(float32(v))
}

// scalarText is how numpy writes a single number, str(x): no columns, all digits, 0.0001 to 1e16 without exponent.
func scalarText(t DType, v float64, whole int64) string {
	switch {
	case t == backend.Bool && whole != 0:
		return "True"
	case t == backend.Bool:
		return "False"
	case !t.IsFloat():
		return strconv.FormatInt(whole, 10)
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	if a := math.Abs(v); a != 0 && (a < 1e-4 || a >= 1e16) {
		return shortest(t, v, 'e')
	}
	s := shortest(t, v, 'f')
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func padLeft(s string, width int) string { return strings.Repeat(" ", max(0, width-len(s))) + s }

func padRight(s string, width int) string { return s + strings.Repeat(" ", max(0, width-len(s))) }
