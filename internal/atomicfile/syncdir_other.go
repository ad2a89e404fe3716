//go:build !unix

package atomicfile

// syncDir does nothing: Windows and the others keep names in order by themselves or cannot be asked.
func syncDir(string) error { return nil }
