package ndexpr

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
	nd "github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/with"
)

type shape = nd.Shape

func init() {
	add(creation)
	add(views)
	add(arithmetic)
	add(integers)
	add(reductions)
	add(functions)
	add(facts)
}

var creation = map[string]eval{
	"a":                    func(v Arrays) any { return v["a"] },
	"v":                    func(v Arrays) any { return v["v"] },
	"c":                    func(v Arrays) any { return v["c"] },
	"i8":                   func(v Arrays) any { return v["i8"] },
	"h":                    func(v Arrays) any { return v["h"] },
	"i3":                   func(v Arrays) any { return v["i3"] },
	"big":                  func(v Arrays) any { return v["big"] },
	"nd.zeros((1,))":       func(Arrays) any { return nd.Zeros(shape{1}) },
	"nd.zeros(4)":          func(Arrays) any { return nd.Zeros(shape{4}) },
	"nd.ones((2,1))":       func(Arrays) any { return nd.Ones(shape{2, 1}) },
	"nd.array(3.5)":        func(Arrays) any { return nd.Array([]float64{3.5}, shape{}) },
	"nd.array([])":         func(Arrays) any { return vec() },
	"nd.zeros((0,3))":      func(Arrays) any { return nd.Zeros(shape{0, 3}) },
	"nd.array([1e-8,1e8])": func(Arrays) any { return vec(1e-8, 1e8) },
	"nd.array([float('nan'),float('inf'),-float('inf')])": func(Arrays) any { return vec(math.NaN(), math.Inf(1), math.Inf(-1)) },
	"nd.array([[True,False]])":                            func(Arrays) any { return nd.Array([]int{1, 0}, shape{1, 2}) },
	"nd.arange(5)":                                        func(Arrays) any { return nd.Arange(0, 5, 1) },
	"nd.arange(1,7,2)":                                    func(Arrays) any { return nd.Arange(1, 7, 2) },
	"nd.arange(0,3,repeat=2)":                             func(Arrays) any { return nd.ArangeRepeat(0, 3, 1, 2) },
	"nd.arange(2,8,2,repeat=3,dtype='int32')":             func(Arrays) any { return nd.ArangeRepeat(2, 8, 2, 3, nd.Of(backend.Int32)) },
	"nd.full((2,2),3.3)":                                  func(Arrays) any { return nd.Full(shape{2, 2}, 3.3) },
	"nd.eye(3)":                                           func(Arrays) any { return nd.Eye(3) },
	"nd.linspace(0,1,5)":                                  func(Arrays) any { return nd.Linspace(0, 1, 5) },
	"a.copy()":                                            func(v Arrays) any { return v["a"].Copy() },
	"i8.astype('float32')":                                func(v Arrays) any { return v["i8"].AsType(backend.Float32) },
	"a.astype('int32')":                                   func(v Arrays) any { return v["a"].AsType(backend.Int32) },
	"nd.cast(a,dtype='int8')":                             func(v Arrays) any { return nd.Cast(v["a"], backend.Int8) },
	"nd.array([300,-1.9,2.5]).astype('uint8')":            func(Arrays) any { return vec(300, -1.9, 2.5).AsType(backend.Uint8) },
}

