// Package viz draws: curves of training, and later networks.
package viz

import (
	"fmt"
	"image/color"
	"os"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Curve is one line of a picture: Y[i] belongs to X[i].
type Curve struct {
	Name string
	X, Y []float64
}

// Panel is one picture: curves over a common axis.
type Panel struct {
	Title, XLabel, YLabel string
	Curves                []Curve
}

var palette = []color.RGBA{{31, 119, 180, 255}, {255, 127, 14, 255}, {44, 160, 44, 255}, {214, 39, 40, 255}, {148, 103, 189, 255}}

// SaveCurves draws panels side by side into a PNG file.
func SaveCurves(path string, panels ...Panel) error {
	if len(panels) == 0 {
		return fmt.Errorf("viz: %s: nothing to draw", path)
	}
	const width, height, margin = 14 * vg.Centimeter, 10 * vg.Centimeter, 10 * vg.Millimeter / 3
	img := vgimg.NewWith(vgimg.UseWH(width*vg.Length(len(panels)), height), vgimg.UseDPI(120))
	dc := draw.New(img)
	for i, p := range panels {
		pic, err := p.draw()
		if err != nil {
			return fmt.Errorf("viz: %s: %s: %w", path, p.Title, err)
		}
		left := width * vg.Length(i)
		pic.Draw(draw.Crop(dc, left+margin, left+width-dc.Max.X-margin, margin, -margin))
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("viz: %w", err)
	}
	if _, err := (vgimg.PngCanvas{Canvas: img}).WriteTo(f); err != nil {
		f.Close()
		return fmt.Errorf("viz: %s: %w", path, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("viz: %w", err)
	}
	return nil
}

// falls reports whether the curves end lower than they begin: the legend then stands at the top, out of their way.
func (p *Panel) falls() bool {
	change := 0.0
	for _, c := range p.Curves {
		if n := len(c.Y); n > 0 {
			change += c.Y[n-1] - c.Y[0]
		}
	}
	return change < 0
}

func (p *Panel) draw() (*plot.Plot, error) {
	pic := plot.New()
	pic.Title.Text, pic.X.Label.Text, pic.Y.Label.Text = p.Title, p.XLabel, p.YLabel
	pic.Title.Padding = vg.Points(6)
	pic.Legend.Top, pic.Legend.Padding = p.falls(), vg.Points(4)
	pic.Add(plotter.NewGrid())
	for i, c := range p.Curves {
		pts := make(plotter.XYs, len(c.X))
		for k := range c.X {
			pts[k].X, pts[k].Y = c.X[k], c.Y[k]
		}
		line, points, err := plotter.NewLinePoints(pts)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = palette[i%len(palette)], vg.Points(1.5)
		points.Color, points.Shape, points.Radius = palette[i%len(palette)], draw.CircleGlyph{}, vg.Points(2)
		pic.Add(line, points)
		pic.Legend.Add(c.Name, line, points)
	}
	return pic, nil
}
