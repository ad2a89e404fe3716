package zoo

import (
	"fmt"

	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// vggLayers is the number of convolutions in each of the five groups, by depth.
var vggLayers = map[int][5]int{11: {1, 1, 2, 2, 2}, 13: {2, 2, 2, 2, 2}, 16: {2, 2, 3, 3, 3}, 19: {2, 2, 4, 4, 4}}

// VGG is a network of Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2015:
// 11, 13, 16 or 19 layers deep, for (N, 3, 224, 224); with batchNorm there is one after each convolution.
func VGG(depth int, batchNorm bool) func(classes int) *symbol.Symbol {
	return func(classes int) *symbol.Symbol {
		x := symbol.Variable("data")
		for g, n := range vggLayers[depth] {
			for i := range n {
				at := fmt.Sprintf("%d_%d", g+1, i+1)
				x = symbol.Convolution(x, min(64<<g, 512), with.Kernel(3, 3), with.Pad(1, 1), with.Name("conv"+at))
				if batchNorm {
					x = symbol.BatchNorm(x, with.Name("bn"+at))
				}
				x = relu(x, "relu"+at)
			}
			x = pool(x, with.PoolMax, square(2).by(2), with.Name(fmt.Sprintf("pool%d", g+1)))
		}
		x = symbol.Flatten(x, with.Name("flatten"))
		for _, i := range []string{"6", "7"} {
			x = relu(symbol.FullyConnected(x, 4096, with.Name("fc"+i)), "relu"+i)
			x = symbol.Dropout(x, with.P(0.5), with.Name("drop"+i))
		}
		return dense(x, classes, "fc8")
	}
}
