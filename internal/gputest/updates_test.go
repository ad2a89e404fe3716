package gputest

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/internal/simgpu"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
)

// trained runs three steps of LeNet on gpu(0), the same in every call, and gives weights and states. updates are the kernels
// that computed updates, one for each launch.
func trained(t *testing.T, o optimizer.Optimizer, compile backend.Options) (arrays map[string][]float32, updates []string) {
	gpu, net, rng := device.GPU(0), zoo.LeNet(10), rand.New(rand.NewPCG(3, 4))
	random := func(s backend.Shape, scale float32) *ndarray.NDArray {
		v := make([]float32, s.Size())
		for i := range v {
			v[i] = scale * (rng.Float32() - 0.5)
		}
		a, err := ndarray.New(s, ndarray.On(gpu))
		require.NoError(t, err)
		require.NoError(t, a.SetFloat32(v))
		return a
	}
	shapes := map[string]backend.Shape{"data": {4, 1, 28, 28}}
	inferred, err := net.InferShape(shapes)
	require.NoError(t, err)
	bind := symbol.BindOptions{Context: gpu, Compile: compile, Arrays: map[string]*ndarray.NDArray{},
		LowerOptions: symbol.LowerOptions{Shapes: shapes, Grad: map[string]symbol.GradReq{}, Data: []string{"data", "softmax_label"}}}
	var params []optimizer.Param
	var weights []*ndarray.NDArray
	number := map[string]int{}
	for i, name := range net.ListArguments() {
		a := random(inferred.Args[i], 0.2)
		bind.Arrays[symbol.ArgName(name)] = a
		if name != "data" && name != "softmax_label" {
			bind.Grad[name], number[name] = symbol.GradWrite, len(params)
			params = append(params, optimizer.Param{Name: name, Shape: a.Shape(), DType: a.DType()})
			weights = append(weights, a)
		}
	}
	group, err := optimizer.NewGroup(o, params)
	require.NoError(t, err)
	defer group.Close()
	require.NoError(t, group.Alloc(gpu, weights))
	bind.Regions = group.Region
	bind.Step = func(b *backend.Builder, name string, w, g backend.Value) {
		b.Write(symbol.ArgName(name), group.Update(b, number[name], w, g))
	}
	ex, err := net.Bind(bind)
	require.NoError(t, err)
	defer ex.Close()
	for range 3 {
		require.NoError(t, group.Next())
		require.NoError(t, ex.Step())
	}
	arrays = map[string][]float32{}
	for i, p := range params {
		arrays[p.Name] = weights[i].Float32()
		for k, s := range group.States(i) {
			arrays[p.Name+" "+string(rune('0'+k))] = s.Float32()
		}
	}
	for _, r := range ex.Profile() {
		if _, kernel, ok := strings.Cut(r.Kernel, "Map kernel "); ok && strings.HasPrefix(r.Node, o.Name()) {
			updates = append(updates, kernel)
		}
	}
	return arrays, updates
}

// All parameters are updated by one launch, to the same bits as by one for each.
func TestUpdatesTogether(t *testing.T) {
	simgpu.Need(t)
	for _, o := range []optimizer.Optimizer{
		optimizer.SGD{LearningRate: 0.1, WD: 1e-4},
		optimizer.SGD{LearningRate: 0.1, Momentum: 0.9, WD: 1e-4, ClipGradient: 0.5},
		optimizer.Adam{WD: 1e-4},
	} {
		want, apart := trained(t, o, backend.Options{Profile: true, NoFuse: true})
		got, together := trained(t, o, backend.Options{Profile: true})
		assert.Equal(t, want, got, o.Name())
		assert.Len(t, apart, 8, "LeNet has eight parameters")
		require.Len(t, together, 1, "%v", together)
		assert.Contains(t, together[0], " for 8 Maps")
	}
}
