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
	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/with"
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

// operands are the inputs of the expressions.
type operands struct {
	a, v, c, i8, h, i3, big *ndarray.NDArray
	on                      ndarray.Option
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
	var unknown []string
	for i := range r.Rows {
		row := &r.Rows[i]
		fn, ok := expressions[row.Expr]
		if !ok {
			unknown = append(unknown, row.Expr)
			continue
		}
		if fn == nil {
			continue // Python's own affair
		}
		got, err := x.eval(fn)
		var m missing
		if errors.As(err, &m) {
			lacking[string(m)] = true
			continue
		}
		c.expression(row.Expr, got, err, row.Error != "", row.Str, row.Array)
	}
	if err := r.assign(c, x, &unknown); err != nil {
		return err
	}
	var text []string
	if len(lacking) > 0 {
		text = append(text, "operator "+strings.Join(slices.Sorted(maps.Keys(lacking)), ", "))
	}
	if len(unknown) > 0 {
		text = append(text, "a Go form of the expressions "+strings.Join(unknown, ", "))
	}
	if text != nil {
		return missing(strings.Join(text, "; "))
	}
	return nil
}

func (r *arrayCase) operands(c *check) (*operands, error) {
	x := &operands{on: ndarray.On(c.ctx)}
	for name, to := range map[string]**ndarray.NDArray{"a": &x.a, "v": &x.v, "c": &x.c, "i8": &x.i8, "h": &x.h, "i3": &x.i3} {
		var t tensor
		if err := json.Unmarshal(r.Inputs[name], &t); err != nil {
			return nil, fmt.Errorf("input %s: %w", name, err)
		}
		var err error
		if *to, err = t.array(c.ctx); err != nil {
			return nil, err
		}
	}
	x.big = ndarray.Arange(0, 2000, 1, x.on).Reshape(40, 50)
	return x, nil
}

// eval computes an expression; misuse of an array becomes an error.
func (x *operands) eval(fn func(*operands) any) (got any, err error) {
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
	got = fn(x)
	if e, ok := got.(error); ok {
		return nil, e
	}
	return got, nil
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
	if s := fmt.Sprint(got); s != text {
		c.differ(expr, "prints as %q, want %q", s, text)
	}
}

// assignment is the program that ops.json records; each step is its Go form.
const assignment = "b=arange(12).reshape(3,4); b[1]=7; b[:,2]=[1,2,3]; b[0,0:2]=-1; s=b[2:]; s[:]=5; vw=b[0]; vw+=100"

func (r *arrayCase) assign(c *check, x *operands, unknown *[]string) error {
	if r.Assignment.Program != assignment {
		if r.Assignment.Program != "" {
			*unknown = append(*unknown, r.Assignment.Program)
		}
		return nil
	}
	b := ndarray.Arange(0, 12, 1, x.on).Reshape(3, 4)
	b.At(1).Fill(7)
	for i := range 3 {
		b.At(i).Slice(2, 3).Fill(float64(i + 1))
	}
	b.At(0).Slice(0, 2).Fill(-1)
	b.Slice(2, 3).Fill(5)
	b.At(0).AddScalarInPlace(100)
	c.array("the assignments", b, r.Assignment.Result, exact)
	return nil
}

// ops calls an operator by its name in MXNet, with parameters as "axis=1 keepdims=True".
func (x *operands) ops(name, params string, in ...*ndarray.NDArray) []*ndarray.NDArray {
	if _, err := op.Lookup(name); err != nil {
		panic(missing(name))
	}
	s := &with.Settings{}
	for _, p := range strings.Fields(params) {
		key, value, _ := strings.Cut(p, "=")
		s.Param(key, value)
	}
	out, err := ndarray.Invoke(name, in, s)
	if err != nil {
		panic(err)
	}
	return out
}

func (x *operands) op(name, params string, in ...*ndarray.NDArray) *ndarray.NDArray {
	return x.ops(name, params, in...)[0]
}

// array is nd.array of a list.
func (x *operands) array(data ...float64) *ndarray.NDArray { return ndarray.Array(data, nil, x.on) }

func (x *operands) arange(n int) *ndarray.NDArray { return ndarray.Arange(0, float64(n), 1, x.on) }

func (x *operands) ones(shape ...int) *ndarray.NDArray { return ndarray.Ones(shape, x.on) }
