// Package op says what operators are: parameters, names of inputs and outputs, shape and type rules, and how forward and
// backward are said in kernel calls. An operator is one file and never computes; backends do.
//
// Adding one: write op/name.go with a parameter struct and a Register call, add a row to a table in cases_test.go or one of
// its sisters, run go generate. See fully_connected.go for a whole one and elementwise.go for those that are a row in a
// table.
package op

//go:generate go test -run ^TestBackends$ . -update
