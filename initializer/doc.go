// Package initializer gives parameters their first values, as MXNet 1.9.1 does.
//
//	err := initializer.Initialize(initializer.Xavier{FactorType: "in", Magnitude: 2.34},
//		&initializer.Desc{Name: "fc1_weight", Seed: 1}, weight)
//
// The name decides: what ends in weight gets the initializer's own rule, bias, beta and min 0, gamma and max 1; a
// variable's attribute __init__ goes before the name; other names are an error.
//
// Random numbers are a function of the seed and the parameter's name alone: the order of parameters, the device and the
// number of threads change nothing.
package initializer
