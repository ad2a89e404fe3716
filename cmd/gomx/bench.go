package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"time"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/metric"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
)

// benchCmd measures images a second on the code path of Fit or Predict.
type benchCmd struct {
	networkFlags
	Secs    float64 `help:"Seconds to measure, after warming up." default:"5"`
	Threads int     `help:"Threads; default OMP_NUM_THREADS, else all."`
	GPUs    string  `name:"gpus" help:"GPUs, such as 0 or 0,1; the CPU without it."`
}

// networkFlags choose a network and the batches it gets.
type networkFlags struct {
	Network    string `required:"" help:"Network of the zoo, or a symbol file FILE.json."`
	Mode       string `enum:"train,infer" default:"train" help:"train or infer."`
	Batch      int    `help:"Examples in a batch." default:"64"`
	ImageShape []int  `help:"Channels, height, width; default what the network is made for." placeholder:"C,H,W"`
}

// result is the last line that bench prints.
type result struct {
	ImgS      float64  `json:"img_s"`
	Batch     int      `json:"batch"`
	Threads   int      `json:"threads"`
	Backend   string   `json:"backend"`
	DType     string   `json:"dtype"`
	Kernels   string   `json:"kernels"`
	LossFirst *float64 `json:"loss_first,omitempty"`
	LossLast  *float64 `json:"loss_last,omitempty"`
	Checksum  *float64 `json:"checksum,omitempty"`
}

// shape is the shape of the data: the batch, and what an example is.
func (n *networkFlags) shape() (backend.Shape, int, error) {
	image := n.ImageShape
	classes := 10
	if net, err := zoo.Get(n.Network); err == nil {
		classes = net.Classes
		if len(image) == 0 {
			image = net.Shape[:]
		}
	}
	if len(image) == 0 {
		return nil, 0, fmt.Errorf("--image-shape is needed for %s", n.Network)
	}
	if n.Batch < 1 {
		return nil, 0, fmt.Errorf("--batch is %d, want at least 1", n.Batch)
	}
	return append(backend.Shape{n.Batch}, image...), classes, nil
}

// Run does what the command says.
func (c *benchCmd) Run() error {
	ctx, info, err := c.device()
	if err != nil {
		return err
	}
	shape, classes, err := c.shape()
	if err != nil {
		return err
	}
	net, err := zoo.Open(c.Network, classes)
	if err != nil {
		return err
	}
	out, err := net.InferShapePartial(map[string]backend.Shape{"data": shape})
	if err != nil {
		return err
	}
	if s := out.Outs[0]; s.Known() && len(s) == 2 {
		classes = s[1]
	}
	data := newSynthetic(shape, classes, c.Secs)
	m := model.NewFeedForward(net, model.On(ctx), model.Log(func(string, ...any) {}),
		model.Optimizer(optimizer.SGD{LearningRate: 0.01, Momentum: 0.9}))
	r := result{Batch: c.Batch, Threads: info.Threads, Backend: info.Name, DType: "float32", Kernels: info.Kernels}
	if c.Mode == "train" {
		err = c.train(m, data, &r)
	} else {
		err = c.infer(m, data, &r)
	}
	if err != nil {
		return err
	}
	r.ImgS = data.speed()
	return json.NewEncoder(os.Stdout).Encode(r)
}

// device opens the device with the threads asked for.
func (c *benchCmd) device() (device.Context, backend.Info, error) {
	ctx := device.CPU(0)
	if c.GPUs != "" {
		g, err := device.Parse("gpu(" + c.GPUs + ")")
		if err != nil {
			return ctx, backend.Info{}, fmt.Errorf("--gpus %s: %w", c.GPUs, err)
		}
		ctx = g
	}
	if c.Threads < 0 {
		return ctx, backend.Info{}, fmt.Errorf("--threads is %d, want at least 1", c.Threads)
	}
	if c.Threads > 0 {
		if err := os.Setenv("OMP_NUM_THREADS", strconv.Itoa(c.Threads)); err != nil {
			return ctx, backend.Info{}, err
		}
	}
	dev, err := ctx.Device()
	if err != nil {
		return ctx, backend.Info{}, err
	}
	return ctx, dev.Info(), nil
}

func (c *benchCmd) train(m *model.FeedForward, data *synthetic, r *result) error {
	loss := metric.CrossEntropy()
	onBatch := model.BatchFunc(func(b *model.BatchEnd) {
		v := loss.Values()[0].Value
		if r.LossFirst == nil {
			first, last := v, v
			r.LossFirst, r.LossLast = &first, &last
		}
		*r.LossLast = v
		loss.Reset()
	})
	return m.Fit(context.Background(), data, model.Metric(loss), model.OnBatchEnd(onBatch))
}

func (c *benchCmd) infer(m *model.FeedForward, data *synthetic, r *result) error {
	if err := m.InitParams(data); err != nil {
		return err
	}
	return m.EachBatch(context.Background(), data, 0, func(_ *mxio.DataBatch, outs []*ndarray.NDArray) error {
		if r.Checksum == nil {
			sum := 0.0
			for _, v := range outs[0].Float32() {
				sum += float64(v)
			}
			r.Checksum = &sum
		}
		return nil
	})
}

// synthetic is four alternating batches of fixed numbers. It ends when its time is over; the first part of a run, until
// four batches and a fifth of the time have passed, warms up and is not counted.
type synthetic struct {
	data, label []mxio.DataDesc
	batches     []*mxio.DataBatch
	secs        float64

	n       int
	begin   time.Time // of the run
	counted time.Time // when counting began
	first   int       // the batch at which it began
	end     time.Time
}

func newSynthetic(shape backend.Shape, classes int, secs float64) *synthetic {
	s := &synthetic{secs: secs,
		data:  []mxio.DataDesc{{Name: "data", Shape: shape}},
		label: []mxio.DataDesc{{Name: "softmax_label", Shape: backend.Shape{shape[0]}}}}
	for i := range 4 {
		x := make([]float32, shape.Size())
		for k := range x {
			x[k] = float32(math.Mod(float64(k*(i+3))*0.6180339887, 1)) // a sequence without short periods
		}
		y := make([]float32, shape[0])
		for k := range y {
			y[k] = float32((k*7 + i*3) % classes)
		}
		s.batches = append(s.batches, &mxio.DataBatch{
			Data:  []*ndarray.NDArray{ndarray.Array(x, shape)},
			Label: []*ndarray.NDArray{ndarray.Array(y, backend.Shape{shape[0]})},
		})
	}
	return s
}

func (s *synthetic) ProvideData() []mxio.DataDesc  { return s.data }
func (s *synthetic) ProvideLabel() []mxio.DataDesc { return s.label }
func (s *synthetic) BatchSize() int                { return s.data[0].Shape[0] }
func (s *synthetic) Reset()                        {}

func (s *synthetic) Next(context.Context) (*mxio.DataBatch, error) {
	now := time.Now()
	switch {
	case s.n == 0:
		s.begin = now
	case s.counted.IsZero() && s.n >= 4 && now.Sub(s.begin).Seconds() >= s.secs/5:
		s.counted, s.first = now, s.n
	case !s.counted.IsZero() && s.n > s.first && now.Sub(s.counted).Seconds() >= s.secs:
		s.end = now
		return nil, io.EOF
	}
	b := s.batches[s.n%len(s.batches)]
	s.n++
	return b, nil
}

// speed is the number of images a second over the counted part.
func (s *synthetic) speed() float64 {
	return float64((s.n-s.first)*s.BatchSize()) / s.end.Sub(s.counted).Seconds()
}