// views index, slice and rearrange.
var views = map[string]eval{
	"a[0]":   func(v Arrays) any { return v["a"].At(0) },
	"a[1:]":  func(v Arrays) any { return v["a"].Slice(1, 2) },
	"a[:,1]": func(v Arrays) any { return column(v["a"], 1, 1) },
	"a[0,2]": func(v Arrays) any { return v["a"].At(0).At(2) },
	"a[-1]":  func(v Arrays) any { return v["a"].At(-1) },
	"c[0,1:,::2]": func(v Arrays) any {
		return nd.Slice(v["c"].At(0), []int{1, with.None}, []int{with.None, with.None}, with.Step(1, 2))
	},
	"c[:,-1]":                        func(v Arrays) any { return column(v["c"], 1, 2) },
	"c[1,2,3]":                       func(v Arrays) any { return v["c"].At(1).At(2).At(3) },
	"c[:,:,1:3]":                     func(v Arrays) any { return nd.SliceAxis(v["c"], 2, 1, 3) },
	"c[::-1]":                        func(v Arrays) any { return nd.Slice(v["c"], []int{with.None}, []int{with.None}, with.Step(-1)) },
	"c[:,None]":                      func(v Arrays) any { return v["c"].ExpandDims(1) },
	"c[...,0]":                       func(v Arrays) any { return column(v["c"], 2, 0) },
	"c[nd.array([1,0])]":             func(v Arrays) any { return nd.Take(v["c"], vec(1, 0)) },
	"a.T":                            func(v Arrays) any { return v["a"].T() },
	"c.T":                            func(v Arrays) any { return v["c"].T() },
	"c[0:1]":                         func(v Arrays) any { return v["c"].Slice(0, 1) },
	"c[1:1]":                         func(v Arrays) any { return v["c"].Slice(1, 1) },
	"c.reshape((-1,))":               func(v Arrays) any { return v["c"].Reshape(-1) },
	"c.reshape((0,-1))":              func(v Arrays) any { return v["c"].Reshape(0, -1) },
	"c.reshape((-3,0))":              func(v Arrays) any { return v["c"].Reshape(-3, 0) },
	"c.reshape((-4,1,2,0,0))":        func(v Arrays) any { return v["c"].Reshape(-4, 1, 2, 0, 0) },
	"c.reshape((-2,))":               func(v Arrays) any { return v["c"].Reshape(-2) },
	"c.reshape((0,-4,3,-1,0))":       func(v Arrays) any { return v["c"].Reshape(0, -4, 3, -1, 0) },
	"c.reshape((2,-1))":              func(v Arrays) any { return v["c"].Reshape(2, -1) },
	"c.reshape((-1,0),reverse=True)": func(v Arrays) any { return v["c"].ReshapeReverse(-1, 0) },
	"c.expand_dims(1)":               func(v Arrays) any { return nd.ExpandDims(v["c"], 1) },
	"c.flatten()":                    func(v Arrays) any { return nd.Flatten(v["c"]) },
	"c.swapaxes(0,2)":                func(v Arrays) any { return nd.SwapAxis(v["c"], with.Dim1(0), with.Dim2(2)) },
	"c.transpose((1,0,2))":           func(v Arrays) any { return nd.Transpose(v["c"], with.Axes(1, 0, 2)) },
	"a.broadcast_to((2,3))":          func(v Arrays) any { return v["a"].BroadcastTo(2, 3) },
	"nd.arange(3).reshape((1,3)).broadcast_to((2,3))": func(Arrays) any { return nd.Arange(0, 3, 1).Reshape(1, 3).BroadcastTo(2, 3) },
	"nd.slice(c,begin=(0,1,None),end=(1,None,2))": func(v Arrays) any {
		return nd.Slice(v["c"], []int{0, 1, with.None}, []int{1, with.None, 2})
	},
	"nd.slice_axis(c,axis=2,begin=-2,end=None)": func(v Arrays) any { return nd.SliceAxis(v["c"], 2, -2, with.None) },
	"c.slice_axis(axis=1,begin=0,end=2)":        func(v Arrays) any { return nd.SliceAxis(v["c"], 1, 0, 2) },
	"nd.split(c,num_outputs=2,axis=2)[1]":       func(v Arrays) any { return nd.SliceChannel(v["c"], 2, with.Axis(2))[1] },
}

// column is the array at index i of an axis, which disappears.
func column(a *nd.NDArray, axis, i int) *nd.NDArray {
	return nd.Squeeze(nd.SliceAxis(a, axis, i, i+1), with.Axis(axis))
}

