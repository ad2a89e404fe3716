package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/internal/ndfile"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
)

// inspectCmd says what a file is and holds, or lists the program that a network becomes.
type inspectCmd struct {
	File       string `arg:"" optional:"" help:"A symbol, .params or .states file."`
	Program    bool   `help:"List the program that --network becomes, after each pass."`
	Network    string `help:"Network of the zoo, or a symbol file FILE.json."`
	Mode       string `enum:"train,infer" default:"train" help:"train or infer."`
	Batch      int    `help:"Examples in a batch." default:"64"`
	ImageShape []int  `help:"Channels, height, width." placeholder:"C,H,W"`
	After      string `help:"Only after this pass." placeholder:"PASS"`
	GPU        int    `name:"gpu" default:"-1" help:"For this GPU; for the CPU without it."`
	JSON       bool   `name:"json" help:"Write JSON."`
}

// Run does what the command says.
func (c *inspectCmd) Run() error {
	if c.Program {
		return c.program()
	}
	if c.File == "" {
		return errors.New("name a file, or give --program --network NET")
	}
	head, err := headOf(c.File)
	if err != nil {
		return err
	}
	if strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(head, "\xef\xbb\xbf")), "{") {
		return c.symbol()
	}
	return c.arrays()
}

// headOf is the beginning of a file.
func headOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return string(head[:n]), err
}

func (c *inspectCmd) symbol() error {
	s, err := symbol.Load(c.File)
	if err != nil {
		return err
	}
	fmt.Printf("%s: a network\n  arguments  %s\n", c.File, strings.Join(s.ListArguments(), " "))
	if aux := s.ListAuxiliaryStates(); len(aux) > 0 {
		fmt.Printf("  auxiliary  %s\n", strings.Join(aux, " "))
	}
	fmt.Printf("  outputs    %s\n", strings.Join(s.ListOutputs(), " "))
	return nil
}

func (c *inspectCmd) arrays() error {
	f, err := ndfile.ReadFile(c.File)
	if err != nil {
		return err
	}
	if st, err := model.LoadStates(c.File); err == nil {
		fmt.Printf("%s: training state after epoch %d, batch %d, step %d, seed %d\n  optimizer  %v\n  of params  sha256 %s\n",
			c.File, st.Epoch, st.Batch, st.Step, st.Seed, st.Optimizer, st.ParamsSHA256)
	} else {
		kind := "a list"
		if f.Named {
			kind = "a map"
		}
		fmt.Printf("%s: %s of %d arrays\n", c.File, kind, len(f.Arrays))
	}
	elements := 0
	for _, a := range f.Arrays {
		elements += a.Shape.Size()
		fmt.Printf("  %-40s %-8v %v\n", a.Name, a.DType, a.Shape)
	}
	fmt.Printf("  %d elements\n", elements)
	return nil
}

// stage is a program after one pass.
type stage struct {
	Pass    string   `json:"pass"`
	Program string   `json:"-"`
	Entries []listed `json:"entries"`
}

type listed struct {
	Entry string   `json:"entry"`
	Calls []string `json:"calls"`
}

func (c *inspectCmd) program() error {
	if c.Network == "" {
		return errors.New("--program wants --network")
	}
	n := networkFlags{Network: c.Network, Mode: c.Mode, Batch: c.Batch, ImageShape: c.ImageShape}
	shape, classes, err := n.shape()
	if err != nil {
		return err
	}
	net, err := zoo.Open(c.Network, classes)
	if err != nil {
		return err
	}
	var stages []stage
	opts := backend.Options{Trace: func(pass string, p *backend.Program) {
		s := stage{Pass: pass, Program: p.String()}
		for i := range p.Entries {
			l := listed{Entry: p.Entries[i].Kind.String()}
			for k := range p.Entries[i].Calls {
				l.Calls = append(l.Calls, p.CallString(&p.Entries[i].Calls[k]))
			}
			s.Entries = append(s.Entries, l)
		}
		stages = append(stages, s)
	}}
	if err := bindOnce(net, deviceOf(c.GPU), shape, c.Mode, opts); err != nil {
		return err
	}
	return c.show(stages)
}

// bindOnce compiles the network as Fit or Predict would.
func bindOnce(net *symbol.Symbol, on device.Context, shape backend.Shape, mode string, opts backend.Options) error {
	m := model.NewFeedForward(net, model.On(on), model.Compile(opts),
		model.Optimizer(optimizer.SGD{LearningRate: 0.1, Momentum: 0.9}), model.Log(func(string, ...any) {}))
	data := newSynthetic(shape, 2, 0)
	if err := m.InitParams(data); err != nil {
		return err
	}
	return m.Bind(data, mode == "train")
}

func (c *inspectCmd) show(stages []stage) error {
	var passes []string
	for _, s := range stages {
		passes = append(passes, s.Pass)
	}
	if c.After != "" {
		var kept []stage
		for _, s := range stages {
			if s.Pass == c.After {
				kept = append(kept, s)
			}
		}
		if kept == nil {
			return fmt.Errorf("--after %s: there is no such pass; there are %s", c.After, strings.Join(passes, ", "))
		}
		stages = kept
	}
	if c.JSON {
		enc := json.NewEncoder(os.Stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(stages)
	}
	for _, s := range stages {
		fmt.Printf("=== after %s\n%s\n", s.Pass, s.Program)
	}
	return nil
}
