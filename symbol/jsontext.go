package symbol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/internal/untrusted"
)

// A symbol file is text that somebody else wrote. This file takes it apart; jsonread.go makes a graph of it.

// What bounds the memory that a file can ask for. The largest network of the zoo has 2500 nodes in 400 KB.
const (
	maxText    = 32 << 20
	maxNodes   = 1 << 17
	maxEntries = 1 << 17 // of one node, or of the heads
	maxName    = 1 << 12 // bytes of a name
)

// jsonGraph is a symbol file. Its three dialects name operator parameters param (0.7, 0.8), attr (0.9 to 0.12) and attrs
// (1.x); param has user attributes beside it, in attr.
type jsonGraph struct {
	nodes   []jsonNode
	args    []int // arg_nodes: positions of all variables
	heads   jsonEntries
	version int  // of MXNet, 800 when the file carries none
	stamped bool // whether it carries one
}

type jsonNode struct {
	Op             *string           `json:"op"`
	Name           *string           `json:"name"`
	Param          map[string]string `json:"param"`
	Attr           map[string]string `json:"attr"`
	Attrs          map[string]string `json:"attrs"`
	Inputs         *jsonEntries      `json:"inputs"`
	ControlDeps    []int             `json:"control_deps"`
	BackwardSource int               `json:"backward_source_id"`
	Subgraphs      []json.RawMessage `json:"subgraphs"`
}

// jsonEntry is [node, output] or [node, output, version].
type jsonEntry struct{ node, index, version int }

// jsonEntries is a list of entries, taken apart by hand: a file may have millions.
type jsonEntries []jsonEntry

func (l *jsonEntries) UnmarshalJSON(b []byte) error {
	*l = jsonEntries{}
	rest := blank(b)
	if rest[0] != '[' {
		return &entryError{short(b)}
	}
	for rest = blank(rest[1:]); rest[0] != ']'; rest = blank(rest) {
		if len(*l) == maxEntries {
			return fmt.Errorf("more than %d inputs", maxEntries)
		}
		end := bytes.IndexByte(rest, ']')
		e, ok := readEntry(rest[:max(end, 0)])
		if !ok {
			return &entryError{short(rest[:end+1])}
		}
		*l = append(*l, e)
		if rest = blank(rest[end+1:]); rest[0] == ',' {
			rest = rest[1:]
		}
	}
	return nil
}

// readEntry reads an entry without the bracket that closes it.
func readEntry(b []byte) (e jsonEntry, ok bool) {
	list, ok := bytes.CutPrefix(b, []byte("["))
	parts := bytes.Split(list[:min(len(list), 100)], []byte(","))
	to := []*int{&e.node, &e.index, &e.version}
	if !ok || len(parts) < 2 || len(parts) > 3 {
		return e, false
	}
	for i, p := range parts {
		v, err := strconv.Atoi(string(bytes.TrimSpace(p)))
		if err != nil {
			return e, false
		}
		*to[i] = v
	}
	return e, true
}

func blank(b []byte) []byte { return bytes.TrimLeft(b, " \t\r\n") }

// short is the beginning of a text, for an error.
func short[T string | []byte](text T) string {
	s := string(text[:min(len(text), 60)])
	if len(text) > 60 {
		s += "…"
	}
	return strings.ToValidUTF8(s, "?")
}

type entryError struct{ text string }

func (e *entryError) Error() string {
	return fmt.Sprintf("%s where [node, output] or [node, output, version] should stand, in a list, whole numbers", e.text)
}

// parse reads the text one node at a time, so that a bad one is found before memory is spent on the rest.
func parse(text []byte) (*jsonGraph, error) {
	if err := looksLikeSymbol(text); err != nil {
		return nil, err
	}
	text = bytes.TrimPrefix(text, []byte(mark))
	g := &jsonGraph{version: 800}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	fail := func(what string, err error) error { return jsonError(what, err, text, dec.InputOffset()) }
	seen := map[string]bool{}
	if _, err := dec.Token(); err != nil { // the brace
		return nil, fail("", err)
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, fail("", err)
		}
		key, _ := t.(string)
		if seen[key] {
			return nil, fmt.Errorf("it has %q twice", key)
		}
		seen[key] = true
		if what, err := g.part(dec, key); err != nil {
			return nil, fail(what, err)
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, fail("", err)
	}
	for _, key := range []string{"nodes", "arg_nodes", "heads"} {
		if !seen[key] {
			return nil, fmt.Errorf("not a symbol: it has no %q", key)
		}
	}
	return g, nil
}

