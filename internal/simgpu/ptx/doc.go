// Package ptx translates PTX, NVIDIA's portable assembly language, to C++ that the simulated driver compiles and runs.
//
// It knows the instructions that clang and this project's generators write and, on purpose, no others: an opcode, modifier
// or combination of types that is not in its tables is an error that names file, line and text. Where C++ leaves undefined
// what PTX defines, such as shifts by too much or numbers too large to convert, the result spells it out.
//
// The stages: lexer.go makes words; parser.go and parse_*.go make what syntax.go describes; translate.go, globals.go and
// function.go give it names and places; the files rows_*.go are tables of what instructions mean.
package ptx
