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

		backend.ArgReduce:  {plainFloat32, lowerArgReduce, "float32, any axis"},
		backend.Concat:     {supportsMove, lowerConcat, "every type, up to 6 axes"},
		backend.Gather:     {supportsGather, lowerGather, "every type, by indices of every type but float16, bfloat16 and bool"},
		backend.Map:        {supportsMap, lowerMap, "every operation and type, up to 8 axes apart"},
		backend.Pad:        {supportsMove, lowerPad, "every type, up to 6 axes"},
		backend.Pool:       {plainFloat32, lowerPool, "float32, 2 and 3 axes, every type of pooling"},
		backend.PoolGrad:   {plainFloat32, lowerPoolGrad, "as Pool"},
		backend.Random:     {supportsRandom, lowerRandom, "float32"},
		backend.Reduce:     {supportsReduce, lowerReduce, "float32, any of up to 6 axes"},
		backend.Relayout:   {plainCall, lowerReshape, "C order only"},
		backend.Reshape:    {plainCall, lowerReshape, "every type"},
		backend.ScatterAdd: {supportsScatterAdd, lowerScatterAdd, "float32, by indices as Gather"},
		backend.Slice:      {supportsMove, lowerSlice, "every type, up to 6 axes"},
		backend.Softmax:    {plainFloat32, lowerSoftmax, "float32, any axis"},
		backend.Sort:       {plainCall, lowerSort, "every type, any axis"},
		backend.Stats:      {supportsReduce, lowerStats, "float32, any of up to 6 axes"},
		backend.Transpose:  {supportsMove, lowerTranspose, "every type, up to 6 axes"},
		backend.Write:      {plainCall, lowerWrite, "every type"},
	}
}
