package main

import (
	"fmt"
	"os"

	"github.com/gomx-org/gomx/internal/verify"
)

// verifyCmd replays recorded cases. GOMX_BACKEND chooses the backend that runs them.
type verifyCmd struct {
	Dir string `arg:"" help:"Folder with recorded cases: all vectors, one kind such as ops, or one case."`
	GPU int    `name:"gpu" default:"-1" help:"Run on this GPU; the CPU without it."`
}

// Run prints a line for each case and fails when one of them does.
func (c *verifyCmd) Run() error {
	sum, err := verify.Run(os.Stdout, c.Dir, verify.Options{Context: deviceOf(c.GPU)})
	if err != nil {
		return err
	}
	if sum.Failed > 0 {
		return fmt.Errorf("verify: %d of %d cases failed", sum.Failed, sum.Total())
	}
	return nil
}
