package cublas

import (
	"os"
	"path/filepath"
)

// majors are the versions that this package was written for, the newest first.
var majors = []string{"13", "12", "11"}

// candidates are the libraries to try: the loader's own search, then the toolkit's folders, then Python's wheels.
func candidates() []string {
	var list []string
	for _, m := range majors {
		list = append(list, "libcublas.so."+m)
	}
	for _, folder := range folders() {
		for _, m := range majors {
			found, _ := filepath.Glob(filepath.Join(folder, "libcublas.so."+m))
			list = append(list, found...)
		}
	}
	return list
}

// folders may hold libcublas; * stands for any name.
func folders() []string {
	var list []string
	for _, variable := range []string{"CUDA_HOME", "CUDA_PATH"} {
		if root := os.Getenv(variable); root != "" {
			list = append(list, filepath.Join(root, "lib64"))
		}
	}
	list = append(list, "/usr/local/cuda/lib64", "/opt/cuda/lib64")
	roots := []string{"/usr/local", "/usr"}
	if home, err := os.UserHomeDir(); err == nil {
		roots = append([]string{filepath.Join(home, ".local")}, roots...)
	}
	for _, variable := range []string{"CONDA_PREFIX", "VIRTUAL_ENV"} {
		if root := os.Getenv(variable); root != "" {
			list = append(list, filepath.Join(root, "lib"))
			roots = append([]string{root}, roots...)
		}
	}
	for _, root := range roots {
		for _, packages := range []string{"site-packages", "dist-packages"} {
			for _, wheel := range []string{"cu13", "cublas"} {
				list = append(list, filepath.Join(root, "lib", "python3*", packages, "nvidia", wheel, "lib"))
			}
		}
	}
	return list
}

// ltOf is the libcublasLt that belongs to a libcublas.
func ltOf(path string) string {
	dir, name := filepath.Split(path)
	const prefix = "libcublas."
	if len(name) < len(prefix) || name[:len(prefix)] != prefix {
		return ""
	}
	return dir + "libcublasLt." + name[len(prefix):]
}
