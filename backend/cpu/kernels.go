//go:build cgo

package cpu

import "github.com/gomx-org/gomx/backend"

// kernelRow says what the device does with one kind of call.
type kernelRow struct {
	// supports reports whether lower has a kernel for the call as it stands; others run on ref.
	supports func(p *backend.Program, c *backend.Call) bool
	// lower emits the steps of a supported call.
	lower func(cx *compileCtx, c *backend.Call) error
	// prefers and weightLayout answer backend.Supporter; nil means Plain.
	prefers      func(p *backend.Program, c *backend.Call) backend.Layout
	weightLayout func(d *Device, p *backend.Program, c *backend.Call, l backend.Layout) backend.Layout
}

// kernels is the table of all kinds with kernels in C. A new kernel is a file and a line here.
var kernels map[backend.Kind]kernelRow

func init() {
	conv := kernelRow{convSupports, lowerConv, convPrefers, convWeightLayout}
	kernels = map[backend.Kind]kernelRow{
		backend.Conv:           conv,
		backend.ConvGradData:   conv,
		backend.ConvGradFilter: conv,
		backend.Pool:           {supports: poolSupports, lower: lowerPool},
		backend.PoolGrad:       {supports: poolSupports, lower: lowerPool},

		backend.ArgReduce:  {supports: supportsPlainFloat32, lower: lowerArgReduce},
		backend.Concat:     {supports: supportsMove, lower: lowerConcat},
		backend.Gather:     {supports: supportsGather, lower: lowerGather},
		backend.Map:        {supports: supportsMap, lower: lowerMap},
		backend.MatMul:     {supports: supportsMatMul, lower: lowerMatMul, weightLayout: matMulWeightLayout},
		backend.Pad:        {supports: supportsMove, lower: lowerPad},
		backend.Random:     {supports: supportsRandom, lower: lowerRandom},
		backend.Reduce:     {supports: supportsReduce, lower: lowerReduce},
		backend.Relayout:   {supports: supportsRelayout, lower: lowerRelayout},
		backend.Reshape:    {supports: plainCall, lower: lowerReshape},
		backend.ScatterAdd: {supports: supportsScatterAdd, lower: lowerScatterAdd},
		backend.Slice:      {supports: supportsMove, lower: lowerSlice},
		backend.Softmax:    {supports: supportsPlainFloat32, lower: lowerSoftmax},
		backend.Stats:      {supports: supportsReduce, lower: lowerStats},
		backend.Transpose:  {supports: supportsMove, lower: lowerTranspose},
		backend.Write:      {supports: plainCall, lower: lowerWrite},
	}
}