var arithmetic = map[string]eval{
	"a+1":                         func(v Arrays) any { return nd.AddScalar(v["a"], 1) },
	"1-a":                         func(v Arrays) any { return nd.RSubScalar(1, v["a"]) },
	"a*2.5":                       func(v Arrays) any { return nd.MulScalar(v["a"], 2.5) },
	"2/a":                         func(v Arrays) any { return nd.RDivScalar(2, v["a"]) },
	"a**2":                        func(v Arrays) any { return nd.PowScalar(v["a"], 2) },
	"2**a":                        func(v Arrays) any { return nd.RPowScalar(2, v["a"]) },
	"a%2":                         func(v Arrays) any { return nd.ModScalar(v["a"], 2) },
	"-a":                          func(v Arrays) any { return nd.Neg(v["a"]) },
	"abs(a)":                      func(v Arrays) any { return nd.Abs(v["a"]) },
	"a+a":                         func(v Arrays) any { return nd.Add(v["a"], v["a"]) },
	"a-a*2":                       func(v Arrays) any { return v["a"].Sub(v["a"].MulScalar(2)) },
	"a/a":                         func(v Arrays) any { return nd.Div(v["a"], v["a"]) },
	"a==a":                        func(v Arrays) any { return nd.Equal(v["a"], v["a"]) },
	"a>0":                         func(v Arrays) any { return nd.GreaterScalar(v["a"], 0) },
	"a>=a":                        func(v Arrays) any { return nd.GreaterEqual(v["a"], v["a"]) },
	"a!=1":                        func(v Arrays) any { return nd.NotEqualScalar(v["a"], 1) },
	"a<=0":                        func(v Arrays) any { return nd.LesserEqualScalar(v["a"], 0) },
	"nd.maximum(a,0)":             func(v Arrays) any { return nd.MaximumScalar(v["a"], 0) },
	"nd.minimum(a,a*2)":           func(v Arrays) any { return nd.Minimum(v["a"], v["a"].MulScalar(2)) },
	"nd.power(nd.abs(a),0.5)":     func(v Arrays) any { return nd.PowScalar(nd.Abs(v["a"]), 0.5) },
	"nd.modulo(a,1.5)":            func(v Arrays) any { return nd.ModScalar(v["a"], 1.5) },
	"h+1":                         func(v Arrays) any { return nd.AddScalar(v["h"], 1) },
	"h*h":                         func(v Arrays) any { return nd.Mul(v["h"], v["h"]) },
	"h/3":                         func(v Arrays) any { return nd.DivScalar(v["h"], 3) },
	"nd.ones((2,3))+nd.arange(3)": func(Arrays) any { return nd.Add(nd.Ones(shape{2, 3}), nd.Arange(0, 3, 1)) },
	"nd.ones((2,1))*nd.arange(3)": func(Arrays) any { return nd.Mul(nd.Ones(shape{2, 1}), nd.Arange(0, 3, 1)) },
	"nd.broadcast_add(nd.ones((2,1)),nd.arange(3).reshape((1,3)))": func(Arrays) any {
		return nd.BroadcastAdd(nd.Ones(shape{2, 1}), nd.Arange(0, 3, 1).Reshape(1, 3))
	},
	"nd.array([1,2,3])==nd.array([1,0,3])": func(Arrays) any { return nd.Equal(vec(1, 2, 3), vec(1, 0, 3)) },
}

// integers show how numbers beside integer arrays are cut, and wrapping.
var integers = map[string]eval{
	"i3+1.7": func(v Arrays) any { return nd.AddScalar(v["i3"], 1.7) },
	"i3/2":   func(v Arrays) any { return nd.DivScalar(v["i3"], 2) },
	"i3*1.5": func(v Arrays) any { return nd.MulScalar(v["i3"], 1.5) },
	"i3%2":   func(v Arrays) any { return nd.ModScalar(v["i3"], 2) },
	"i3**2":  func(v Arrays) any { return nd.PowScalar(v["i3"], 2) },
	"i8+10":  func(v Arrays) any { return nd.AddScalar(v["i8"], 10) },
	"i8*2":   func(v Arrays) any { return nd.MulScalar(v["i8"], 2) },
}

var reductions = map[string]eval{
	"c.sum()":                         func(v Arrays) any { return nd.Sum(v["c"]) },
	"c.sum(axis=1)":                   func(v Arrays) any { return nd.Sum(v["c"], with.Axis(1)) },
	"c.sum(axis=(0,2),keepdims=True)": func(v Arrays) any { return nd.Sum(v["c"], with.Axis(0, 2), with.KeepDims(true)) },
	"c.mean()":                        func(v Arrays) any { return nd.Mean(v["c"]) },
	"c.max(axis=0)":                   func(v Arrays) any { return nd.Max(v["c"], with.Axis(0)) },
	"c.min()":                         func(v Arrays) any { return nd.Min(v["c"]) },
	"c.norm()":                        func(v Arrays) any { return nd.Norm(v["c"]) },
	"c.prod(axis=2)":                  func(v Arrays) any { return nd.Prod(v["c"], with.Axis(2)) },
	"c.argmax(axis=1)":                func(v Arrays) any { return nd.Argmax(v["c"], with.Axis(1)) },
	"c.argmin(axis=-1)":               func(v Arrays) any { return nd.Argmin(v["c"], with.Axis(-1)) },
	"c.argmax()":                      func(v Arrays) any { return nd.Argmax(v["c"]) },
	"nd.argmax_channel(a)":            func(v Arrays) any { return nd.ArgmaxChannel(v["a"]) },
	"nd.sum(c,axis=1,exclude=True)":   func(v Arrays) any { return nd.Sum(v["c"], with.Axis(1), with.Exclude(true)) },
	"nd.mean(a,axis=0)":               func(v Arrays) any { return nd.Mean(v["a"], with.Axis(0)) },
}

