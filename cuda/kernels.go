package cuda

import "github.com/gomx-org/gomx/backend"

// kernelRow says what the device does with one kind of call.
type kernelRow struct {
	// supports reports whether lower has a kernel for the call as it stands. What is not supported is refused by Compile.
	supports func(p *backend.Program, c *backend.Call) bool
	// lower emits the steps of a supported call.
	lower func(cx *compileCtx, c *backend.Call) error
	// covers says in a few words for what, for `gomx ops`.
	covers string
}

// kernels is the table of all kinds with kernels. A new kernel is a file and a line here.
var kernels map[backend.Kind]kernelRow

func init() {
	kernels = map[backend.Kind]kernelRow{
		backend.MatMul:         {supportsMatMul, lowerMatMul, "float32, transposed or not, alone or in batches"},
		backend.Conv:           {supportsConv, lowerConv, "float32, 2 and 3 axes, any stride, pad, dilation, groups"},
		backend.ConvGradData:   {supportsConv, lowerConv, "as Conv"},
		backend.ConvGradFilter: {supportsConv, lowerConv, "as Conv"},
	}
}
