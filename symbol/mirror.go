package symbol

import (
	"os"
	"strconv"

	"github.com/gomx-org/gomx/backend"
)

// mirrorEverywhere is what the environment asks for, as in MXNet: a number other than 0.
func mirrorEverywhere() bool {
	n, err := strconv.Atoi(os.Getenv("MXNET_BACKWARD_DO_MIRROR"))
	return err == nil && n != 0
}

// part says whether backward may compute again what n computes. The operators are MXNet's, but for BatchNorm: its statistics
// are kept here and its output is cheap, where MXNet would compute all of it again and so does not.
func (l *lowering) part(n *node) backend.Part {
	if n.op.Name == "Dropout" {
		return backend.PartKeep
	}
	switch n.attrs["__force_mirroring__"] {
	case "True", "true", "1":
		return backend.PartAgain
	}
	switch n.op.Name {
	case "Convolution", "FullyConnected", "Concat", "SoftmaxOutput":
		return backend.PartKeep
	}
	if l.o.Mirror {
		return backend.PartCheap
	}
	return backend.PartKeep
}
