package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/optimizer"
)

// measure prints how long a device takes to start, and how fast it copies, multiplies and trains.
func measure(w io.Writer, ctx device.Context, dev backend.Device, opened time.Duration, secs float64) error {
	first, err := timeLeNet(ctx)
	if err != nil {
		return err
	}
	again, err := timeLeNet(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "start-up  open %.3f s; LeNet bound and one step %.3f s the first time, %.3f s after that\n", opened.Seconds(), first.Seconds(), again.Seconds())
	if err := measureCopies(w, dev, secs); err != nil {
		return err
	}
	for _, n := range []int{512, 1024, 2048, 4096} {
		rate, err := gemmRate(dev, n, secs)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "gemm      %4d³ float32: %.1f GFLOP/s\n", n, rate/1e9)
		if float64(2*n*n*n)*8/rate > secs { // the next would take longer than its time
			break
		}
	}
	for _, net := range []string{"mlp", "lenet"} {
		speed, err := trainSpeed(net, 64, secs, ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "train     %s, batch 64: %.0f images a second\n", net, speed)
	}
	return nil
}

// timeLeNet binds LeNet for training and runs one batch.
func timeLeNet(ctx device.Context) (time.Duration, error) {
	begin := time.Now()
	_, err := trainSpeed("lenet", 64, 0, ctx)
	return time.Since(begin), err
}

// trainSpeed is images a second on the code path of Fit; with secs 0, five batches are run to warm up and one is counted.
func trainSpeed(network string, batch int, secs float64, ctx ...device.Context) (float64, error) {
	net, err := zoo.Open(network, 10)
	if err != nil {
		return 0, err
	}
	bench := benchCmd{networkFlags: networkFlags{Network: network, Batch: batch}}
	shape, classes, err := bench.shape()
	if err != nil {
		return 0, err
	}
	data := newSynthetic(shape, classes, secs)
	m := model.NewFeedForward(net, model.On(ctx...), model.Log(func(string, ...any) {}),
		model.Optimizer(optimizer.SGD{LearningRate: 0.01, Momentum: 0.9}))
	if err := bench.train(m, data, &result{}); err != nil {
		return 0, err
	}
	return data.speed(), nil
}

// copyBytes is the size of the copies that are timed.
const copyBytes = 64 << 20

func measureCopies(w io.Writer, dev backend.Device, secs float64) error {
	var regions [2]backend.Region
	for i := range regions {
		b, err := dev.Alloc(copyBytes)
		if err != nil {
			return err
		}
		defer b.Free()
		regions[i] = backend.Region{Buffer: b, Length: copyBytes}
	}
	host := backend.HostRegion(make([]byte, copyBytes))
	for _, c := range []struct {
		what     string
		dst, src backend.Region
	}{{"host to device", regions[0], host}, {"device to host", host, regions[0]}, {"within device", regions[1], regions[0]}} {
		each, err := repeat(secs/3, dev, func() error { return dev.Copy(c.dst, c.src) })
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "copy      %s, 64 MiB: %.1f GB/s\n", c.what, copyBytes/each/1e9)
	}
	return nil
}

// repeat gives the seconds that one call of f takes, run again and again for about secs.
func repeat(secs float64, dev backend.Device, f func() error) (float64, error) {
	for n := 1; ; n *= 2 {
		if err := errors.Join(f(), dev.Sync()); err != nil { // warm
			return 0, err
		}
		begin := time.Now()
		for range n {
			if err := f(); err != nil {
				return 0, err
			}
		}
		if err := dev.Sync(); err != nil {
			return 0, err
		}
		if took := time.Since(begin).Seconds(); took >= secs/2 || n >= 1<<20 {
			return took / float64(n), nil
		}
	}
}

// gemmRate is operations a second of a product of n×n matrices.
func gemmRate(dev backend.Device, n int, secs float64) (float64, error) {
	b := backend.NewBuilder(&backend.Program{})
	s := backend.Shape{n, n}
	b.Node("selftest")
	x, y := b.Arg("x", backend.In, s, backend.Float32), b.Arg("y", backend.In, s, backend.Float32)
	b.Arg("z", backend.Out, s, backend.Float32)
	b.Write("z", b.MatMul(x, y))
	if err := b.Finish(backend.Infer); err != nil {
		return 0, err
	}
	exe, err := dev.Compile(b.P, backend.Options{})
	if err != nil {
		return 0, err
	}
	defer exe.Close()
	regions := make([]backend.Region, 3)
	bytes := 4 * n * n
	zero := backend.HostRegion(make([]byte, bytes))
	for i := range regions {
		buf, err := dev.Alloc(bytes)
		if err != nil {
			return 0, err
		}
		defer buf.Free()
		regions[i] = backend.Region{Buffer: buf, Length: bytes}
		if err := dev.Copy(regions[i], zero); err != nil {
			return 0, err
		}
	}
	bound, err := exe.Bind(backend.Infer, regions)
	if err != nil {
		return 0, err
	}
	defer bound.Close()
	each, err := repeat(secs, dev, bound.Run)
	return 2 * float64(n) * float64(n) * float64(n) / each, err
}

// measurePairs prints how several devices train together.
func measurePairs(w io.Writer, list []device.Context) error {
	if len(list) < 2 {
		return nil
	}
	for _, net := range []string{"mlp", "lenet"} {
		speed, err := trainSpeed(net, 64*len(list), 1, list...)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "train     %s on %d devices, batch %d: %.0f images a second\n", net, len(list), 64*len(list), speed)
	}
	return nil
}
