package zoo

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

// counts are the elements of all parameters and of all auxiliary states, found by shape inference in MXNet.
var counts = map[string][2]int{
	"mlp":                       {109386, 0},
	"lenet":                     {431080, 0},
	"lenet-stn":                 {448486, 0},
	"alexnet":                   {50844008, 0},
	"alexnet-0.7":               {62378344, 0},
	"googlenet":                 {6998552, 0},
	"googlenet-0.7":             {6998552, 0},
	"vgg11":                     {132863336, 0},
	"vgg13":                     {133047848, 0},
	"vgg16":                     {138357544, 0},
	"vgg19":                     {143667240, 0},
	"vgg11-bn":                  {132868840, 5504},
	"vgg13-bn":                  {133053736, 5888},
	"vgg16-bn":                  {138365992, 8448},
	"vgg19-bn":                  {143678248, 11008},
	"inception-bn-28":           {1652826, 3424},
	"inception-bn-28-small-0.7": {1652826, 3424},
	"inception-bn-224":          {11295240, 20032},
	"inception-bn-0.7":          {11295240, 20032},
	"inception-bn-full":         {33619969, 21600},
	"inception-v3":              {23834568, 34432},
	"inception-v4":              {54967816, 63168},
	"inception-resnet-v2":       {56009476, 152104},
	"resnet-28-small":           {273258, 1568},
	"resnet":                    {863264, 4070},
	"resnet-cifar-20":           {272544, 1382},
	"resnet-cifar-56":           {855840, 4070},
	"resnet-cifar-110":          {1730784, 8102},
	"resnet-cifar-164":          {1703264, 24230},
	"resnet-18":                 {11691950, 7942},
	"resnet-34":                 {21800110, 15366},
	"resnet-50":                 {25549486, 45574},
	"resnet-101":                {44541614, 97798},
	"resnet-152":                {60185262, 143878},
	"resnet-200":                {64666286, 168454},
	"resnet-269":                {102065838, 245254},
	"resnet-v1-cifar-20":        {272762, 1600},
	"resnet-v1-cifar-110":       {1731002, 8320},
	"resnet-v1-18":              {11693736, 9728},
	"resnet-v1-34":              {21801896, 17152},
	"resnet-v1-50":              {25557032, 53120},
	"resnet-v1-101":             {44549160, 105344},
	"resnet-v1-152":             {60192808, 151424},
	"resnext-50":                {25028910, 68230},
	"resnext-101":               {44177710, 137862},
	"resnext-101-64":            {42843694, 137862},
	"resnext-152":               {59951406, 199302},
	"mobilenet":                 {4231976, 21888},
	"mobilenet-0.5":             {1331592, 10944},
	"mobilenetv2":               {3505960, 34176},
}

// Every network has as many parameters and auxiliary states as MXNet's.
func TestCounts(t *testing.T) {
	for _, name := range Names() {
		want, ok := counts[name]
		if !assert.True(t, ok, "%s has no row", name) {
			continue
		}
		args, aux := count(t, name, nil)
		assert.Equal(t, want, [2]int{args, aux}, name)
	}
}

// AlexNet of 0.8 and later takes 227×227 too, and then has as many parameters as that of 0.7.
func TestAlexNetOnLargerImages(t *testing.T) {
	args, _ := count(t, "alexnet", backend.Shape{1, 3, 227, 227})
	assert.Equal(t, counts["alexnet-0.7"][0], args)
}

// count gives the elements of parameters and auxiliary states, for data of the shape or of the network's own.
func count(t *testing.T, name string, data backend.Shape) (args, aux int) {
	n, err := Get(name)
	require.NoError(t, err)
	s, err := Open(name, 0)
	require.NoError(t, err, name)
	if data == nil {
		data = append(backend.Shape{1}, n.Shape[:]...)
	}
	shapes, err := s.InferShape(map[string]backend.Shape{"data": data})
	require.NoError(t, err, name)
	for i, arg := range s.ListArguments() {
		if !slices.Contains([]string{"data", "softmax_label"}, arg) {
			args += shapes.Args[i].Size()
		}
	}
	for _, s := range shapes.Aux {
		aux += s.Size()
	}
	return args, aux
}
