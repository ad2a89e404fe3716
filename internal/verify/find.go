package verify

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// kind is one kind of recorded cases.
type kind struct {
	name string // of its folder in the vectors
	// recognise tells whether a folder holds cases of this kind.
	recognise func(f *folder) bool
	// list names the cases in such a folder: their path below it without extension, "" for the folder itself.
	list func(f *folder) []string
	// run replays a case. An error is a failure, a missing error a reason to skip.
	run func(c *check) error
}

// kinds is the table of all kinds, in the order in which they look at a folder.
var kinds []kind

func register(k kind) { kinds = append(kinds, k) }

// folder is a folder under inspection.
type folder struct {
	path   string
	name   string // its own name, also when path is "."
	parent string // the name of the folder above
	files  []string
	dirs   []string
}

func openFolder(path string) (*folder, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	f := &folder{path: path, name: filepath.Base(abs), parent: filepath.Base(filepath.Dir(abs))}
	for _, e := range entries {
		if isDir(path, e) {
			f.dirs = append(f.dirs, e.Name())
		} else {
			f.files = append(f.files, e.Name())
		}
	}
	return f, nil
}

// isDir follows symbolic links: vectors may be linked to where they are wanted.
func isDir(path string, e os.DirEntry) bool {
	if e.Type()&os.ModeSymlink == 0 {
		return e.IsDir()
	}
	info, err := os.Stat(filepath.Join(path, e.Name()))
	return err == nil && info.IsDir()
}

// has tells whether the folder holds one of the files.
func (f *folder) has(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(f.files, n) })
}

// stems are the names, without ext, of the files that end in ext; those that begin with _ tell of failures while
// recording and are no cases.
func (f *folder) stems(ext string) []string {
	var stems []string
	for _, name := range f.files {
		if stem, ok := strings.CutSuffix(name, ext); ok && !strings.HasPrefix(name, "_") {
			stems = append(stems, stem)
		}
	}
	return stems
}

// holdsJSON recognises a folder by its name or by a JSON file in it that has all the keys.
func holdsJSON(name string, keys ...string) func(f *folder) bool {
	return func(f *folder) bool {
		return f.name == name && len(f.stems(".json")) > 0 ||
			slices.ContainsFunc(f.stems(".json"), func(stem string) bool {
				return hasKeys(filepath.Join(f.path, stem+".json"), keys)
			})
	}
}

func jsonCases(f *folder) []string { return f.stems(".json") }

func itself(*folder) []string { return []string{""} }

// Case is a recorded case.
type Case struct {
	Name string // its path below the folder that was searched, without extension
	kind *kind
	dir  string // where its files lie
	base string // its name there; "" when the folder is the case
}

// maxDepth bounds the search, so that a circle of symbolic links ends.
const maxDepth = 8

// Cases finds the cases in and below dir, sorted by name. It is an error when there are none.
func Cases(dir string) ([]Case, error) {
	cases, err := search(dir, "", 0)
	if err != nil {
		return nil, err
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("verify: no recorded case in or below %q; it wants folders such as ops/fc0 (symbol.json, "+
			"in.params, infer.params, out.params, meta.json) or files such as optim/adam-full.json", dir)
	}
	slices.SortFunc(cases, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
	return cases, nil
}

// search looks at a folder, whose name below the start is rel, and at those in it unless they belong to a case.
func search(path, rel string, depth int) ([]Case, error) {
	f, err := openFolder(path)
	if err != nil {
		return nil, err
	}
	for i := range kinds {
		k := &kinds[i]
		if !k.recognise(f) {
			continue
		}
		var cases []Case
		for _, base := range k.list(f) {
			name := filepath.ToSlash(filepath.Join(rel, base))
			if base == "" && rel == "" {
				name = f.name
			}
			cases = append(cases, Case{Name: name, kind: k, dir: path, base: base})
		}
		more, err := below(f, rel, depth)
		return append(cases, more...), err
	}
	return below(f, rel, depth)
}

// below searches the folders in f.
func below(f *folder, rel string, depth int) ([]Case, error) {
	if depth == maxDepth {
		return nil, nil
	}
	var cases []Case
	for _, d := range f.dirs {
		found, err := search(filepath.Join(f.path, d), filepath.Join(rel, d), depth+1)
		if err != nil {
			return nil, err
		}
		cases = append(cases, found...)
	}
	return cases, nil
}
