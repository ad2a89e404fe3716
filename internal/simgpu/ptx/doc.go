// Package ptx translates PTX, NVIDIA's portable assembly language, to C++ that the simulated driver compiles and runs.
//
// It knows the instructions that clang and this project's generators write and, on purpose, no others: an opcode, modifier
// or combination of types that is not in its tables is an error that names file, line and text. Where C++ leaves undefined
// what PTX defines, such as shifts by too much or numbers too large to convert, the result spells it out.
//
// The stages: lexer.go (words), parser.go and statement.go (syntax.go is what comes out), module.go and function.go
// (declarations, memory, names), and tables of instructions in files named rows_*.go.
package ptx