var functions = map[string]eval{
	"nd.array([0.5,1.5,2.5,-0.5,-1.5]).round()":         func(Arrays) any { return nd.Round(vec(0.5, 1.5, 2.5, -0.5, -1.5)) },
	"nd.array([0.5,1.5,2.5,-0.5,-1.5]).rint()":          func(Arrays) any { return nd.Rint(vec(0.5, 1.5, 2.5, -0.5, -1.5)) },
	"nd.array([0.5,1.5,-0.5,-1.5]).fix()":               func(Arrays) any { return nd.Fix(vec(0.5, 1.5, -0.5, -1.5)) },
	"nd.dot(a,a.T)":                                     func(v Arrays) any { return nd.Dot(v["a"], v["a"].T()) },
	"nd.dot(v,v)":                                       func(v Arrays) any { return nd.Dot(v["v"], v["v"]) },
	"nd.concat(a,a,dim=1)":                              func(v Arrays) any { return nd.Concat([]*nd.NDArray{v["a"], v["a"]}, with.Dim(1)) },
	"nd.concatenate([a,a],axis=0)":                      func(v Arrays) any { return nd.Concatenate([]*nd.NDArray{v["a"], v["a"]}, 0) },
	"nd.clip(a,-1,1)":                                   func(v Arrays) any { return nd.Clip(v["a"], -1, 1) },
	"nd.one_hot(i3,depth=4)":                            func(v Arrays) any { return nd.OneHot(v["i3"], 4) },
	"nd.take(a,nd.array([0,5,-3]))":                     func(v Arrays) any { return nd.Take(v["a"], vec(0, 5, -3)) },
	"nd.where(a>0,a,-a)":                                func(v Arrays) any { return nd.Where(nd.GreaterScalar(v["a"], 0), v["a"], nd.Neg(v["a"])) },
	"nd.onehot_encode(nd.array([1,0]),nd.zeros((2,3)))": func(Arrays) any { return nd.OnehotEncode(vec(1, 0), nd.Zeros(shape{2, 3})) },
	"nd.choose_element_0index(a,nd.array([2,0]))":       func(v Arrays) any { return nd.ChooseElement0Index(v["a"], vec(2, 0)) },
	"nd.fill_element_0index(a,nd.array([9,8]),nd.array([1,1]))": func(v Arrays) any {
		return nd.FillElement0Index(v["a"], vec(9, 8), vec(1, 1))
	},
	"nd.logical_not(a)":  func(v Arrays) any { return nd.LogicalNot(v["a"]) },
	"nd.sign(a)":         func(v Arrays) any { return nd.Sign(v["a"]) },
	"nd.square(a)":       func(v Arrays) any { return nd.Square(v["a"]) },
	"nd.sqrt(nd.abs(a))": func(v Arrays) any { return nd.Sqrt(nd.Abs(v["a"])) },
	"nd.softmax(a)":      func(v Arrays) any { return nd.Softmax(v["a"]) },
	"nd.log_softmax(a)":  func(v Arrays) any { return nd.LogSoftmax(v["a"]) },
	"nd.relu(a)":         func(v Arrays) any { return nd.Relu(v["a"]) },
	"nd.sigmoid(a)":      func(v Arrays) any { return nd.Sigmoid(v["a"]) },
}

// facts are no arrays.
var facts = map[string]eval{
	"c.size":                     func(v Arrays) any { return fmt.Sprint(v["c"].Size()) },
	"c.ndim":                     func(v Arrays) any { return fmt.Sprint(v["c"].NDim()) },
	"c.shape":                    func(v Arrays) any { return op.FormatParam([]int(v["c"].Shape())) },
	"c.dtype":                    func(v Arrays) any { return fmt.Sprintf("<class 'numpy.%v'>", v["c"].DType()) },
	"c.context":                  func(v Arrays) any { return v["c"].Context().String() },
	"len(c)":                     func(v Arrays) any { return fmt.Sprint(v["c"].Len()) },
	"nd.array([2.5]).asscalar()": func(Arrays) any { return fmt.Sprint(vec(2.5).Scalar()) },
	"bool(nd.array([0]))":        func(Arrays) any { return op.FormatParam(vec(0).Scalar() != 0) },
	"a.asscalar()":               func(v Arrays) any { return fmt.Sprint(v["a"].Scalar()) },
	"bool(a)":                    func(v Arrays) any { return op.FormatParam(v["a"].Scalar() != 0) },
}
