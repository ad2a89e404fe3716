package wheels

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Extract unpacks the files of a wheel that are wanted into a folder, under their paths in the wheel, and gives those.
func Extract(wheel, dir string, want func(name string) bool) ([]string, error) {
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	var names []string
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") || !want(f.Name) {
			continue
		}
		if !filepath.IsLocal(f.Name) {
			return nil, fmt.Errorf("%s: %q leads out of the folder", wheel, f.Name)
		}
		if err := unpack(f, filepath.Join(dir, f.Name)); err != nil {
			return nil, err
		}
		names = append(names, f.Name)
	}
	return names, nil
}

// unpack writes a file. Programs are told by their place, since some archives lack permissions.
func unpack(f *zip.File, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	from, err := f.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	mode := os.FileMode(0o644)
	if filepath.Base(filepath.Dir(to)) == "bin" {
		mode = 0o755
	}
	w, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, from); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}
