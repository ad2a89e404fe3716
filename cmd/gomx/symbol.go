package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/gomx-org/gomx/model/zoo"
)

// symbolCmd writes a network of the zoo as a symbol file.
type symbolCmd struct {
	Network string `arg:"" optional:"" help:"Network of the zoo, or a symbol file FILE.json, which is brought to the newest form."`
	Out     string `short:"o" help:"File to write; the terminal without it." placeholder:"FILE.json"`
	List    bool   `help:"List the networks of the zoo."`
	Classes int    `help:"Number of classes; default that of the network."`
}

// Run does what the command says.
func (c *symbolCmd) Run() error {
	if c.List {
		return listNetworks(os.Stdout)
	}
	if c.Network == "" {
		return errors.New("name a network or a symbol file; gomx symbol --list shows the networks")
	}
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

// listNetworks says of each network of the zoo which images and how many classes it is for, and its other names.
func listNetworks(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "network\timages\tclasses\twhat it is")
	for _, name := range zoo.Names() {
		n, err := zoo.Get(name)
		if err != nil {
			return err
		}
		doc := n.Doc
		if also := n.Aliases(); len(also) > 0 {
			doc += "; also " + strings.Join(also, ", ")
		}
		fmt.Fprintf(table, "%s\t%d,%d,%d\t%d\t%s\n", n.Name, n.Shape[0], n.Shape[1], n.Shape[2], n.Classes, doc)
	}
	return table.Flush()
}
