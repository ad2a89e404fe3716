package metric

import (
	"fmt"
	"math"
	"strconv"

	"github.com/gomx-org/gomx/internal/keyword"
)

type axisParam struct {
	Axis int `gomx:"axis,default=1"`
}

type topKParam struct {
	TopK int `gomx:"top_k,default=1"`
}

type epsParam struct {
	Eps float64 `gomx:"eps,default=1e-12"`
}

type perplexityParam struct {
	IgnoreLabel string `gomx:"ignore_label"`
	Axis        int    `gomx:"axis,default=-1"`
}

func init() {
	register(func(p axisParam) (EvalMetric, error) { return AccuracyAxis(int(keyword.Get(float64(p.Axis), 1))), nil }, "acc", "accuracy")
	register(func(p topKParam) (EvalMetric, error) { return TopKAccuracy(p.TopK) }, "top_k_accuracy", "top_k_acc", "topkaccuracy")
	register(func(p epsParam) (EvalMetric, error) { return logLoss("cross-entropy", p), nil }, "ce", "cross-entropy", "crossentropy")
	register(func(p epsParam) (EvalMetric, error) { return logLoss("nll-loss", p), nil }, "nll_loss", "nll-loss", "negativeloglikelihood")
	register(func(p perplexityParam) (EvalMetric, error) {
		axis := int(keyword.Get(float64(p.Axis), -1))
		if p.IgnoreLabel == "" || p.IgnoreLabel == "None" {
			return perplexity(axis, math.NaN()), nil
		}
		ignore, err := strconv.Atoi(p.IgnoreLabel)
		if err != nil {
			return nil, fmt.Errorf("ignore_label=%q: want a class number or None", p.IgnoreLabel)
		}
		return perplexity(axis, float64(ignore)), nil
	}, "perplexity")
}

// Accuracy is the part of examples whose largest prediction, along axis 1, is at the label. Predictions of the labels'
// shape are compared as they are. The outputs of a network with several are counted together.
func Accuracy() EvalMetric { return AccuracyAxis(1) }

// AccuracyAxis is Accuracy with the classes along another axis.
func AccuracyAxis(axis int) EvalMetric {
	return &average{name: "accuracy", pair: func(a *average, label, pred view) error {
		outer, classes, inner := len(pred.data), 1, 1
		same := label.shape.Equal(pred.shape)
		if !same {
			var err error
			if outer, classes, inner, err = pred.around(axis); err != nil {
				return err
			}
		}
		if err := wantLabels(label, outer*inner, pred); err != nil {
			return err
		}
		hits := 0
		for i, x := range label.data {
			want, err := class(x, i)
			if err != nil {
				return err
			}
			if same {
				if int32(pred.data[i]) == int32(want) {
					hits++
				}
				continue
			}
			if argmax(pred.data[i/inner*classes*inner+i%inner:], classes, inner) == want {
				hits++
			}
		}
		a.sum += float64(hits)
		a.num += float64(len(label.data))
		return nil
	}}
}

// TopKAccuracy is the part of examples whose label is among the k largest predictions; of equal ones those with the
// larger class number come first. k must be above 1 (use Accuracy) and is capped at the number of classes.
func TopKAccuracy(k int) (EvalMetric, error) {
	if k <= 1 {
		return nil, fmt.Errorf("top_k is %d, want more than 1; for 1 there is accuracy", k)
	}
	return &average{name: "top_k_accuracy", suffix: fmt.Sprintf("_%d", k), pair: func(a *average, label, pred view) error {
		if len(pred.shape) != 2 {
			return fmt.Errorf("prediction %v, want (examples, classes)", pred.shape)
		}
		if err := wantLabels(label, pred.rows, pred); err != nil {
			return err
		}
		classes := pred.shape[1]
		for i, x := range label.data {
			want, err := class(x, i)
			if err != nil {
				return err
			}
			if want >= 0 && want < classes && rank(pred.data[i*classes:(i+1)*classes], want) < k {
				a.sum++
			}
		}
		a.num += float64(len(label.data))
		return nil
	}}, nil
}

// rank counts the elements that come before element at. A NaN comes after all numbers that are asked for, so a broken
// prediction is no hit.
func rank(x []float32, at int) int {
	before := 0
	for j, v := range x {
		if j != at && !(v < x[at] || v == x[at] && j < at) {
			before++
		}
	}
	return before
}

// CrossEntropy is the mean of −log(p + 1e-12), p being what is predicted for the label's class.
func CrossEntropy() EvalMetric { return logLoss("cross-entropy", epsParam{}) }

// NegativeLogLikelihood is CrossEntropy under another name, MXNet's nll-loss.
func NegativeLogLikelihood() EvalMetric { return logLoss("nll-loss", epsParam{}) }

func logLoss(name string, p epsParam) EvalMetric {
	eps := float32(keyword.Get(p.Eps, 1e-12))
	return &average{name: name, pair: func(a *average, label, pred view) error {
		return picked(label, pred, -1, math.NaN(), func(prob float32) {
			a.sum -= math.Log(float64(prob + eps))
			a.num++
		})
	}}
}

// perplexity is exp of the mean of −log p; labels equal to ignore (NaN: none) do not count.
func perplexity(axis int, ignore float64) EvalMetric {
	return &average{
		name:  "perplexity",
		value: func(sum, num float64) float64 { return math.Exp(sum / num) },
		pair: func(a *average, label, pred view) error {
			return picked(label, pred, axis, ignore, func(prob float32) {
				a.sum -= math.Log(max(1e-10, float64(prob)))
				a.num++
			})
		},
	}
}

// picked hands over what is predicted for each label along axis, but for labels equal to ignore.
func picked(label, pred view, axis int, ignore float64, f func(prob float32)) error {
	outer, classes, inner, err := pred.around(axis)
	if err != nil {
		return err
	}
	if err := wantLabels(label, outer*inner, pred); err != nil {
		return err
	}
	for i, x := range label.data {
		c, err := class(x, i)
		if err != nil {
			return err
		}
		if float64(c) == ignore {
			continue
		}
		if c < 0 || c >= classes {
			return fmt.Errorf("label %d is %d, want 0 to %d: prediction is %v", i, c, classes-1, pred.shape)
		}
		f(pred.data[(i/inner*classes+c)*inner+i%inner])
	}
	return nil
}
