package verify

// Folders of cases for what this build does not have. They are found and counted, so that nothing is forgotten.
func init() {
	for _, k := range []struct {
		name, what string
		markers    []string
	}{
		{name: "recordio", what: "package io/recordio", markers: []string{"a.rec"}},
		{name: "imageiter", what: "ImageRecordIter", markers: []string{"img.rec", "exact.rec"}},
	} {
		register(kind{
			name:      k.name,
			recognise: func(f *folder) bool { return f.name == k.name && len(f.stems(".json")) > 0 || f.has(k.markers...) },
			list:      jsonCases,
			run:       func(*check) error { return missing(k.what) },
		})
	}
}
