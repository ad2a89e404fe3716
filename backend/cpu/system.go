//go:build cgo

package cpu

import (
	"bufio"
	"fmt"
	"os"
)

// totalMemory reads the size of the machine's memory where the system tells it in /proc/meminfo, else 0.
func totalMemory() int64 {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close()
	var kib int64
	for s := bufio.NewScanner(f); s.Scan(); {
		if n, _ := fmt.Sscanf(s.Text(), "MemTotal: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	return 0
}
