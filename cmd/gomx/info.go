package main

import (
	"fmt"
	"os"
	"runtime"
	"text/tabwriter"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/cuda"
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
	return printGPUs()
}

// printGPUs lists them, or says why there are none.
func printGPUs() error {
	n, err := cuda.Count()
	if err != nil {
		fmt.Printf("gpus     none: %v\n", err)
		return nil
	}
	fmt.Printf("gpus     %d\n", n)
	for k := range n {
		dev, err := device.GPU(k).Device()
		if err != nil {
			return err
		}
		i := dev.Info()
		fmt.Printf("%-8s %s, %.1f GiB, %s, %s\n", i.Name, i.Model, float64(i.Memory)/(1<<30), i.Kernels, i.BLAS)
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
	fmt.Fprintln(w, "\nKERNEL\tREF\tCPU\tGPU")
	dev, err := device.CPU(0).Device()
	if err != nil {
		return err
	}
	for _, k := range backend.Kinds() {
		fmt.Fprintf(w, "%v\tyes\t%s\t%s\n", k, coverage(dev, k), cuda.Coverage(k))
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
