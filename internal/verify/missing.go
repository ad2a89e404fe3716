package verify

import (
	"path/filepath"
	"slices"
	"strings"
)

// Folders of cases for what this build does not have. They are found and counted, so that nothing is forgotten.
func init() {
	for _, k := range []struct {
		name, what string
		ext        string // of a case's file
		markers    []string
		none       []string // files with that extension that are no cases
	}{
		{name: "recordio", what: "package io/recordio", ext: ".json", markers: []string{"a.rec"}},
		{name: "imageiter", what: "ImageRecordIter", ext: ".json", markers: []string{"img.rec", "exact.rec"}},
		{name: "viz", what: "viz.PrintSummary", ext: ".summary.txt"},
	} {
		register(kind{
			name: k.name,
			recognise: func(f *folder) bool {
				return f.name == k.name && len(f.stems(k.ext)) > 0 || f.has(k.markers...) ||
					strings.Count(k.ext, ".") > 1 && len(f.stems(k.ext)) > 0
			},
			list: func(f *folder) []string {
				stems := f.stems(k.ext)
				inner := strings.TrimSuffix(k.ext, filepath.Ext(k.ext)) // .summary of .summary.txt
				for i := range stems {
					stems[i] += inner
				}
				return slices.Clip(stems)
			},
			run: func(*check) error { return missing(k.what) },
		})
	}
}
