package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDraw(t *testing.T) {
	const rows, cols = 5, 3 // one more than a character each way
	pixels := make([]uint8, rows*cols)
	pixels[0*cols+0] = 255     // first dot of the first character
	pixels[3*cols+1] = ink     // its last one
	pixels[4*cols+2] = 255     // first dot of the character below and beside
	pixels[2*cols+0] = ink - 1 // too faint
	assert.Equal(t, []string{"\u2881\u2800", "\u2800\u2801"}, draw(pixels, rows, cols))
}

func TestBeside(t *testing.T) {
	got := beside([][]string{{"ab", "cd"}, {"ef", "gh"}}, []string{"7", "2!"}, 4)
	assert.Equal(t, "ab  ef  \ncd  gh  \n7   2!  \n", got)
}
