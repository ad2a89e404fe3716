// Show_digits loads a checkpoint that train_mnist saved, predicts ten of MNIST's test digits and shows them in the
// terminal with what the network reads in them.
//
//	go run ./examples/show_digits --model-prefix model/lenet --load-epoch 1
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/alecthomas/kong"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/io/dataset"
	"github.com/gomx-org/gomx/model"
)

type flags struct {
	ModelPrefix string `required:"" help:"Prefix of the checkpoint." placeholder:"PREFIX"`
	LoadEpoch   int    `required:"" help:"Epoch of the checkpoint." placeholder:"N"`
	DataDir     string `help:"Folder of the data." default:"mnist/"`
	First       int    `help:"Number of the first digit to show." default:"0"`
}

func main() {
	var f flags
	parser := kong.Must(&f, kong.Name("show_digits"), kong.Description("Show ten digits and what a trained network reads in them."))
	if _, err := parser.Parse(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "show_digits:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, &f); err != nil {
		fmt.Fprintln(os.Stderr, "show_digits:", err)
		os.Exit(1)
	}
}

const digits, side = 10, 28

func run(ctx context.Context, f *flags) error {
	m, err := model.Load(f.ModelPrefix, f.LoadEpoch, model.Log(func(string, ...any) {}))
	if err != nil {
		return err
	}
	defer m.Close()
	_, test, err := dataset.LoadMNIST(ctx, f.DataDir)
	if err != nil {
		return err
	}
	if f.First < 0 || f.First+digits > test.Images.Len() {
		return fmt.Errorf("--first is %d, want 0 to %d", f.First, test.Images.Len()-digits)
	}
	pixels := test.Images.Data[f.First*side*side : (f.First+digits)*side*side]
	it, err := mxio.NewNDArrayIter(mxio.Bytes(pixels, 1.0/256, digits, 1, side, side), nil, mxio.BatchSize(digits))
	if err != nil {
		return err
	}
	out, err := m.Predict(ctx, it)
	if err != nil {
		return err
	}
	show(pixels, test.Labels.Data[f.First:], out[0].Float32())
	return nil
}

// show prints the digits five in a row and under each the network's reading, its probability, and the truth.
func show(pixels, labels []uint8, probs []float32) {
	const perRow, width = 5, side/2 + 2
	right := 0
	for row := 0; row < digits; row += perRow {
		var pictures [][]string
		var captions []string
		for d := row; d < row+perRow; d++ {
			pictures = append(pictures, draw(pixels[d*side*side:], side, side))
			best := argmax(probs[d*10 : d*10+10])
			caption := fmt.Sprintf("%d (%.1f %%)", best, 100*probs[d*10+best])
			if best == int(labels[d]) {
				right++
			} else {
				caption += fmt.Sprintf(", is %d", labels[d])
			}
			captions = append(captions, caption)
		}
		fmt.Println(beside(pictures, captions, width))
	}
	fmt.Printf("%d of %d right\n", right, digits)
}

func argmax(x []float32) int {
	best := 0
	for i := range x {
		if x[i] > x[best] {
			best = i
		}
	}
	return best
}