// part reads what stands under a key of the top; what says where an error is.
func (g *jsonGraph) part(dec *json.Decoder, key string) (what string, err error) {
	switch key {
	case "nodes":
		return g.readNodes(dec)
	case "arg_nodes":
		return key, dec.Decode(&g.args)
	case "heads":
		return key, dec.Decode(&g.heads)
	case "node_row_ptr": // nobody needs it
		return key, dec.Decode(&[]int{})
	case "attrs":
		var a map[string][2]json.RawMessage
		if err := dec.Decode(&a); err != nil {
			return key, err
		}
		v, ok := a["mxnet_version"]
		if !ok {
			return key, nil
		}
		if string(v[0]) != `"int"` || json.Unmarshal(v[1], &g.version) != nil || g.version < 0 {
			return key, errors.New(`mxnet_version is not ["int", number]`)
		}
		g.stamped = true
		return key, nil
	}
	return "", fmt.Errorf("unknown key %q; a symbol has nodes, arg_nodes, node_row_ptr, heads, attrs", key)
}

func (g *jsonGraph) readNodes(dec *json.Decoder) (what string, err error) {
	if t, err := dec.Token(); err != nil {
		return "nodes", err
	} else if t != json.Delim('[') {
		return "nodes", errors.New("it is no list")
	}
	for dec.More() {
		if len(g.nodes) == maxNodes {
			return "nodes", fmt.Errorf("more than %d nodes", maxNodes)
		}
		var n jsonNode
		what := fmt.Sprintf("node %d", len(g.nodes))
		if err := dec.Decode(&n); err != nil {
			return what, err
		}
		for key, missing := range map[string]bool{"op": n.Op == nil, "name": n.Name == nil, "inputs": n.Inputs == nil} {
			if missing {
				return what, fmt.Errorf("it has no %q", key)
			}
		}
		if len(*n.Op) > maxName || len(*n.Name) > maxName {
			return what, fmt.Errorf("%q: a name of more than %d bytes", short(*n.Name), maxName)
		}
		g.nodes = append(g.nodes, n)
	}
	_, err = dec.Token()
	return "nodes", err
}

// mark is what some editors put before text in UTF-8.
const mark = "\xef\xbb\xbf"

func looksLikeSymbol(text []byte) error {
	t := blank(bytes.TrimPrefix(text, []byte(mark)))
	switch {
	case len(t) == 0:
		return errors.New("the file is empty")
	case len(text) > maxText:
		return fmt.Errorf("not a symbol: it has more than %d MB", maxText>>20)
	case t[0] == '{':
		return nil
	}
	if what := untrusted.LooksLike(text[:min(len(text), untrusted.HeadSize)]); what != "" {
		return fmt.Errorf("not a symbol: it looks like %s", what)
	}
	return errors.New("not a symbol: it is not JSON")
}

// jsonError says where in the text, and in words of symbol files, what the JSON reader found.
func jsonError(what string, err error, text []byte, offset int64) error {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	var entry *entryError
	switch {
	case strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "unexpected end") || err.Error() == "EOF":
		return fmt.Errorf("the file ends in the middle, after %d bytes: it is truncated", len(text))
	case errors.As(err, &syntax):
		err = errors.New(strings.TrimPrefix(err.Error(), "json: "))
	case errors.As(err, &entry):
		err = entry
	case errors.As(err, &typ):
		err = fmt.Errorf("a %s where %s should stand", typ.Value, wanted(typ.Type.Kind()))
		if typ.Field != "" {
			err = fmt.Errorf("%s: %w", typ.Field, err)
		}
	default:
		err = errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if what != "" {
		what += ": "
	}
	return fmt.Errorf("line %d: %s%w", 1+bytes.Count(text[:min(int(offset), len(text))], []byte("\n")), what, err)
}

// wanted says in words of JSON what a Go type is read from.
func wanted(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "a string"
	case reflect.Int:
		return "a whole number"
	case reflect.Slice, reflect.Array:
		return "a list"
	}
	return "an object"
}
