package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// source is a C file that compiles when all declarations are those of the real header.
func (a *api) source() string {
	var w strings.Builder
	fmt.Fprintf(&w, "%s\n#include \"%s\"\n#include \"%s\"\n", a.defines, a.header, a.path)
	fmt.Fprintf(&w, `
#define TEXT(x) #x
#define SIZE(x) sizeof(TEXT(x))
#define FUNCTION(name, params) \
	_Static_assert(SIZE(name) == sizeof #name, #name " is another function by the name of " TEXT(name)); \
	_Static_assert(__builtin_types_compatible_p(__typeof__(&name), %[1]s (*) params), #name " has other parameters or another result in %[2]s");
#define CONSTANT(own, theirs, number) \
	_Static_assert((long long)(theirs) == (number), #own " is not " #theirs " of %[2]s");
#define POINTER(type) (__builtin_classify_type((type)0) == __builtin_classify_type((void *)0))
#define TYPE(own, theirs) \
	_Static_assert(sizeof(own) == sizeof(theirs) && POINTER(own) == POINTER(theirs), #theirs " is of another size or kind in %[2]s");
%[3]s_REQUIRED(FUNCTION)
%[3]s_OPTIONAL(FUNCTION)
%[3]s_CONSTANTS(CONSTANT)
`, a.result, a.header, a.prefix)
	for _, t := range a.types {
		fmt.Fprintf(&w, "typedef %s;\nTYPE(own_%s, %s)\n", strings.Replace(t.text, "@", "own_"+t.name, 1), t.name, t.name)
	}
	return w.String()
}

// prober opens libraries, given by their paths, and prints those names that the last one lacks.
const prober = `#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
	void *lib = NULL;
	const char *file = "";
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '/') {
			file = strrchr(argv[i], '/') + 1;
			lib = dlopen(argv[i], RTLD_LAZY | RTLD_GLOBAL);
			if (lib == NULL) return printf("cannot open it: %s\n", dlerror()), 1;
		} else if (dlsym(lib, argv[i]) == NULL) {
			printf("%s is not in %s\n", argv[i], file);
		}
	}
	return 0;
}
`

var (
	assertion = regexp.MustCompile(`error: static assertion failed:? "(.*)"`)
	anyError  = regexp.MustCompile(`error: (.*)`)
)

// checkHeader compiles the source and gives what is wrong.
func (t *toolkit) checkHeader(a *api) ([]string, error) {
	dir, err := os.MkdirTemp(t.dir, "check-")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, a.name+".c")
	if err := os.WriteFile(file, []byte(a.source()), 0o644); err != nil {
		return nil, err
	}
	// cuda_fp16.h includes this, which is in yet another package, for its functions in C++ only.
	if err := os.MkdirAll(filepath.Join(dir, "nv"), 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "nv", "target"), nil, 0o644); err != nil {
		return nil, err
	}
	args := []string{"-std=gnu11", "-fsyntax-only", "-fno-diagnostics-color", "-isystem", dir}
	folders, err := t.folders("include")
	if err != nil {
		return nil, err
	}
	for _, f := range folders {
		args = append(args, "-isystem", f)
	}
	out, err := compiler(append(args, file)...)
	var wrong []string
	for _, line := range strings.Split(out, "\n") {
		if m := assertion.FindStringSubmatch(line); m != nil {
			wrong = append(wrong, strings.ReplaceAll(m[1], `\"`, `"`))
		} else if m := anyError.FindStringSubmatch(line); m != nil {
			wrong = append(wrong, m[1])
		}
	}
	if err != nil && len(wrong) == 0 {
		return nil, fmt.Errorf("%s: %w\n%s", a.header, err, out)
	}
	return wrong, nil
}

// checkLibrary opens the library and gives what it lacks.
func (t *toolkit) checkLibrary(a *api) ([]string, error) {
	if a.soname == "" {
		return nil, nil
	}
	var libs []string
	for _, name := range []string{a.needs, a.soname} {
		found, err := t.find(name + ".")
		if err != nil {
			return nil, err
		}
		libs = append(libs, found)
	}
	file, program := filepath.Join(t.dir, "prober.c"), filepath.Join(t.dir, "prober")
	if err := os.WriteFile(file, []byte(prober), 0o644); err != nil {
		return nil, err
	}
	if out, err := compiler(file, "-o", program, "-ldl"); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	out, err := exec.Command(program, append(libs, a.functions...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", a.soname, err, out)
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' }), nil
}

// compiler runs the C compiler that go would call.
func compiler(args ...string) (string, error) {
	cc, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		return "", err
	}
	words := append(strings.Fields(string(cc)), args...)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// folders gives all of that name in the toolkit.
func (t *toolkit) folders(name string) ([]string, error) {
	var all []string
	err := filepath.WalkDir(t.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == name {
			all = append(all, path)
		}
		return err
	})
	return all, err
}

// find gives the library whose name begins so.
func (t *toolkit) find(prefix string) (string, error) {
	found := ""
	err := filepath.WalkDir(t.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(d.Name(), prefix) {
			found = path
		}
		return err
	})
	if err == nil && found == "" {
		err = fmt.Errorf("%s has no %s*", t.name, prefix)
	}
	return found, err
}
