package op

import "fmt"

// Convolution and Pooling move a window over the spatial axes (N,C,s…). Their parameters give one number per spatial axis
// or nothing; kernels exist for two and three axes, so one axis is seen as the last of two.

// perAxis fills in what an empty parameter stands for.
func perAxis(v []int, n, def int) []int {
	if len(v) > 0 {
		return v
	}
	out := make([]int, n)
	for i := range out {
		out[i] = def
	}
	return out
}

// checkAxes refuses a parameter that is neither empty nor as long as the kernel.
func checkAxes(name string, v, kernel []int) error {
	if len(v) != 0 && len(v) != len(kernel) {
		return fmt.Errorf("%s is %s, want %d numbers: kernel is %s", name, FormatParam(v), len(kernel), FormatParam(kernel))
	}
	return nil
}

// checkLayout refuses a layout that is not the one of n spatial axes.
func checkLayout(layout string, n int) error {
	want := [...]string{"NCW", "NCHW", "NCDHW"}[n-1]
	if layout != "" && layout != "None" && layout != want {
		return fmt.Errorf("layout is %s, want %s or None: kernel has %d axes", layout, want, n)
	}
	return nil
}

// lift sees (N,C,W) as (N,C,1,W); more axes stay.
func lift(s Shape) Shape {
	if len(s) != 3 {
		return s
	}
	return Shape{s[0], s[1], 1, s[2]}
}

// liftAxes gives a window parameter a first entry for the axis that lift adds.
func liftAxes(v []int, first int) []int {
	if len(v) != 1 {
		return v
	}
	return []int{first, v[0]}
}

// slide is the number of positions of a dilated kernel along an axis of n elements; 0 while n is unknown, negative when
// the kernel does not fit.
func slide(n, kernel, stride, pad, dilate int) int {
	room := n + 2*pad - (dilate*(kernel-1) + 1)
	switch {
	case n == 0:
		return 0
	case room < 0:
		return -1
	}
	return room/stride + 1
}
