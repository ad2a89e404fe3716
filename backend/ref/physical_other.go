//go:build !linux

package ref

// physicalMemory is the memory that a machine is taken to have where it is not asked.
func physicalMemory() int64 { return 1 << 40 }
