package ptx

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Error says what is wrong with a module and where.
type Error struct {
	File string
	Line int
	What string
	Text string // the instruction, or empty
}

func (e *Error) Error() string {
	if e.Text == "" {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.What)
	}
	return fmt.Sprintf("%s:%d: %s: %s", e.File, e.Line, e.What, e.Text)
}

type tokenKind int

const (
	end       tokenKind = iota
	word                // add.s32, %r1, $L1
	directive           // .reg
	integer
	single // 0f3F800000
	double // 0d3FF0000000000000, 1.5
	text   // "conv.cu"
	sign   // one character
)

type token struct {
	kind tokenKind
	text string // without quotes
	bits uint64 // of numbers
	line int
	from int // where it begins in the module's text
}

func (t token) is(s string) bool {
	return (t.kind == sign || t.kind == directive || t.kind == word) && t.text == s
}

func (t token) String() string {
	if t.kind == end {
		return "the end"
	}
	return strconv.Quote(t.text)
}

type lexer struct {
	file string
	src  string
	at   int
	line int
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' || c == '%'
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func (l *lexer) fail(format string, args ...any) error {
	return &Error{File: l.file, Line: l.line, What: fmt.Sprintf(format, args...)}
}

// blank skips space and comments.
func (l *lexer) blank() error {
	for l.at < len(l.src) {
		rest := l.src[l.at:]
		switch {
		case rest[0] == '\n':
			l.line++
			l.at++
		case strings.IndexByte(" \t\r\f\v", rest[0]) >= 0:
			l.at++
		case strings.HasPrefix(rest, "//"):
			n := strings.IndexByte(rest, '\n')
			if n < 0 {
				n = len(rest)
			}
			l.at += n
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				return l.fail("a comment that does not end")
			}
			l.line += strings.Count(rest[:n+4], "\n")
			l.at += n + 4
		default:
			return nil
		}
	}
	return nil
}

// span gives how far characters reach that belong to a word: letters, digits and, where dots is set, dots and ::.
func (l *lexer) span(from int, dots bool) int {
	i := from
	for i < len(l.src) {
		c := l.src[i]
		switch {
		case letter(c) || digit(c):
			i++
		case dots && c == '.' && i+1 < len(l.src) && (letter(l.src[i+1]) || digit(l.src[i+1])):
			i++
		case strings.HasPrefix(l.src[i:], "::"):
			i += 2
		default:
			return i
		}
	}
	return i
}

func (l *lexer) next() (token, error) {
	if err := l.blank(); err != nil {
		return token{}, err
	}
	t := token{line: l.line, from: l.at}
	if l.at == len(l.src) {
		return t, nil
	}
	c := l.src[l.at]
	switch {
	case letter(c):
		t.kind, l.at = word, l.span(l.at, true)
	case c == '.' && l.at+1 < len(l.src) && letter(l.src[l.at+1]):
		t.kind, l.at = directive, l.span(l.at+1, false)
	case digit(c):
		return t, l.number(&t)
	case c == '"':
		n := strings.IndexAny(l.src[l.at+1:], "\"\n")
		if n < 0 || l.src[l.at+1+n] == '\n' {
			return t, l.fail("a string that does not end")
		}
		t.kind, t.text = text, l.src[l.at+1:l.at+1+n]
		l.at += n + 2
		return t, nil
	case strings.IndexByte("{}()[]<>,;:@!|+-=*&~", c) >= 0:
		t.kind = sign
		l.at++
	default:
		return t, l.fail("a character that PTX does not have: %q", c)
	}
	t.text = l.src[t.from:l.at]
	return t, nil
}

// number reads an integer, the bits of a float or a decimal fraction.
func (l *lexer) number(t *token) error {
	i := l.span(l.at, false)
	s := l.src[l.at:i]
	var err error
	switch {
	case len(s) == 10 && (strings.HasPrefix(s, "0f") || strings.HasPrefix(s, "0F")):
		t.kind = single
		t.bits, err = strconv.ParseUint(s[2:], 16, 32)
	case len(s) == 18 && (strings.HasPrefix(s, "0d") || strings.HasPrefix(s, "0D")):
		t.kind = double
		t.bits, err = strconv.ParseUint(s[2:], 16, 64)
	case i+1 < len(l.src) && l.src[i] == '.' && digit(l.src[i+1]) || isExponent(s):
		if i < len(l.src) && l.src[i] == '.' {
			i = l.span(i+1, false)
		}
		if last := l.src[i-1]; (last == 'e' || last == 'E') && i < len(l.src) && (l.src[i] == '-' || l.src[i] == '+') {
			i = l.span(i+1, false)
		}
		s = l.src[l.at:i]
		var f float64
		f, err = strconv.ParseFloat(s, 64)
		t.kind, t.bits = double, math.Float64bits(f)
	default:
		t.kind = integer
		digits := strings.TrimSuffix(s, "U")
		t.bits, err = strconv.ParseUint(digits, 0, 64)
		if strings.Contains(digits, "_") {
			err = strconv.ErrSyntax
		}
	}
	if err != nil {
		return l.fail("not a number: %q", s)
	}
	t.text, l.at = s, i
	return nil
}

// isExponent reports whether digits without a point are a fraction, as in 1e5.
func isExponent(s string) bool {
	i := strings.IndexAny(s, "eE")
	return i > 0 && strings.Trim(s[:i], "0123456789") == ""
}
