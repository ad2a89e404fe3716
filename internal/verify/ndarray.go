package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
)

func init() {
	register(kind{name: "ndarray", recognise: holdsJSON("ndarray", "inputs", "rows"), list: jsonCases, run: runArrays})
}

// arrayCase is ops.json: expressions in Python, and what MXNet made of them.
type arrayCase struct {
	Inputs map[string]json.RawMessage // tensors; big is an expression
	Rows   []struct {
		Expr, Str, Repr, Error string
		Array                  *tensor
	}
	Assignment struct {
		Program string
		Result  tensor
	}
}

func runArrays(c *check) error {
	var r arrayCase
	if err := readJSON(c.path(".json"), &r); err != nil {
		return err
	}
	x, err := r.operands(c)
	if err != nil {
		return err
	}
	lacking := map[string]bool{}
	for i := range r.Rows {
		row := &r.Rows[i]
		got, err := eval(x, row.Expr)
		var m missing
		if errors.As(err, &m) {
			lacking[string(m)] = true
			continue
		}
		c.expression(row.Expr, got, err, row.Error != "", row.Str, row.Array)
	}
	if err := r.assign(c, x, lacking); err != nil {
		return err
	}
	if len(lacking) > 0 {
		return missing(strings.Join(slices.Sorted(maps.Keys(lacking)), "; "))
	}
	return nil
}

// operands reads the inputs: arrays by name, and expressions.
func (r *arrayCase) operands(c *check) (*python, error) {
	x := &python{on: ndarray.On(c.ctx), names: map[string]any{"nd": module("nd"), "mx": module("mx"), "np": module("np"),
		"True": true, "False": false, "None": nil}}
	for name, input := range r.Inputs {
		var program string
		if json.Unmarshal(input, &program) == nil {
			v, err := eval(x, program)
			if err != nil {
				return nil, fmt.Errorf("input %s: %w", name, err)
			}
			x.names[name] = v
			continue
		}
		var t tensor
		if err := json.Unmarshal(input, &t); err != nil {
			return nil, fmt.Errorf("input %s: %w", name, err)
		}
		a, err := t.array(c.ctx)
		if err != nil {
			return nil, err
		}
		x.names[name] = a
	}
	for _, t := range []string{"float16", "float32", "float64", "uint8", "int8", "int32", "int64"} {
		x.names[t] = t
	}
	return x, nil
}

// eval computes an expression; misuse of an array becomes an error.
func eval(x *python, program string) (got any, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case missing:
			err = p
		case *ndarray.Error:
			err = p
		default:
			panic(p)
		}
	}()
	return x.run(program), nil
}

// expression compares the value and the printed form of one expression, or that it is an error. Values have a tolerance
// and text has none, so it is the recorded numbers that are printed.
func (c *check) expression(expr string, got any, err error, wantError bool, text string, want *tensor) {
	switch {
	case wantError:
		c.compared++
		if err == nil {
			c.differ(expr, "is no error")
		}
		return
	case err != nil:
		c.differ(expr, "is an error: %v", err)
		return
	}
	a, ok := got.(*ndarray.NDArray)
	if want != nil && !ok {
		c.differ(expr, "is a %T, want an array", got)
		return
	}
	if want != nil {
		tol := relative(1e-5)
		if !want.dtype.IsFloat() {
			tol = exact
		}
		if want.dtype == backend.Float16 {
			tol = relative(1e-3)
		}
		c.array(expr, a, *want, tol)
		recorded, err := want.array(a.Context())
		if err != nil {
			c.differ(expr, "was recorded as an array that cannot be made: %v", err)
			return
		}
		got = recorded
	}
	c.compared++
	text = strings.Replace(text, "cpu(0)", c.ctx.String(), 1) // where it was recorded
	if s := pyText(got); s != text {
		c.differ(expr, "prints as %q, want %q", s, text)
	}
}

// assign runs the program that ops.json records; the array b is its result.
func (r *arrayCase) assign(c *check, x *python, lacking map[string]bool) error {
	if r.Assignment.Program == "" {
		return nil
	}
	_, err := eval(x, r.Assignment.Program)
	var m missing
	if errors.As(err, &m) {
		lacking[string(m)] = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.Assignment.Program, err)
	}
	c.array("the assignments", x.array(x.names["b"]), r.Assignment.Result, exact)
	return nil
}
