// Package passes rewrites Programs: small functions from Program to Program, each of which leaves the numbers as they are and
// makes the list shorter or its calls better suited to a device. Optimize runs them in order; Memory then plans where the
// values lie.
//
//	p, err := passes.Optimize(p, dev, backend.Options{})
//	plan := passes.Memory(p, 64)
//
// A pass never changes the Program it is given. All are deterministic: the same Program gives the same list.
package passes
