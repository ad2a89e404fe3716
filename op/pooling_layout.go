package op

import "strings"

// MXNet pools with channels last too (layout NHWC and its sisters); kernels have them second, so data is transposed.

// channelsLast reports whether channels are the last axis.
func (p *PoolingParam) channelsLast() bool { return strings.HasSuffix(p.Layout, "C") }

// checkLayout refuses a layout that is not one of n spatial axes.
func (p *PoolingParam) checkLayout(n int) error {
	if p.channelsLast() && len(p.Layout) == n+2 {
		return nil
	}
	return checkLayout(p.Layout, n)
}

// second puts the channels of a list of axes second.
func (p *PoolingParam) second(s []int) []int {
	n := len(s)
	if !p.channelsLast() || n < 3 {
		return s
	}
	return append([]int{s[0], s[n-1]}, s[1:n-1]...)
}

// last is the opposite of second.
func (p *PoolingParam) last(s []int) []int {
	if !p.channelsLast() || len(s) < 3 {
		return s
	}
	return append(append([]int{s[0]}, s[2:]...), s[1])
}

// turn gives v with its channels second.
func (p *PoolingParam) turn(c *Ctx, v Value) Value {
	if !p.channelsLast() {
		return v
	}
	return c.Transpose(v, p.second(allAxes(v))...)
}

// turnBack gives v, whose channels are second, as the layout says.
func (p *PoolingParam) turnBack(c *Ctx, v Value) Value {
	if !p.channelsLast() {
		return v
	}
	return c.Transpose(v, p.last(allAxes(v))...)
}

func allAxes(v Value) []int { return allBut(len(v.Shape()), -1) }
