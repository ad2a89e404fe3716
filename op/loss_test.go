package op_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	scores  = "1 2 3 1 1 1"
	softmax = ".09003 .24473 .66524 .33333 .33333 .33333"
	targets = "0 2 5 1 2 .5"
)

// losses are seen in MXNet, or follow from softmax(data) − onehot(label) by hand.
var losses = []value{
	{op: "SoftmaxOutput", in: []string{scores, "2 0"}, grad: []string{".09003 .24473 -.33476 -.66667 .33333 .33333"}},
	{op: "SoftmaxOutput", params: "grad_scale=2; normalization=batch", in: []string{scores, "2 0"}, grad: []string{".09003 .24473 -.33476 -.66667 .33333 .33333"}},
	{op: "SoftmaxOutput", params: "use_ignore=True; ignore_label=0; normalization=valid", in: []string{scores, "2 0"}, grad: []string{".09003 .24473 -.33476 0 0 0"}},
	{op: "SoftmaxOutput", params: "ignore_label=0; normalization=valid", in: []string{scores, "2 0"}, grad: []string{".09003 .24473 -.33476 -.66667 .33333 .33333"}},
	{op: "SoftmaxOutput", params: "ignore_label=0; use_ignore=True; normalization=valid", in: []string{scores, "0 0"}, grad: []string{"0 0 0 0 0 0"}},
	{op: "SoftmaxOutput", params: "smooth_alpha=0.1", in: []string{scores, "2 0"}, grad: []string{".04003 .19473 -.23476 -.56667 .28333 .28333"}},
	{op: "SoftmaxOutput", params: "out_grad=True", head: "1 2 3 4 5 6", in: []string{scores, "2 0"}, grad: []string{".00811 .05989 -.22270 -.22222 .11111 .11111"}},
	{op: "SoftmaxOutput", params: "out_grad=True; grad_scale=2", shapes: shapes(s{2, 3}, s{2, 3}), in: []string{scores, "0 0 1 .5 .5 0"},
		grad: []string{".01621 .11978 -.44539 -.11111 -.11111 .22222"}},
	{op: "SoftmaxOutput", params: "multi_output=True; smooth_alpha=0.1", shapes: shapes(s{2, 3, 1}), in: []string{scores, "2 0"}, grad: []string{".09003 .24473 -.33476 -.66667 .33333 .33333"}},
	{op: "SoftmaxOutput", shapes: shapes(s{2, 3}, s{2, 3}), in: []string{scores, "0 0 1 .5 .5 0"}, grad: []string{".09003 .24473 -.33476 -.16667 -.16667 .33333"}},
	{op: "SoftmaxOutput", params: "preserve_shape=True; normalization=batch", shapes: shapes(s{1, 2, 3}), in: []string{scores, "2 0"},
		grad: []string{".04502 .12236 -.16738 -.33333 .16667 .16667"}},
	{op: "LinearRegressionOutput", in: []string{scores, targets}, out: scores, grad: []string{".3333 0 -.6667 0 -.3333 .1667"}},
	{op: "LinearRegressionOutput", params: "grad_scale=3", shapes: shapes(s{2, 1}), in: []string{"1 2", "0 2"}, out: "1 2", grad: []string{"3 0"}},
	{op: "LogisticRegressionOutput", in: []string{scores, targets}, out: ".73106 .88080 .95257 .73106 .73106 .73106",
		grad: []string{".24369 -.37307 -1.34914 -.08965 -.42298 .07702"}},
	{op: "MAERegressionOutput", in: []string{scores, targets}, out: scores, grad: []string{".3333 -.3333 -.3333 -.3333 -.3333 .3333"}},
	{op: "MakeLoss", params: "grad_scale=2", in: []string{scores}, out: scores, grad: []string{"2 2 2 2 2 2"}},
	{op: "MakeLoss", params: "grad_scale=2; normalization=batch", in: []string{scores}, out: scores, grad: []string{"1 1 1 1 1 1"}},
	{op: "MakeLoss", params: "normalization=valid; valid_thresh=1.5", in: []string{scores}, out: scores, grad: []string{".5 .5 .5 .5 .5 .5"}},
	{op: "MakeLoss", params: "normalization=valid; valid_thresh=9", in: []string{scores}, out: scores, grad: []string{"1 1 1 1 1 1"}},
	{op: "SVMOutput", params: "regularization_coefficient=0.5", in: []string{".6 1.2 1.8 .6 .6 .6", "2 0"}, out: ".6 1.2 1.8 .6 .6 .6",
		grad: []string{"1.6 2.2 0 -.4 1.6 1.6"}},
	{op: "SVMOutput", params: "regularization_coefficient=0.5; use_linear=True", in: []string{".6 1.2 1.8 .6 .6 .6", "2 0"}, out: ".6 1.2 1.8 .6 .6 .6",
		grad: []string{".5 .5 0 -.5 .5 .5"}},
	{op: "SVMOutput", params: "use_linear=True", in: []string{"1 -1 0 1 1 -1", "0 5"}, out: "1 -1 0 1 1 -1", grad: []string{"0 0 1 1 1 0"}},
	{op: "IdentityAttachKLSparseReg", params: "penalty=0.5; momentum=0.5", shapes: shapes(s{2, 1}), in: []string{".2 .4"}, aux: []string{".5"}, head: "1 2", out: ".2 .4",
		grad: []string{"1.625 2.625"}, auxAfter: []string{".4"}},
	{op: "make_loss", head: "7 7 7 7 7 7", in: []string{scores}, out: scores, grad: []string{"1 1 1 1 1 1"}},
}

// TestLosses compares the losses with their formulas; they have no numeric gradient, since they ignore the head gradient.
func TestLosses(t *testing.T) {
	for _, v := range losses {
		if v.shapes == nil {
			v.shapes = shapes(s{2, 3})
		}
		if v.out == "" {
			v.out = softmax
		}
		t.Run(v.op+" "+v.params, func(t *testing.T) {
			u, err := newUnit(v.op, v.params, v.shapes...)
			require.NoError(t, err)
			compareValue(t, u, v)
		})
	}
}

// TestSoftmaxOutputOfPositions has one label for each position of the axes behind the classes.
func TestSoftmaxOutputOfPositions(t *testing.T) {
	const (
		data = "0 .1 .2 .3 .4 .5 .6 .7 .8 .9 1 1.1"
		out  = ".2120 .2120 .2120 .2120 .3162 .3162 .3162 .3162 .4718 .4718 .4718 .4718"
	)
	for _, label := range []s{{1, 4}, {1, 2, 2}, {1, 1, 2, 2}} {
		for _, v := range []value{
			{params: "multi_output=True", grad: []string{"-.197 .053 .053 .053 .07906 -.17094 .07906 -.17094 .11794 .11794 -.13206 .11794"}},
			{params: "multi_output=True; use_ignore=True; ignore_label=1; normalization=valid",
				grad: []string{"-.39401 0 .10599 0 .15812 0 .15812 0 .23589 0 -.26411 0"}},
		} {
			u, err := newUnit("SoftmaxOutput", v.params, s{1, 3, 2, 2}, label)
			require.NoError(t, err)
			v.in, v.out = []string{data, "0 1 2 1"}, out
			compareValue(t, u, v)
		}
	}
}
