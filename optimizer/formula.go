package optimizer

import (
	"reflect"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/internal/keyword"
)

// formula is the Map of an update, without and with clipping of gradients: what stands in [brackets] is clipped to
// [−c, c], where c is the last number.
type formula struct{ plain, clip *expr.Expr }

func newFormula(text string) formula {
	inputs, body, _ := strings.Cut(text, "->")
	return formula{
		plain: expr.MustParse(inputs + "->" + strings.NewReplacer("[", "(", "]", ")").Replace(body)),
		clip:  expr.MustParse(inputs + "c ->" + strings.NewReplacer("[", "min(max(", "]", ", -c), c)").Replace(body)),
	}
}

// pick chooses by the settings.
func (f *formula) pick(c *Common) *expr.Expr {
	if c.clipped() {
		return f.clip
	}
	return f.plain
}

// commonOf reads the settings that every optimizer of this package has as fields of its own; def is its default learning
// rate.
func commonOf(o Optimizer, def float64) Common {
	v := reflect.ValueOf(o)
	var c Common
	to := reflect.ValueOf(&c).Elem()
	for i := range to.NumField() {
		if f := v.FieldByName(to.Type().Field(i).Name); f.IsValid() {
			to.Field(i).Set(f)
		}
	}
	c.LearningRate = rate(c.LearningRate, c.LRScheduler, def)
	return c
}

// ownRate reads the settings of an optimizer whose default learning rate comes before that of a scheduler, as in MXNet.
func ownRate(o Optimizer, def float64) Common {
	c := commonOf(o, def)
	c.LearningRate = keyword.Get(c.LearningRate, def)
	return c
}

// momentum lists the state mom, unless there is no momentum.
func (c *Common) momentum(s backend.Shape, t backend.DType, momentum float64) []StateSpec {
	if momentum == 0 {
		return c.stateSpecs(s, t)
	}
	return c.stateSpecs(s, t, "mom")
}

// squares is the sum of the squares of all elements, of shape ().
func squares(b *backend.Builder, x backend.Value) backend.Value {
	return b.Reduce(backend.ReduceSumSquares, x, false)
}

// within reports whether all numbers are at least 0 and below 1, as factors of averages must be.
func within(factors ...float64) bool {
	for _, f := range factors {
		if !(f >= 0 && f < 1) {
			return false
		}
	}
	return true
}
