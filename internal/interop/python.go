package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// What is compared with.
const mxnetVersion = "1.9.1"

// help is what to do where there is no MXNet.
const help = "set MXNET_PY to a Python, 3.8 to 3.11 on x86-64 Linux, that has mxnet==1.9.1 and numpy<1.24"

// findMXNet gives the Python that has MXNet: that of the variable MXNET_PY, else the one of bench/setup.sh in the user's
// cache, which that installs when it is not there.
func findMXNet(ctx context.Context, root string) (string, error) {
	if python := os.Getenv("MXNET_PY"); python != "" {
		return python, check(ctx, python)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no place for MXNet: %w; %s", err, help)
	}
	dir := filepath.Join(cache, "gomx-rivals")
	setup := exec.CommandContext(ctx, filepath.Join(root, "bench", "setup.sh"), dir, "mxnet")
	setup.Stdout, setup.Stderr = os.Stderr, os.Stderr
	if err := setup.Run(); err != nil {
		return "", fmt.Errorf("bench/setup.sh cannot install MXNet %s (%w); %s", mxnetVersion, err, help)
	}
	python := filepath.Join(dir, "mxnet", "bin", "python")
	return python, check(ctx, python)
}

// check sees whether a Python has the right MXNet.
func check(ctx context.Context, python string) error {
	w, err := start(ctx, python)
	if err != nil {
		return fmt.Errorf("%s has no MXNet that works: %w; %s", python, err, help)
	}
	defer w.close()
	if w.version != mxnetVersion {
		return fmt.Errorf("%s has MXNet %s, want %s; %s", python, w.version, mxnetVersion, help)
	}
	return nil
}
