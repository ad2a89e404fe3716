// Package zoo holds the networks of MXNet's image-classification examples, argument by argument as MXNet 1.9.1 makes them.
package zoo

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/symbol"
)

// Network is a network of the zoo.
type Network struct {
	Name    string
	Doc     string
	Shape   [3]int // channels, height, width of the images it is made for
	Classes int    // default number of classes
	Make    func(classes int) *symbol.Symbol
}

var networks = map[string]Network{
	"mlp":   {"mlp", "three fully connected layers, 128, 64 and the classes", [3]int{1, 28, 28}, 10, MLP},
	"lenet": {"lenet", "LeCun et al. 1998, with tanh and max pooling", [3]int{1, 28, 28}, 10, LeNet},
}

// Get finds a network by name.
func Get(name string) (Network, error) {
	n, ok := networks[strings.ToLower(name)]
	if !ok {
		return Network{}, fmt.Errorf("zoo: no network %q; there are %s", name, strings.Join(Names(), ", "))
	}
	return n, nil
}

// Names lists the networks.
func Names() []string { return slices.Sorted(maps.Keys(networks)) }

// Open makes a network: one of the zoo by name, or the one in a symbol file when name ends in .json.
func Open(name string, classes int) (*symbol.Symbol, error) {
	if strings.HasSuffix(name, ".json") {
		return symbol.Load(name)
	}
	n, err := Get(name)
	if err != nil {
		if near := op.Nearest(name, Names(), 1); len(near) == 1 {
			return nil, fmt.Errorf("%w; did you mean %s? A file ends in .json", err, near[0])
		}
		return nil, err
	}
	if classes == 0 {
		classes = n.Classes
	}
	s := n.Make(classes)
	return s, s.Err()
}
