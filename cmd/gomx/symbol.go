package main

import (
	"fmt"
	"os"

	"github.com/gomx-org/gomx/model/zoo"
)

// symbolCmd writes a network of the zoo as a symbol file.
type symbolCmd struct {
	Network string `arg:"" help:"Network of the zoo, or a symbol file FILE.json, which is brought to the newest form."`
	Out     string `short:"o" help:"File to write; the terminal without it." placeholder:"FILE.json"`
	Classes int    `help:"Number of classes; default that of the network."`
}

// Run does what the command says.
func (c *symbolCmd) Run() error {
	if c.Classes < 0 {
		return fmt.Errorf("--classes is %d, want at least 1", c.Classes)
	}
	s, err := zoo.Open(c.Network, c.Classes)
	if err != nil {
		return err
	}
	if c.Out != "" {
		return s.Save(c.Out)
	}
	text, err := s.ToJSON()
	if err == nil {
		_, err = fmt.Fprintln(os.Stdout, text)
	}
	return err
}
