package main

import (
	"fmt"
	"os"
	"runtime"
	"text/tabwriter"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/op"
)

// infoCmd says what this machine has for gomx.
type infoCmd struct{}

// Run does what the command says.
func (c *infoCmd) Run() error {
	fmt.Printf("go       %s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	dev, err := device.CPU(0).Device()
	if err != nil {
		return err
	}
	i := dev.Info()
	fmt.Printf("device   %s\nkernels  %s\nblas     %s\nthreads  %d\n", i.Name, i.Kernels, i.BLAS, i.Threads)
	if _, err := device.GPU(0).Device(); err != nil {
		fmt.Printf("gpus     none: %v\n", err)
	}
	return nil
}

// opsCmd lists operators and kernel kinds.
type opsCmd struct{}

// Run does what the command says.
func (c *opsCmd) Run() error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "OPERATOR\tGRADIENT\tWHAT")
	for _, d := range op.All() {
		grad := "yes"
		if !d.HasGrad {
			grad = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", d.Name, grad, d.Doc)
	}
	fmt.Fprintln(w, "\nKERNEL\tREF\tCPU")
	dev, err := device.CPU(0).Device()
	if err != nil {
		return err
	}
	for _, k := range backend.Kinds() {
		fmt.Fprintf(w, "%v\tyes\t%s\n", k, coverage(dev, k))
	}
	return w.Flush()
}

// coverage says for which types a device has its own kernel of a kind.
func coverage(dev backend.Device, k backend.Kind) string {
	s, ok := dev.(interface{ Coverage(backend.Kind) string })
	if !ok {
		return "the portable kernel (ref)"
	}
	return s.Coverage(k)
}
