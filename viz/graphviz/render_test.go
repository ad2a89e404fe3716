//go:build !js

package graphviz

import (
	"bytes"
	"context"
	"image/color"
	"image/png"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const two = `digraph "two" {
	rankdir=BT
	node [shape=box style=filled fontname="Helvetica" fontsize=10 width=1.3]
	edge [dir=back arrowtail=open]
	"data" [label="data" fillcolor="#8dd3c7" shape=oval]
	"fc" [label="FullyConnected\n10" fillcolor="#fb8072"]
	"fc" -> "data" [label="  800  "]
}
`

func render(t *testing.T, dot string, format Format) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, Render(context.Background(), &out, dot, format))
	return out.Bytes()
}

func TestSVG(t *testing.T) {
	svg := render(t, two, SVG)
	for _, part := range []string{"<svg ", ">FullyConnected</text>", `fill="#8dd3c7"`, "> &#160;800 &#160;</text>", "<title>fc</title>"} {
		assert.Contains(t, string(svg), part)
	}
	for range 3 {
		assert.Equal(t, svg, render(t, two, SVG))
	}
}

// The PNG has the oval above, the box below, an arrow between them and text in both.
func TestPNG(t *testing.T) {
	b := render(t, two, PNG)
	assert.Equal(t, b, render(t, two, PNG))
	m, err := png.Decode(bytes.NewReader(b))
	require.NoError(t, err)
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(m.At(x, y)).(color.RGBA) }
	assert.Equal(t, color.RGBA{255, 255, 255, 255}, at(0, 0))
	assert.Equal(t, color.RGBA{0x8d, 0xd3, 0xc7, 255}, at(w/2-30, 20))
	assert.Equal(t, color.RGBA{0xfb, 0x80, 0x72, 255}, at(12, h-12))
	dark := map[string]bool{}
	for y := range h {
		for x := range w {
			if c := at(x, y); c.R < 90 && c.G < 90 && c.B < 90 {
				switch {
				case y > 15 && y < h/3-15 && x > w/2-20 && x < w/2+20:
					dark["text"] = true
				case y > h/2-8 && y < h/2+8 && x > w/2-8 && x < w/2+8:
					dark["arrow"] = true
				}
			}
		}
	}
	assert.Equal(t, map[string]bool{"text": true, "arrow": true}, dark)
}

func TestRenderRefuses(t *testing.T) {
	ctx := context.Background()
	for want, dot := range map[string]string{"empty": " ", "syntax error": "digraph {"} {
		assert.ErrorContains(t, Render(ctx, &bytes.Buffer{}, dot, SVG), want)
	}
	assert.ErrorContains(t, Render(ctx, &bytes.Buffer{}, two, "pdf"), "no format \"pdf\"; there are svg and png")
	ended, cancel := context.WithCancel(ctx)
	cancel()
	assert.ErrorIs(t, Render(ended, &bytes.Buffer{}, two, SVG), context.Canceled)
	assert.ErrorIs(t, Render(ctx, full{}, two, SVG), os.ErrClosed)
	assert.ErrorIs(t, Render(ctx, full{}, two, PNG), os.ErrClosed)
}

// Only what Graphviz writes is drawn.
func TestPNGOfOtherSVG(t *testing.T) {
	for want, svg := range map[string]string{
		"EOF":                  "",
		`size ""`:              "<svg/>",
		`size "0 0 nan 1"`:     `<svg viewBox="0 0 nan 1"/>`,
		`size "0 0 1 1e300"`:   `<svg viewBox="0 0 1 1e300"/>`,
		"too large":            `<svg viewBox="0 0 9e5 9e5"/>`,
		`polygon of points "1`: `<svg viewBox="0 0 9 9"><g><polygon points="1"/></g></svg>`,
		`path of points "M1,1`: `<svg viewBox="0 0 9 9"><path d="M1,1L2,2"/></svg>`,
	} {
		assert.ErrorContains(t, writePNG(&bytes.Buffer{}, []byte(svg)), want)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, os.ErrClosed }
