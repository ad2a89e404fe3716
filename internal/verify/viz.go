package verify

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/viz"
)

func init() {
	register(kind{
		name:      "viz",
		recognise: func(f *folder) bool { return len(f.stems(".summary.txt")) > 0 },
		list: func(f *folder) []string {
			stems := f.stems(".summary.txt")
			for i := range stems {
				stems[i] += ".summary"
			}
			return stems
		},
		run: runSummary,
	})
}

// runSummary compares what is printed of a network of the zoo with what MXNet prints.
func runSummary(c *check) error {
	name := strings.TrimSuffix(c.base, ".summary")
	n, err := zoo.Get(name)
	if err != nil {
		return missing("network " + name)
	}
	net, err := zoo.Open(name, 0)
	if err != nil {
		return err
	}
	want, err := os.ReadFile(filepath.Join(c.dir, c.base+".txt"))
	if err != nil {
		return err
	}
	var got bytes.Buffer
	if err := viz.PrintSummary(&got, net, map[string]backend.Shape{"data": append(backend.Shape{1}, n.Shape[:]...)}); err != nil {
		return err
	}
	c.list("lines", strings.Split(got.String(), "\n"), strings.Split(string(want), "\n"))
	return nil
}
