// Package sources finds the project's own files, for checks that run from anywhere in the checkout.
package sources

import (
	"fmt"
	"os/exec"
	"strings"
)

// Root is the folder of the module in which the process runs.
func Root() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("go list -m: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
