package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// api is what a file api.h declares: lists X(name, parameters) in macros …_REQUIRED and …_OPTIONAL, X(own name, their name,
// number) in …_CONSTANTS, and types for where the real header is not there.
type api struct {
	library
	path                 string
	prefix               string // of the macros
	functions, constants []string
	types                []typedef
}

// typedef is a type with its definition, in which @ stands for the name.
type typedef struct{ name, text string }

// readAPIs reads all that there are; each must be of a library that this command knows.
func readAPIs(internal string) ([]*api, error) {
	files, err := filepath.Glob(filepath.Join(internal, "*", "api.h"))
	if err != nil {
		return nil, err
	}
	var all []*api
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		name := filepath.Base(filepath.Dir(f))
		i := slices.IndexFunc(libraries, func(l library) bool { return l.name == name })
		if i < 0 {
			return nil, fmt.Errorf("internal/%s/api.h is of a library that internal/cudaabi has no row for", name)
		}
		a := &api{library: libraries[i], path: f}
		if err := a.parse(string(text)); err != nil {
			return nil, fmt.Errorf("internal/%s/api.h: %w", name, err)
		}
		all = append(all, a)
	}
	if len(all) != len(libraries) {
		return nil, fmt.Errorf("found %d files internal/*/api.h, want %d", len(all), len(libraries))
	}
	return all, nil
}

var (
	comment  = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/`)
	listText = regexp.MustCompile(`(?m)^#define (\w+)_(REQUIRED|OPTIONAL|CONSTANTS)\(X\)(.*)$`)
	itemText = regexp.MustCompile(`\bX\((\w+),`)
	typeText = regexp.MustCompile(`(?m)^typedef (.*\W)(\w+);`)
)

func (a *api) parse(text string) error {
	text = strings.ReplaceAll(comment.ReplaceAllString(text, ""), "\\\n", " ")
	for _, m := range listText.FindAllStringSubmatch(text, -1) {
		a.prefix = m[1]
		for _, item := range itemText.FindAllStringSubmatch(m[3], -1) {
			if m[2] == "CONSTANTS" {
				a.constants = append(a.constants, item[1])
			} else {
				a.functions = append(a.functions, item[1])
			}
		}
	}
	for _, m := range typeText.FindAllStringSubmatch(text, -1) {
		a.types = append(a.types, typedef{m[2], m[1] + "@"})
	}
	for what, n := range map[string]int{"functions": len(a.functions), "constants": len(a.constants), "types": len(a.types)} {
		if n == 0 {
			return fmt.Errorf("found no %s; want macros …_REQUIRED(X), …_OPTIONAL(X), …_CONSTANTS(X) and lines that begin with typedef", what)
		}
	}
	return nil
}
