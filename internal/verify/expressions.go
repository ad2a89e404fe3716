package verify

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/pytext"
	nd "github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/with"
)

// expressions are the Go forms of the expressions in ndarray/ops.json. nil is what concerns Python alone: how it converts
// objects to float and int, and the storage type of arrays that are all dense here.
var expressions = map[string]func(x *operands) any{
	"a": func(x *operands) any { return x.a }, "v": func(x *operands) any { return x.v }, "c": func(x *operands) any { return x.c },
	"i8": func(x *operands) any { return x.i8 }, "h": func(x *operands) any { return x.h }, "i3": func(x *operands) any { return x.i3 },
	"big": func(x *operands) any { return x.big },

	// Making arrays.
	"nd.zeros((1,))":           func(x *operands) any { return nd.Zeros(nd.Shape{1}, x.on) },
	"nd.zeros(4)":              func(x *operands) any { return nd.Zeros(nd.Shape{4}, x.on) },
	"nd.ones((2,1))":           func(x *operands) any { return x.ones(2, 1) },
	"nd.array(3.5)":            func(x *operands) any { return nd.Array([]float64{3.5}, nd.Shape{}, x.on) },
	"nd.array([])":             func(x *operands) any { return x.array() },
	"nd.zeros((0,3))":          func(x *operands) any { _, err := nd.New(nd.Shape{0, 3}, x.on); return err },
	"nd.array([1e-8,1e8])":     func(x *operands) any { return x.array(1e-8, 1e8) },
	"nd.array([[True,False]])": func(x *operands) any { return x.array(1, 0).Reshape(1, 2) },
	"nd.array([float('nan'),float('inf'),-float('inf')])": func(x *operands) any { return x.array(math.NaN(), math.Inf(1), math.Inf(-1)) },
	"nd.arange(5)":                            func(x *operands) any { return x.arange(5) },
	"nd.arange(1,7,2)":                        func(x *operands) any { return nd.Arange(1, 7, 2, x.on) },
	"nd.arange(0,3,repeat=2)":                 func(x *operands) any { return nd.ArangeRepeat(0, 3, 1, 2, x.on) },
	"nd.arange(2,8,2,repeat=3,dtype='int32')": func(x *operands) any { return nd.ArangeRepeat(2, 8, 2, 3, x.on, nd.Of(backend.Int32)) },
	"nd.full((2,2),3.3)":                      func(x *operands) any { return nd.Full(nd.Shape{2, 2}, 3.3, x.on) },
	"nd.eye(3)":                               func(x *operands) any { return nd.Eye(3, x.on) },
	"nd.linspace(0,1,5)":                      func(x *operands) any { return nd.Linspace(0, 1, 5, x.on) },

	// Parts of arrays.
	"a[0]":   func(x *operands) any { return x.a.At(0) },
	"a[-1]":  func(x *operands) any { return x.a.At(-1) },
	"a[1:]":  func(x *operands) any { return x.a.Slice(1, 2) },
	"a[:,1]": func(x *operands) any { return x.op("slice_axis", "axis=1 begin=1 end=2", x.a).Reshape(2) },
	"a[0,2]": func(x *operands) any { return x.a.At(0).At(2) },
	"c[0,1:,::2]": func(x *operands) any {
		return x.op("slice", "begin=(0,1,0) end=(1,3,4) step=(1,1,2)", x.c).Reshape(2, 2)
	},
	"c[:,-1]":    func(x *operands) any { return x.op("slice_axis", "axis=1 begin=-1 end=None", x.c).Reshape(2, 4) },
	"c[1,2,3]":   func(x *operands) any { return x.c.At(1).At(2).At(3) },
	"c[:,:,1:3]": func(x *operands) any { return x.op("slice_axis", "axis=2 begin=1 end=3", x.c) },
	"c[::-1]":    func(x *operands) any { return x.op("slice", "begin=(None,) end=(None,) step=(-1,)", x.c) },
	"c[:,None]":  func(x *operands) any { return x.c.ExpandDims(1) },
	"c[...,0]":   func(x *operands) any { return x.op("slice_axis", "axis=2 begin=0 end=1", x.c).Reshape(2, 3) },
	"c[[0,1],[1,2]]": func(x *operands) any { // rows of the two axes joined
		return nd.Take(x.c.Reshape(-3, 0), x.array(0*3+1, 1*3+2))
	},
	"c[nd.array([1,0])]": func(x *operands) any { return nd.Take(x.c, x.array(1, 0)) },
	"c[0:1]":             func(x *operands) any { return x.c.Slice(0, 1) },
	"c[1:1]":             func(x *operands) any { return x.c.Slice(1, 1) },
	"nd.slice(c,begin=(0,1,None),end=(1,None,2))": func(x *operands) any {
		return nd.Slice(x.c, []int{0, 1, with.None}, []int{1, with.None, 2})
	},
	"nd.slice_axis(c,axis=2,begin=-2,end=None)": func(x *operands) any { return nd.SliceAxis(x.c, 2, -2, with.None) },
	"c.slice_axis(axis=1,begin=0,end=2)":        func(x *operands) any { return nd.SliceAxis(x.c, 1, 0, 2) },

	// Shapes.
	"a.T":                            func(x *operands) any { return x.a.T() },
	"c.T":                            func(x *operands) any { return x.c.T() },
	"c.reshape((-1,))":               func(x *operands) any { return x.c.Reshape(-1) },
	"c.reshape((0,-1))":              func(x *operands) any { return x.c.Reshape(0, -1) },
	"c.reshape((-3,0))":              func(x *operands) any { return x.c.Reshape(-3, 0) },
	"c.reshape((-4,1,2,0,0))":        func(x *operands) any { return x.c.Reshape(-4, 1, 2, 0, 0) },
	"c.reshape((-2,))":               func(x *operands) any { return x.c.Reshape(-2) },
	"c.reshape((0,-4,3,-1,0))":       func(x *operands) any { return x.c.Reshape(0, -4, 3, -1, 0) },
	"c.reshape((2,-1))":              func(x *operands) any { return x.c.Reshape(2, -1) },
	"c.reshape((-1,0),reverse=True)": func(x *operands) any { return x.c.ReshapeReverse(-1, 0) },
	"c.expand_dims(1)":               func(x *operands) any { return x.c.ExpandDims(1) },
	"c.flatten()":                    func(x *operands) any { return nd.Flatten(x.c) },
	"c.swapaxes(0,2)":                func(x *operands) any { return nd.SwapAxis(x.c, with.Dim1(0), with.Dim2(2)) },
	"c.transpose((1,0,2))":           func(x *operands) any { return nd.Transpose(x.c, with.Axes(1, 0, 2)) },
	"a.broadcast_to((2,3))":          func(x *operands) any { return x.a.BroadcastTo(2, 3) },
	"nd.arange(3).reshape((1,3)).broadcast_to((2,3))": func(x *operands) any { return x.arange(3).Reshape(1, 3).BroadcastTo(2, 3) },

	// Arithmetic.
	"a+1":                         func(x *operands) any { return nd.AddScalar(x.a, 1) },
	"1-a":                         func(x *operands) any { return nd.RSubScalar(1, x.a) },
	"a*2.5":                       func(x *operands) any { return nd.MulScalar(x.a, 2.5) },
	"2/a":                         func(x *operands) any { return nd.RDivScalar(2, x.a) },
	"a**2":                        func(x *operands) any { return nd.PowScalar(x.a, 2) },
	"2**a":                        func(x *operands) any { return nd.RPowScalar(2, x.a) },
	"a%2":                         func(x *operands) any { return nd.ModScalar(x.a, 2) },
	"-a":                          func(x *operands) any { return nd.Neg(x.a) },
	"abs(a)":                      func(x *operands) any { return nd.Abs(x.a) },
	"a+a":                         func(x *operands) any { return x.a.Add(x.a) },
	"a-a*2":                       func(x *operands) any { return x.a.Sub(x.a.MulScalar(2)) },
	"a/a":                         func(x *operands) any { return x.a.Div(x.a) },
	"a==a":                        func(x *operands) any { return nd.Equal(x.a, x.a) },
	"a>0":                         func(x *operands) any { return nd.GreaterScalar(x.a, 0) },
	"a>=a":                        func(x *operands) any { return nd.GreaterEqual(x.a, x.a) },
	"a!=1":                        func(x *operands) any { return nd.NotEqualScalar(x.a, 1) },
	"a<=0":                        func(x *operands) any { return nd.LesserEqualScalar(x.a, 0) },
	"nd.maximum(a,0)":             func(x *operands) any { return nd.MaximumScalar(x.a, 0) },
	"nd.minimum(a,a*2)":           func(x *operands) any { return nd.Minimum(x.a, x.a.MulScalar(2)) },
	"nd.power(nd.abs(a),0.5)":     func(x *operands) any { return nd.PowScalar(nd.Abs(x.a), 0.5) },
	"nd.modulo(a,1.5)":            func(x *operands) any { return nd.ModScalar(x.a, 1.5) },
	"i3+1.7":                      func(x *operands) any { return nd.AddScalar(x.i3, 1.7) },
	"i3/2":                        func(x *operands) any { return nd.DivScalar(x.i3, 2) },
	"i3*1.5":                      func(x *operands) any { return nd.MulScalar(x.i3, 1.5) },
	"i3%2":                        func(x *operands) any { return nd.ModScalar(x.i3, 2) },
	"i3**2":                       func(x *operands) any { return nd.PowScalar(x.i3, 2) },
	"i8+10":                       func(x *operands) any { return nd.AddScalar(x.i8, 10) },
	"i8*2":                        func(x *operands) any { return nd.MulScalar(x.i8, 2) },
	"h+1":                         func(x *operands) any { return nd.AddScalar(x.h, 1) },
	"h*h":                         func(x *operands) any { return nd.Mul(x.h, x.h) },
	"h/3":                         func(x *operands) any { return nd.DivScalar(x.h, 3) },
	"nd.ones((2,3))+nd.arange(3)": func(x *operands) any { return x.ones(2, 3).Add(x.arange(3)) },
	"nd.ones((2,1))*nd.arange(3)": func(x *operands) any { return x.ones(2, 1).Mul(x.arange(3)) },
	"nd.broadcast_add(nd.ones((2,1)),nd.arange(3).reshape((1,3)))": func(x *operands) any {
		return nd.BroadcastAdd(x.ones(2, 1), x.arange(3).Reshape(1, 3))
	},
	"nd.array([1,2,3])==nd.array([1,0,3])": func(x *operands) any { return nd.Equal(x.array(1, 2, 3), x.array(1, 0, 3)) },

	// Types.
	"i8.astype('float32')":                      func(x *operands) any { return x.i8.AsType(backend.Float32) },
	"a.astype('int32')":                         func(x *operands) any { return x.a.AsType(backend.Int32) },
	"nd.array([300,-1.9,2.5]).astype('uint8')":  func(x *operands) any { return x.array(300, -1.9, 2.5).AsType(backend.Uint8) },
	"nd.cast(a,dtype='int8')":                   func(x *operands) any { return nd.Cast(x.a, backend.Int8) },
	"nd.array([0.5,1.5,2.5,-0.5,-1.5]).round()": func(x *operands) any { return nd.Round(x.array(0.5, 1.5, 2.5, -0.5, -1.5)) },
	"nd.array([0.5,1.5,2.5,-0.5,-1.5]).rint()":  func(x *operands) any { return nd.Rint(x.array(0.5, 1.5, 2.5, -0.5, -1.5)) },
	"nd.array([0.5,1.5,-0.5,-1.5]).fix()":       func(x *operands) any { return nd.Fix(x.array(0.5, 1.5, -0.5, -1.5)) },

	// Functions of each element.
	"nd.logical_not(a)":  func(x *operands) any { return nd.LogicalNot(x.a) },
	"nd.sign(a)":         func(x *operands) any { return nd.Sign(x.a) },
	"nd.square(a)":       func(x *operands) any { return nd.Square(x.a) },
	"nd.sqrt(nd.abs(a))": func(x *operands) any { return nd.Sqrt(nd.Abs(x.a)) },
	"nd.relu(a)":         func(x *operands) any { return nd.Relu(x.a) },
	"nd.sigmoid(a)":      func(x *operands) any { return nd.Sigmoid(x.a) },
	"nd.clip(a,-1,1)":    func(x *operands) any { return nd.Clip(x.a, -1, 1) },
	"nd.where(a>0,a,-a)": func(x *operands) any { return nd.Where(nd.GreaterScalar(x.a, 0), x.a, nd.Neg(x.a)) },
	"nd.softmax(a)":      func(x *operands) any { return nd.Softmax(x.a) },
	"nd.log_softmax(a)":  func(x *operands) any { return nd.LogSoftmax(x.a) },
	"a.copy()":           func(x *operands) any { return x.a.Copy() },

	// Reductions, order, products.
	"c.sum()":                         func(x *operands) any { return nd.Sum(x.c) },
	"c.sum(axis=1)":                   func(x *operands) any { return nd.Sum(x.c, with.Axis(1)) },
	"c.sum(axis=(0,2),keepdims=True)": func(x *operands) any { return nd.Sum(x.c, with.Axis(0, 2), with.KeepDims(true)) },
	"nd.sum(c,axis=1,exclude=True)":   func(x *operands) any { return nd.Sum(x.c, with.Axis(1), with.Exclude(true)) },
	"c.mean()":                        func(x *operands) any { return nd.Mean(x.c) },
	"nd.mean(a,axis=0)":               func(x *operands) any { return nd.Mean(x.a, with.Axis(0)) },
	"c.max(axis=0)":                   func(x *operands) any { return nd.Max(x.c, with.Axis(0)) },
	"c.min()":                         func(x *operands) any { return nd.Min(x.c) },
	"c.norm()":                        func(x *operands) any { return nd.Norm(x.c) },
	"c.prod(axis=2)":                  func(x *operands) any { return nd.Prod(x.c, with.Axis(2)) },
	"c.argmax(axis=1)":                func(x *operands) any { return nd.Argmax(x.c, with.Axis(1)) },
	"c.argmin(axis=-1)":               func(x *operands) any { return nd.Argmin(x.c, with.Axis(-1)) },
	"c.argmax()":                      func(x *operands) any { return nd.Argmax(x.c) },
	"nd.argmax_channel(a)":            func(x *operands) any { return nd.ArgmaxChannel(x.a) },
	"nd.topk(a,k=2)":                  func(x *operands) any { return x.op("topk", "k=2", x.a) },
	"nd.topk(a,k=2,ret_typ='mask')":   func(x *operands) any { return x.op("topk", "k=2 ret_typ=mask", x.a) },
	"nd.sort(a,axis=0)":               func(x *operands) any { return x.op("sort", "axis=0", x.a) },
	"nd.argsort(a)":                   func(x *operands) any { return x.op("argsort", "", x.a) },
	"nd.moments(a,axes=(0,))[1]":      func(x *operands) any { return x.ops("moments", "axes=(0,)", x.a)[1] },
	"nd.dot(a,a.T)":                   func(x *operands) any { return nd.Dot(x.a, x.a.T()) },
	"nd.dot(v,v)":                     func(x *operands) any { return nd.Dot(x.v, x.v) },

	// Joining, splitting, picking.
	"nd.concat(a,a,dim=1)":                func(x *operands) any { return nd.Concat([]*nd.NDArray{x.a, x.a}, with.Dim(1)) },
	"nd.concatenate([a,a],axis=0)":        func(x *operands) any { return nd.Concat([]*nd.NDArray{x.a, x.a}, with.Dim(0)) },
	"nd.stack(a,a,axis=2)":                func(x *operands) any { return x.op("stack", "axis=2 num_args=2", x.a, x.a) },
	"nd.split(c,num_outputs=2,axis=2)[1]": func(x *operands) any { return nd.SliceChannel(x.c, 2, with.Axis(2))[1] },
	"nd.one_hot(i3,depth=4)":              func(x *operands) any { return nd.OneHot(x.i3, 4) },
	"nd.pick(a,nd.array([0,2]))":          func(x *operands) any { return x.op("pick", "", x.a, x.array(0, 2)) },
	"nd.take(a,nd.array([0,5,-3]))":       func(x *operands) any { return nd.Take(x.a, x.array(0, 5, -3)) },
	"nd.repeat(a,repeats=2,axis=0)":       func(x *operands) any { return x.op("repeat", "repeats=2 axis=0", x.a) },
	"nd.tile(a,reps=(1,2))":               func(x *operands) any { return x.op("tile", "reps=(1,2)", x.a) },
	"nd.flip(a,axis=1)":                   func(x *operands) any { return x.op("reverse", "axis=1", x.a) },
	"nd.onehot_encode(nd.array([1,0]),nd.zeros((2,3)))": func(x *operands) any {
		return nd.OnehotEncode(x.array(1, 0), nd.Zeros(nd.Shape{2, 3}, x.on))
	},
	"nd.choose_element_0index(a,nd.array([2,0]))": func(x *operands) any { return nd.ChooseElement0Index(x.a, x.array(2, 0)) },
	"nd.fill_element_0index(a,nd.array([9,8]),nd.array([1,1]))": func(x *operands) any {
		return nd.FillElement0Index(x.a, x.array(9, 8), x.array(1, 1))
	},

	// What arrays tell about themselves.
	"c.size":                     func(x *operands) any { return x.c.Size() },
	"c.ndim":                     func(x *operands) any { return x.c.NDim() },
	"c.shape":                    func(x *operands) any { return pytext.Ints(x.c.Shape()) },
	"c.dtype":                    func(x *operands) any { return fmt.Sprintf("<class 'numpy.%v'>", x.c.DType()) },
	"c.context":                  func(x *operands) any { return x.c.Context() },
	"len(c)":                     func(x *operands) any { return x.c.Len() },
	"nd.array([2.5]).asscalar()": func(x *operands) any { return x.array(2.5).Scalar() },
	"bool(nd.array([0]))":        func(x *operands) any { return pytext.Bool(x.array(0).Scalar() != 0) },
	"a.asscalar()":               func(x *operands) any { return x.a.Scalar() },
	"bool(a)":                    func(x *operands) any { return x.a.Scalar() != 0 },
	"float(nd.array([2.5]))":     nil,
	"int(nd.array([2.5]))":       nil,
	"a.stype":                    nil,
}
