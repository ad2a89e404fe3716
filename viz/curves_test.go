package viz_test

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/viz"
)

func TestSaveCurves(t *testing.T) {
	path := filepath.Join(t.TempDir(), "curves.png")
	one := viz.Panel{Title: "accuracy", XLabel: "epoch", YLabel: "accuracy", Curves: []viz.Curve{
		{Name: "training", X: []float64{1, 2, 3}, Y: []float64{0.5, 0.8, 0.9}},
		{Name: "one point", X: []float64{2}, Y: []float64{0.7}},
	}}
	require.NoError(t, viz.SaveCurves(path, one, one))
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	img, err := png.Decode(f)
	require.NoError(t, err)
	assert.Greater(t, img.Bounds().Dx(), 2*img.Bounds().Dy(), "two panels side by side")
	seen := map[uint32]bool{}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			r, g, b, _ := img.At(x, y).RGBA()
			seen[r>>8<<16|g>>8<<8|b>>8] = true
		}
	}
	assert.True(t, seen[0x1f77b4], "the first curve is drawn in its colour")
	assert.True(t, seen[0xff7f0e], "and the second")

	assert.ErrorContains(t, viz.SaveCurves(path), "nothing to draw")
	assert.ErrorContains(t, viz.SaveCurves(filepath.Join(path, "no", "folder.png"), one), "viz")
}
