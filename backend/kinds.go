package backend

import (
	"fmt"
	"strings"

	"github.com/gomx-org/gomx/backend/expr"
)

// Kind says which kernel a call runs.
type Kind uint8

// The kinds of calls. The comment gives inputs -> outputs; Attrs types stand beside.
const (
	// Map computes an expression element by element: x… -> y…, MapAttrs. Inputs broadcast (numpy's rule) to the shape of
	// the outputs.
	Map Kind = iota
	// Reduce combines elements along axes: x -> y, ReduceAttrs.
	Reduce
	// ArgReduce gives the position of the largest or smallest element along an axis, the first on ties: x -> y, ArgReduceAttrs.
	ArgReduce
	// Sort orders the elements along an axis: x -> values, order, SortAttrs; order, of Int32, says where each came from.
	Sort
	// Stats gives mean and biased variance along axes: x -> mean, var, StatsAttrs.
	Stats
	// MatMul multiplies matrices: (M,K), (K,N) -> (M,N), or with a leading batch axis on all three, MatMulAttrs.
	MatMul
	// Conv is cross-correlation: x (N,C,s…), w (F,C/groups,k…) -> y (N,F,o…), ConvAttrs; s has 2 or 3 axes.
	Conv
	// ConvGradData is Conv's gradient by x: dy, w -> dx, ConvAttrs; dx has the shape recorded in the output value.
	ConvGradData
	// ConvGradFilter is Conv's gradient by w: dy, x -> dw, ConvAttrs.
	ConvGradFilter
	// Pool pools windows: x (N,C,s…) -> y (N,C,o…), PoolAttrs; s has 2 or 3 axes.
	Pool
	// PoolGrad is Pool's gradient: dy, x, y -> dx, PoolAttrs. A maximum that occurs twice gets its gradient at the first.
	PoolGrad
	// Softmax along an axis: x -> y, SoftmaxAttrs.
	Softmax
	// Transpose permutes axes: x -> y, TransposeAttrs.
	Transpose
	// Reshape sees the same elements under another shape: x -> y; a view, no work.
	Reshape
	// Slice takes a box: x -> y, SliceAttrs.
	Slice
	// Concat joins along an axis: x… -> y, ConcatAttrs.
	Concat
	// Pad surrounds with a border: x -> y, PadAttrs.
	Pad
	// Gather takes rows along an axis: x, indices -> y, GatherAttrs.
	Gather
	// ScatterAdd adds rows into zeros, Gather's gradient: dy, indices -> dx, GatherAttrs.
	ScatterAdd
	// Random draws numbers by Philox counter: rng, and the parameter where the distribution has one, which broadcasts -> y,
	// RandomAttrs. Never merged, dropped or moved across entries.
	Random
	// Relayout changes the layout, not the numbers: x -> y.
	Relayout
	// Write stores a value into an argument, after every read of it: x ->, WriteAttrs.
	Write
	// Host calls a Go function between segments: x… -> y…, HostAttrs. Never merged or dropped.
	Host
	numKinds
)

type kindRow struct {
	name    string
	effects bool // must stay, once and in order
	verify  func(p *Program, c *Call) error
}

var kindTable [numKinds]kindRow // filled in by init, since its functions print Kinds

func init() {
	kindTable = [numKinds]kindRow{
		Map:            {"Map", false, verifyMap},
		Reduce:         {"Reduce", false, verifyReduce},
		ArgReduce:      {"ArgReduce", false, verifyArgReduce},
		Sort:           {"Sort", false, verifySort},
		Stats:          {"Stats", false, verifyStats},
		MatMul:         {"MatMul", false, verifyMatMul},
		Conv:           {"Conv", false, verifyConv},
		ConvGradData:   {"ConvGradData", false, verifyConv},
		ConvGradFilter: {"ConvGradFilter", false, verifyConv},
		Pool:           {"Pool", false, verifyPool},
		PoolGrad:       {"PoolGrad", false, verifyPool},
		Softmax:        {"Softmax", false, verifySoftmax},
		Transpose:      {"Transpose", false, verifyTranspose},
		Reshape:        {"Reshape", false, verifyReshape},
		Slice:          {"Slice", false, verifySlice},
		Concat:         {"Concat", false, verifyConcat},
		Pad:            {"Pad", false, verifyPad},
		Gather:         {"Gather", false, verifyGather},
		ScatterAdd:     {"ScatterAdd", false, verifyGather},
		Random:         {"Random", true, verifyRandom},
		Relayout:       {"Relayout", false, verifyRelayout},
		Write:          {"Write", true, verifyWrite},
		Host:           {"Host", true, verifyHost},
	}
}

