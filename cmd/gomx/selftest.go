package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/internal/backendtest"
)

// selftestCmd checks and measures a device, in one report to paste.
type selftestCmd struct {
	GPUs string  `name:"gpus" help:"GPUs, such as 0 or 0,1; the CPU without it."`
	Secs float64 `help:"Seconds for each measurement." default:"1"`
	Run_ string  `name:"run" help:"Check only the rows of the table whose name contains this; measure nothing."`
}

// Run does what the command says.
func (c *selftestCmd) Run() error { return c.report(os.Stdout) }

func (c *selftestCmd) report(w io.Writer) error {
	list, err := c.contexts()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "gomx selftest  %s, %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	failed := 0
	for _, ctx := range list {
		n, err := c.device(w, ctx)
		if err != nil {
			return err
		}
		failed += n
	}
	if c.Run_ == "" {
		if err := measurePairs(w, list); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("selftest: %d kernels gave wrong results", failed)
	}
	fmt.Fprintln(w, "all right")
	return nil
}

// contexts are the devices asked for.
func (c *selftestCmd) contexts() ([]device.Context, error) {
	if c.GPUs == "" {
		return []device.Context{device.CPU(0)}, nil
	}
	var list []device.Context
	for _, number := range strings.Split(c.GPUs, ",") {
		ctx, err := device.Parse("gpu(" + strings.TrimSpace(number) + ")")
		if err != nil {
			return nil, fmt.Errorf("--gpus %s: want numbers such as 0 or 0,1", c.GPUs)
		}
		list = append(list, ctx)
	}
	return list, nil
}

// version is the commit that the program was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return "of unknown version"
}

// device reports on one device and gives the number of failed checks.
func (c *selftestCmd) device(w io.Writer, ctx device.Context) (int, error) {
	begin := time.Now()
	dev, err := ctx.Device()
	if err != nil {
		return 0, err
	}
	opened := time.Since(begin)
	i := dev.Info()
	fmt.Fprintf(w, "\ndevice    %s, %s, %.1f GiB\nblas      %s\n", i.Name, i.Kernels, float64(i.Memory)/(1<<30), i.BLAS)
	if c.Run_ == "" {
		if err := measure(w, ctx, dev, opened, c.Secs); err != nil {
			return 0, err
		}
	}
	return checkKernels(w, dev, c.Run_)
}

// tally counts the checks of one kind of call.
type tally struct{ right, wrong, missing int }

// checkKernels runs the conformance table on the device.
func checkKernels(w io.Writer, dev backend.Device, only string) (int, error) {
	kinds := map[string]*tally{}
	var names []string
	wrong := 0
	begin := time.Now()
	for _, r := range backendtest.Rows() {
		if !strings.Contains(r.Name, only) {
			continue
		}
		kind, _, _ := strings.Cut(r.Name, " ")
		if kinds[kind] == nil {
			kinds[kind] = &tally{}
			names = append(names, kind)
		}
		for _, dt := range r.DTypes() {
			err := backendtest.Check(dev, r, dt)
			var gap *backend.NoKernelError
			switch t := kinds[kind]; {
			case err == nil:
				t.right++
			case errors.As(err, &gap):
				t.missing++
			default:
				t.wrong++
				wrong++
				fmt.Fprintf(w, "WRONG     %s %v: %v\n", r.Name, dt, err)
				if serr := dev.Sync(); serr != nil { // the device is lost: nothing else would run
					return wrong, fmt.Errorf("selftest: %w", serr)
				}
			}
		}
	}
	fmt.Fprintf(w, "checked   against ref in float64, in %.1f s\n", time.Since(begin).Seconds())
	slices.Sort(names)
	for _, n := range names {
		t := kinds[n]
		fmt.Fprintf(w, "  %-16s %4d right, %d wrong", n, t.right, t.wrong)
		if t.missing > 0 {
			fmt.Fprintf(w, ", %d that the device has no kernel for", t.missing)
		}
		fmt.Fprintln(w)
	}
	return wrong, nil
}
