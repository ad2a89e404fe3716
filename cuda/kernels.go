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
	kernels = map[backend.Kind]kernelRow{}
}
