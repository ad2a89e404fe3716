//go:build !js

package graphviz

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"

	_ "gonum.org/v1/plot" // brings the font Liberation
)

// maxPixels bounds the memory of a PNG, 4 bytes each.
const maxPixels = 50e6

// shape is an element of Graphviz's SVG: there are polygons, ellipses, paths and texts, in groups.
type shape struct {
	XMLName xml.Name
	Points  string  `xml:"points,attr"`
	D       string  `xml:"d,attr"`
	CX      float64 `xml:"cx,attr"`
	CY      float64 `xml:"cy,attr"`
	RX      float64 `xml:"rx,attr"`
	RY      float64 `xml:"ry,attr"`
	X       float64 `xml:"x,attr"`
	Y       float64 `xml:"y,attr"`
	Size    float64 `xml:"font-size,attr"`
	Fill    string  `xml:"fill,attr"`
	Stroke  string  `xml:"stroke,attr"`
	Text    string  `xml:",chardata"`
	Inner   []shape `xml:",any"`
}

// picture draws on a canvas whose origin is at the bottom left; Graphviz's is margin away from there, its y goes down.
type picture struct {
	*vgimg.Canvas
	margin float64
}

// writePNG draws the SVG of Graphviz, which is all of SVG that it knows.
func writePNG(w io.Writer, svg []byte) error {
	var doc struct {
		ViewBox string  `xml:"viewBox,attr"`
		Inner   []shape `xml:",any"`
	}
	if err := xml.Unmarshal(svg, &doc); err != nil {
		return fmt.Errorf("graphviz: %w", err)
	}
	box, err := numbers(doc.ViewBox)
	if err != nil || len(box) != 4 || !(box[2] > 0 && box[3] > 0 && box[2] < 1e6 && box[3] < 1e6) {
		return fmt.Errorf("graphviz: a picture of size %q", doc.ViewBox)
	}
	dpi := min(96, int(72*math.Sqrt(maxPixels/box[2]/box[3])))
	if dpi < 1 {
		return errors.New("graphviz: the picture is too large for a PNG; SVG has no limit")
	}
	p := picture{vgimg.NewWith(vgimg.UseWH(vg.Length(box[2]), vg.Length(box[3])), vgimg.UseDPI(dpi)), 4}
	p.SetLineWidth(1)
	for i := range doc.Inner {
		if err := p.draw(&doc.Inner[i]); err != nil {
			return fmt.Errorf("graphviz: %w", err)
		}
	}
	var out bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: p.Canvas}).WriteTo(&out); err != nil {
		return fmt.Errorf("graphviz: %w", err)
	}
	_, err = w.Write(out.Bytes())
	return err
}

func (p *picture) at(x, y float64) vg.Point {
	return vg.Point{X: vg.Length(x + p.margin), Y: vg.Length(p.margin - y)}
}

func (p *picture) draw(s *shape) error {
	var path vg.Path
	switch s.XMLName.Local {
	case "polygon":
		at, err := numbers(s.Points)
		if err != nil || len(at) < 4 || len(at)%2 != 0 {
			return fmt.Errorf("a polygon of points %q", s.Points)
		}
		path.Move(p.at(at[0], at[1]))
		for i := 2; i < len(at); i += 2 {
			path.Line(p.at(at[i], at[i+1]))
		}
		path.Close()
	case "path": // M x,y C x,y x,y x,y …
		at, err := numbers(strings.Trim(strings.ReplaceAll(s.D, "C", " "), "M"))
		if err != nil || len(at) < 8 || len(at)%6 != 2 {
			return fmt.Errorf("a path of points %q", s.D)
		}
		path.Move(p.at(at[0], at[1]))
		for i := 2; i < len(at); i += 6 {
			path.CubeTo(p.at(at[i], at[i+1]), p.at(at[i+2], at[i+3]), p.at(at[i+4], at[i+5]))
		}
	case "ellipse":
		path = p.ellipse(s)
	case "text":
		p.text(s)
	}
	if path != nil {
		p.ink(path, s)
	}
	for i := range s.Inner {
		if err := p.draw(&s.Inner[i]); err != nil {
			return err
		}
	}
	return nil
}

// ellipse is four curves; 0.5523 makes each a quarter of a circle but for a thousandth.
func (p *picture) ellipse(s *shape) vg.Path {
	const k = 0.5523
	at := func(x, y float64) vg.Point { return p.at(s.CX+x*s.RX, s.CY+y*s.RY) }
	var path vg.Path
	path.Move(at(1, 0))
	path.CubeTo(at(1, k), at(k, 1), at(0, 1))
	path.CubeTo(at(-k, 1), at(-1, k), at(-1, 0))
	path.CubeTo(at(-1, -k), at(-k, -1), at(0, -1))
	path.CubeTo(at(k, -1), at(1, -k), at(1, 0))
	path.Close()
	return path
}

// text stands centred at its place, as all of Graphviz's.
func (p *picture) text(s *shape) {
	face := font.DefaultCache.Lookup(font.Font{Typeface: "Liberation", Variant: "Sans"}, vg.Length(s.Size))
	at := p.at(s.X, s.Y)
	at.X -= face.Width(s.Text) / 2
	p.SetColor(color.Black)
	p.FillString(face, at, s.Text)
}

func (p *picture) ink(path vg.Path, s *shape) {
	if c, ok := colorOf(s.Fill); ok {
		p.SetColor(c)
		p.Fill(path)
	}
	if c, ok := colorOf(s.Stroke); ok {
		p.SetColor(c)
		p.Stroke(path)
	}
}

// colorOf reads #rrggbb, black and white; there is none in none and nothing.
func colorOf(name string) (color.Color, bool) {
	switch name {
	case "black":
		return color.Black, true
	case "white":
		return color.White, true
	}
	v, err := strconv.ParseUint(strings.TrimPrefix(name, "#"), 16, 24)
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}, err == nil
}

// numbers reads numbers between blanks and commas.
func numbers(s string) ([]float64, error) {
	var list []float64
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}
