package op_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// updates were worked out by hand: weight 1 −2, gradient 3 −.5, and states as given.
var updates = []struct {
	op, params string
	states     string // a number for each, the same for both elements
	out        string
	after      []string // states
}{
	{"sgd_update", "lr=0.1", "", ".7 -1.95", nil},
	{"sgd_update", "lr=0.1; wd=0.5; rescale_grad=2; clip_gradient=4", "", ".55 -1.8", nil},
	{"sgd_update", "lr=0.1; clip_gradient=0", "", "1 -2", nil},
	{"signsgd_update", "lr=0.1; wd=1", "", ".8 -1.7", nil},
	{"sgd_mom_update", "lr=0.1; momentum=0.5; wd=1", "2", "1.6 -.75", []string{".6 1.25"}},
	{"nag_mom_update", "lr=0.1; momentum=0.5; wd=1", "2", ".9 -1.125", []string{".6 1.25"}},
	{"mp_nag_mom_update", "lr=0.1; momentum=0.5; wd=1", "2 1", ".9 1.425", []string{".61 .9075", ".9 1.425"}},
	{"mp_sgd_update", "lr=0.1", "5", "4.7 5.05", []string{"4.7 5.05"}},
	{"signum_update", "lr=0.1; momentum=0.5; wd=1; wd_lh=2", "1", ".7 -1.5", []string{"-1.5 1.75"}},
	{"adam_update", "lr=0.1; beta1=0.5; beta2=0.5; epsilon=0", "1 7", ".9292893 -2.0131306", []string{"2 .25", "8 3.625"}},
	{"_adamw_update", "lr=0.1; eta=0.5; beta1=0.5; beta2=0.5; epsilon=0; wd=1", "1 7 1", ".4646447 -1.0065653", []string{"2 .25", "8 3.625"}},
	{"_adamw_update", "lr=0.1; eta=0.5; wd=1", "1 7 0", "1 -2", []string{"1 1", "7 7"}},
	{"_adamw_update", "lr=0.1; eta=0.5; wd=1", "1 7 NaN", "1 -2", []string{"1 1", "7 7"}},
	{"rmsprop_update", "lr=0.1; gamma1=0.5; epsilon=0", "7", ".8939340 -1.9737388", []string{"8 3.625"}},
	{"rmsprop_update", "lr=0.1; gamma1=0.5; epsilon=0; clip_weights=0.5", "7", ".5 -.5", []string{"8 3.625"}},
	{"rmspropalex_update", "lr=0.1; gamma1=0.5; gamma2=0.5; epsilon=0", "7 1 1", "1.35 -1.4735097", []string{"8 3.625", "2 .25", ".35 .5264903"}},
	{"ftrl_update", "lr=1; lamda1=0.5; beta=1", "1 7", "-.4291503 -.0253650", []string{"2.6457513 .5936622", "16 7.25"}},
	{"ftrl_update", "lr=1; lamda1=1; beta=1; wd=1", "1 7", "-.2742919 0", []string{"2.6457513 .5936622", "16 7.25"}},
	{"ftml_update", "lr=1; t=1; beta1=0.5; beta2=0.5; epsilon=0", "1 7 1", "", nil},
	{"lamb_update_phase1", "t=1; wd=1; beta1=0.5; beta2=0.5; epsilon=0; bias_correction=False", "1 7", "1.7071068 -1.8686943", []string{"2 .25", "8 3.625"}},
}

func TestUpdates(t *testing.T) {
	for _, c := range updates {
		t.Run(c.op+" "+c.params, func(t *testing.T) {
			u, err := newUnit(c.op, c.params, s{2})
			require.NoError(t, err)
			p, err := u.compile(false, false)
			require.NoError(t, err)
			var states [][]float64
			for i, v := range numbers(t, c.states) {
				states = append(states, []float64{v, v}[:u.state[i].Size()])
			}
			in := [][]float64{{1, -2}, {3, -.5}}
			got, err := p.run(in, states, nil)
			require.NoError(t, err)
			if c.out == "" { // by its own formula
				v := []float64{8, 3.625}
				for i := range v {
					d := 0.5 * math.Sqrt(2*v[i])
					z := 0.5 + 0.5*in[1][i] - (d-0.5)*in[0][i]
					assert.InDelta(t, -z/d, got.out[0][i], 1e-6)
					assert.InDelta(t, z, got.aux[2][i], 1e-6)
				}
				return
			}
			assert.InDeltaSlice(t, numbers(t, c.out), got.out[0], 1e-6)
			for i, text := range c.after {
				assert.InDeltaSlice(t, numbers(t, text), got.aux[i], 1e-6, "state %d %v", i, got.aux[i])
			}
		})
	}
}

// TestLambPhase2 has the norms of weight and step as inputs.
func TestLambPhase2(t *testing.T) {
	for params, want := range map[string]string{
		"lr=0.1 2 4":                ".85 -1.975",
		"lr=0.1; lower_bound=8 2 4": ".4 -1.9",
		"lr=0.1; upper_bound=1 2 4": ".925 -1.9875",
		"lr=0.1 0 4":                ".7 -1.95",
		"lr=0.1 2 0":                ".7 -1.95",
		"lr=0.1; lower_bound=0; upper_bound=9 2 4":       ".85 -1.975",
		"lr=0.1; lower_bound=-1.0; upper_bound=-1.0 2 4": ".85 -1.975",
	} {
		words := strings.Fields(params)
		n := len(words) - 2
		u, err := newUnit("lamb_update_phase2", strings.Join(words[:n], " "), s{2})
		require.NoError(t, err)
		p, err := u.compile(false, false)
		require.NoError(t, err)
		got, err := p.run([][]float64{{1, -2}, {3, -.5}, numbers(t, words[n]), numbers(t, words[n+1])}, nil, nil)
		require.NoError(t, err)
		assert.InDeltaSlice(t, numbers(t, want), got.out[0], 1e-6, params)
	}
}

// updateRows are those of the optimizers' updates.
func updateRows() []row {
	var list []row
	for name, params := range map[string]string{
		"sgd_update": "lr=0.1", "mp_sgd_update": "lr=0.1", "signsgd_update": "lr=0.1", "sgd_mom_update": "lr=0.1", "mp_sgd_mom_update": "lr=0.1",
		"nag_mom_update": "lr=0.1", "mp_nag_mom_update": "lr=0.1", "signum_update": "lr=0.1", "adam_update": "lr=0.1",
		"_adamw_update": "lr=0.1; eta=1", "_mp_adamw_update": "lr=0.1; eta=1", "ftml_update": "lr=0.1; t=2", "rmsprop_update": "lr=0.1",
		"rmspropalex_update": "lr=0.1", "ftrl_update": "lr=0.1", "lamb_update_phase1": "t=2; wd=0.1", "mp_lamb_update_phase1": "t=2; wd=0.1",
		"lamb_update_phase2": "lr=0.1", "mp_lamb_update_phase2": "lr=0.1",
	} {
		list = append(list, row{op: name, params: params, shapes: shapes(s{2, 3}), exempt: "no gradient flows through an update of weights"})
	}
	return list
}
