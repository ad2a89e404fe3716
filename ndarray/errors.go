package ndarray

import (
	"fmt"
	"strings"
)

// Error is the misuse of an array: a wrong index, shape, type or device. Functions that work on arrays at hand panic with
// it, as slices do on a wrong index; Try turns the panic into an error.
type Error struct {
	Op  string // the function or operator
	Err error
}

func (e *Error) Error() string {
	text := e.Err.Error()
	if strings.HasPrefix(text, e.Op+": ") { // op names the operator in some of its errors
		return "ndarray: " + text
	}
	return "ndarray: " + e.Op + ": " + text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Try runs fn and returns the *Error it panics with, nil when it does not. Other panics go on.
//
//	err := ndarray.Try(func() { y = ndarray.Add(ndarray.Dot(a, b), c) })
func Try(fn func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			err = r
		default:
			panic(r)
		}
	}()
	fn()
	return nil
}

func errorf(op, format string, args ...any) *Error {
	return &Error{Op: op, Err: fmt.Errorf(format, args...)}
}

func fail(op, format string, args ...any) { panic(errorf(op, format, args...)) }

// must is what constructors without an error result do with one.
func must(a *NDArray, err error) *NDArray {
	if err != nil {
		panic(err)
	}
	return a
}

// wrap makes err an *Error of op unless it is one already.
func wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := err.(*Error); ok {
		return e
	}
	return &Error{Op: op, Err: err}
}
