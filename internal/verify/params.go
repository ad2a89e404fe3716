package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/ndfile"
	"github.com/gomx-org/gomx/ndarray"
)

func init() {
	register(kind{
		name: "params",
		recognise: func(f *folder) bool {
			return f.name == "params" && len(f.stems(".params")) > 0 || f.has("values.json", "legacy.json", "sparse.json")
		},
		list: func(f *folder) []string { return f.stems(".params") },
		run:  runParams,
	})
}

// small are the files whose contents no JSON holds.
var small = map[string]map[string]tensor{
	"single": {"": {shape: backend.Shape{2}, dtype: backend.Float32, data: []float64{1.5, 2.5}}},
	"unicode": {
		"arg:gewicht_ä": {shape: backend.Shape{3}, dtype: backend.Float32, data: []float64{1, 2, 3}},
		"":              {shape: backend.Shape{1}, dtype: backend.Float32, data: []float64{4}},
		"no_prefix":     {shape: backend.Shape{1, 1}, dtype: backend.Float32, data: []float64{5}},
	},
	"empty_list": {},
}

func runParams(c *check) error {
	path := c.path(".params")
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	file, err := ndfile.Decode(bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	arrays, err := ndarray.Load(path, ndarray.On(c.ctx))
	if err != nil {
		return err
	}
	if err := c.paramValues(arrays); err != nil {
		return err
	}
	if strings.HasPrefix(c.base, "legacy") {
		return nil // nobody writes these encodings any more
	}
	var again bytes.Buffer
	if err := ndfile.Encode(&again, file); err != nil {
		return err
	}
	c.bytes("the file written again", again.Bytes(), raw)
	return nil
}

// paramValues compares the arrays of a file with the numbers recorded for it.
func (c *check) paramValues(f *ndarray.File) error {
	want, order, err := c.recordedParams()
	if err != nil {
		return err
	}
	var names []string
	for _, a := range f.Arrays {
		names = append(names, a.Name)
	}
	if c.base == "list" { // the arrays of the map without their names, in its order
		names = order
	}
	if order != nil {
		c.equal("names", strings.Join(names, ", "), strings.Join(order, ", "))
	} else {
		c.equal("number of arrays", len(names), len(want))
	}
	if len(f.Arrays) != len(names) {
		c.differ("number of arrays", "is %d, want %d", len(f.Arrays), len(names))
		return nil
	}
	for i, a := range f.Arrays {
		w, ok := want[names[i]]
		if !ok {
			c.differ("array "+names[i], "was not recorded")
			continue
		}
		c.array("array "+names[i], a.Array, w, exact)
	}
	return nil
}

// recordedParams are the arrays that the file should hold, by name, and their order where it is recorded.
func (c *check) recordedParams() (want map[string]tensor, order []string, err error) {
	values := filepath.Join(c.dir, "values.json")
	switch c.base {
	case "sparse":
		err = readJSON(filepath.Join(c.dir, "sparse.json"), &want)
		return want, []string{"csr", "rsp"}, err
	case "dict", "list":
		if order, err = keysInOrder(values); err == nil {
			err = readJSON(values, &want)
		}
		return want, order, err
	case "legacy_v0", "legacy_v1":
		var legacy map[string]json.RawMessage
		if err = readJSON(filepath.Join(c.dir, "legacy.json"), &legacy); err != nil {
			return nil, nil, err
		}
		var l struct{ Names []string }
		if err = json.Unmarshal(legacy[strings.TrimPrefix(c.base, "legacy_")], &l); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", filepath.Join(c.dir, "legacy.json"), err)
		}
		err = readJSON(values, &want)
		return want, l.Names, err
	}
	want, ok := small[c.base]
	if !ok {
		return nil, nil, missing("the recorded values of " + c.base + ".params")
	}
	if len(want) > 1 {
		return want, nil, nil
	}
	return want, slices.Sorted(maps.Keys(want)), nil
}

// keysInOrder are the keys of a JSON object as they stand in the file.
func keysInOrder(path string) ([]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var keys []string
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		key, ok := t.(string)
		if !ok {
			return nil, fmt.Errorf("%s: not an object", path)
		}
		keys = append(keys, key)
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return keys, nil
}
