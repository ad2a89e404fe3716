package main

import "strings"

// dots are the bits of a Braille character, by row and column of its 4x2 dots (Unicode, block U+2800).
var dots = [4][2]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// ink is the brightness from which a pixel is drawn.
const ink = 96

// draw gives the lines of a picture of rows x cols grey values: a character for 4x2 pixels, so that 28x28 fit 7 lines of 14.
func draw(pixels []uint8, rows, cols int) []string {
	var lines []string
	for top := 0; top < rows; top += 4 {
		var line strings.Builder
		for left := 0; left < cols; left += 2 {
			char := rune(0x2800)
			for y := top; y < min(top+4, rows); y++ {
				for x := left; x < min(left+2, cols); x++ {
					if pixels[y*cols+x] >= ink {
						char |= dots[y-top][x-left]
					}
				}
			}
			line.WriteRune(char)
		}
		lines = append(lines, line.String())
	}
	return lines
}

// beside joins pictures of equally many lines, each with its caption below it, in columns of the given width.
func beside(pictures [][]string, captions []string, width int) string {
	var text strings.Builder
	for i := range pictures[0] {
		for _, p := range pictures {
			text.WriteString(pad(p[i], width))
		}
		text.WriteByte('\n')
	}
	for _, c := range captions {
		text.WriteString(pad(c, width))
	}
	text.WriteByte('\n')
	return text.String()
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-len([]rune(text))))
}
