// Gomx holds the tools around the library.
//
//	gomx verify vectors                                  # replays cases recorded from MXNet
//	gomx bench --network lenet --mode train              # images a second
//	gomx inspect model/lenet-0001.params                 # what a file is and holds
//	gomx inspect --program --network lenet --mode train  # what a network becomes, pass by pass
//	gomx convert model.params model.safetensors          # arrays from one kind of file into another
//	gomx run model/mnist 10 --data x.npz --out y.npz     # a saved network on arrays
//	gomx plot resnet-50 -o resnet.svg                    # a picture of a network
//	gomx symbol resnet-50 -o resnet.json                 # a network of the zoo as MXNet writes it
//	gomx selftest --gpus 0                               # every kernel checked, the device measured
//	gomx info; gomx ops                                  # what there is
package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

// cli lists the commands, one a line; each lives in a file of its own.
type cli struct {
	Bench    benchCmd    `cmd:"" help:"Measure images a second on the code path of Fit or Predict; the last line is JSON."`
	Convert  convertCmd  `cmd:"" help:"Turn files of arrays into others: .params, .npz, .safetensors; legacy symbol files into current ones."`
	Info     infoCmd     `cmd:"" help:"Show devices, instruction set and BLAS."`
	Inspect  inspectCmd  `cmd:"" help:"Show what a model file holds, or with --program what a network becomes."`
	Ops      opsCmd      `cmd:"" help:"List operators, and kernels by backend."`
	Plot     plotCmd     `cmd:"" help:"Draw a network: a picture, or its text for Graphviz."`
	Run      runCmd      `cmd:"" help:"Run a saved network on arrays from a .npz file."`
	Selftest selftestCmd `cmd:"" help:"Check every kernel of a device against ref and measure it; one report to paste."`
	Symbol   symbolCmd   `cmd:"" help:"Write a network of the zoo as a symbol file, as MXNet 1.9.1 writes it."`
	Verify   verifyCmd   `cmd:"" help:"Replay cases recorded from MXNet and compare every array with what MXNet computed."`
}

func main() { os.Exit(run(os.Args[1:])) }

// run gives the exit code: 0, 1 when the command failed, 2 when the command line makes no sense.
func run(args []string) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("gomx"), kong.Description("Tools around gomx, a deep learning library in Go."))
	if err != nil {
		panic("BUG: the command line: " + err.Error())
	}
	ctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "gomx: %v; gomx --help shows what there is\n", err)
		return 2
	}
	if err := ctx.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "gomx: %v\n", err)
		return 1
	}
	return 0
}