// String is the name of the kind.
func (k Kind) String() string {
	if int(k) < len(kindTable) {
		return kindTable[k].name
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// HasEffects reports whether calls of the kind must be neither merged nor dropped nor duplicated.
func (k Kind) HasEffects() bool { return kindTable[k].effects }

// Kinds lists every kind of call.
func Kinds() []Kind {
	all := make([]Kind, numKinds)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// Attrs are the parameters of a call, one of the …Attrs types below; nil for Reshape and Relayout. They never change
// once a call holds them. String is part of the listing and equal exactly for equal parameters.
type Attrs interface{ String() string }

// MapAttrs of a Map. Inputs and outputs of the call are those of E, in order.
type MapAttrs struct{ E *expr.Expr }

func (a *MapAttrs) String() string { return "{" + a.E.String() + "}" }

// ReduceOp says how elements combine.
type ReduceOp uint8

// The reductions. SumNaN and ProdNaN skip NaNs.
const (
	ReduceSum ReduceOp = iota
	ReduceProd
	ReduceMax
	ReduceMin
	ReduceSumSquares
	ReduceSumAbs
	ReduceSumNaN
	ReduceProdNaN
)

var reduceNames = [...]string{"sum", "prod", "max", "min", "sumsquares", "sumabs", "nansum", "nanprod"}

func (o ReduceOp) String() string { return reduceNames[o] }

// ReduceAttrs of a Reduce. Axes ascend and are not negative; with Keep they stay as 1.
type ReduceAttrs struct {
	Op   ReduceOp
	Axes []int
	Keep bool
}

func (a *ReduceAttrs) String() string {
	return fmt.Sprintf("%v%v%s", a.Op, a.Axes, flag(a.Keep, "keep"))
}

// ArgReduceAttrs of an ArgReduce; the result has the data's type, as MXNet's argmax.
type ArgReduceAttrs struct {
	Min  bool
	Axis int
	Keep bool
}

func (a *ArgReduceAttrs) String() string {
	return fmt.Sprintf("%s[%d]%s", map[bool]string{false: "max", true: "min"}[a.Min], a.Axis, flag(a.Keep, "keep"))
}

// SortAttrs of a Sort. Equal elements, and so −0 and 0, stay in the order in which they were; NaNs come last in both
// directions. MXNet 1.9.1 on the CPU does so for rows of up to 16 elements without NaNs; longer ones it leaves in some order
// among equals, and rows with NaNs unsorted.
type SortAttrs struct {
	Axis    int
	Descend bool
}

func (a *SortAttrs) String() string { return fmt.Sprintf("[%d]%s", a.Axis, flag(a.Descend, "descend")) }

// StatsAttrs of a Stats: Axes ascend; both outputs keep the other axes only.
type StatsAttrs struct{ Axes []int }

func (a *StatsAttrs) String() string { return fmt.Sprint(a.Axes) }

// MatMulAttrs of a MatMul: a transposed operand is stored with its two last axes exchanged.
// Epilogue, set by fusion, maps (product, further inputs…) to the result; further inputs broadcast to it.
type MatMulAttrs struct {
	TransA, TransB bool
	Epilogue       *expr.Expr
}

func (a *MatMulAttrs) String() string {
	return flag(a.TransA, "transA") + flag(a.TransB, "transB") + epilogueText(a.Epilogue)
}

// ConvAttrs of Conv and its gradients; each slice has one entry per spatial axis. Pad is the border before; the border
// after follows from the output's shape. Epilogue as in MatMulAttrs.
type ConvAttrs struct {
	Kernel, Stride, Pad, Dilate []int
	Groups                      int
	Epilogue                    *expr.Expr
}

func (a *ConvAttrs) String() string {
	return fmt.Sprintf("k%v s%v p%v d%v g%d%s", a.Kernel, a.Stride, a.Pad, a.Dilate, a.Groups, epilogueText(a.Epilogue))
}

// PoolType says how a window combines.
type PoolType uint8

// The pooling types. PoolLp is (Σ|x|^P)^(1/P).
const (
	PoolMax PoolType = iota
	PoolAvg
	PoolSum
	PoolLp
)

var poolNames = [...]string{"max", "avg", "sum", "lp"}

func (t PoolType) String() string { return poolNames[t] }

// PoolAttrs of Pool and PoolGrad; slices have one entry per spatial axis. Windows start at i·Stride − Pad and are clipped
// to the data. PoolAvg divides by the number of positions between −Pad and size+Pad that the window covers
// (CountIncludePad, MXNet's default) or by those inside the data.
type PoolAttrs struct {
	Type                PoolType
	Kernel, Stride, Pad []int
	CountIncludePad     bool
	P                   int // of PoolLp
}

func (a *PoolAttrs) String() string {
	s := fmt.Sprintf("%v k%v s%v p%v%s", a.Type, a.Kernel, a.Stride, a.Pad, flag(a.CountIncludePad, "countpad"))
	if a.Type == PoolLp {
		s += fmt.Sprintf(" P%d", a.P)
	}
	return s
}

// SoftmaxAttrs of a Softmax; Log gives log-softmax.
type SoftmaxAttrs struct {
	Axis int
	Log  bool
}

func (a *SoftmaxAttrs) String() string { return fmt.Sprintf("[%d]%s", a.Axis, flag(a.Log, "log")) }

// TransposeAttrs of a Transpose: axis i of the output is axis Axes[i] of the input.
type TransposeAttrs struct{ Axes []int }

func (a *TransposeAttrs) String() string { return fmt.Sprint(a.Axes) }

// SliceAttrs of a Slice: along each axis from Begin in steps of Step (never 0, may be negative); how many is in the
// output's shape.
type SliceAttrs struct{ Begin, Step []int }

func (a *SliceAttrs) String() string { return fmt.Sprintf("from%v by%v", a.Begin, a.Step) }

// ConcatAttrs of a Concat.
type ConcatAttrs struct{ Axis int }

func (a *ConcatAttrs) String() string { return fmt.Sprintf("[%d]", a.Axis) }

// PadMode says what a border holds.
type PadMode uint8

// The modes: a number, the nearest element, or the mirror image without the edge element.
const (
	PadConstant PadMode = iota
	PadEdge
	PadReflect
)

// PadAttrs of a Pad: elements before each axis (after follows from the output's shape).
type PadAttrs struct {
	Mode   PadMode
	Before []int
	Value  float64
}

func (a *PadAttrs) String() string { return fmt.Sprintf("%d %v %g", a.Mode, a.Before, a.Value) }

// GatherAttrs of Gather and ScatterAdd. Indices outside are clipped, or wrapped around with Wrap.
type GatherAttrs struct {
	Axis int
	Wrap bool
}

func (a *GatherAttrs) String() string { return fmt.Sprintf("[%d]%s", a.Axis, flag(a.Wrap, "wrap")) }

// Dist is a distribution of Random.
type Dist uint8

// The distributions: uniform in [0,1), normal with mean 0 and variance 1, gamma with scale 1 and the shape as parameter,
// Poisson with the mean as parameter, and whole numbers of Int64, evenly from 0 up to below RandomAttrs.Below.
const (
	DistUniform Dist = iota
	DistNormal
	DistGamma
	DistPoisson
	DistBelow
)

var distNames = [...]string{"uniform", "normal", "gamma", "poisson", "below"}

// HasParameter tells whether Random takes the distribution's parameter as its second input.
func (d Dist) HasParameter() bool { return d == DistGamma || d == DistPoisson }

// RandomAttrs of a Random. Node keeps the streams of different nodes apart and is fixed before passes; see Philox.
type RandomAttrs struct {
	Dist  Dist
	Node  uint32
	Below uint64 // of DistBelow
}

func (a *RandomAttrs) String() string {
	if a.Dist == DistBelow {
		return fmt.Sprintf("below %d node %d", a.Below, a.Node)
	}
	return fmt.Sprintf("%s node %d", distNames[a.Dist], a.Node)
}

// WriteAttrs of a Write: the argument's position in Program.Args.
type WriteAttrs struct{ Arg int }

func (a *WriteAttrs) String() string { return fmt.Sprintf("arg %d", a.Arg) }

func flag(set bool, name string) string {
	if set {
		return " " + name
	}
	return ""
}

func epilogueText(e *expr.Expr) string {
	if e == nil {
		return ""
	}
	return " then {" + strings.TrimSpace(e.String()) + "}"
}
