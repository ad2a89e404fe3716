package ptx

import (
	"fmt"
	"strings"
)

// Places of variables in shared memory. Those of the module and of functions that kernels call come first, at the same
// place in all kernels; behind them, in each kernel, its own.

type sharedVariable struct {
	name  string
	cpp   string
	bytes int
	align int
	end   int             // in memory, without gaps
	after *sharedVariable // that it lies behind, or nil
}

type sharedLayout struct {
	g      *generator
	common []*sharedVariable
	own    map[*function][]*sharedVariable
}

// kernelShared is the shared memory of one kernel.
type kernelShared struct {
	variables []*sharedVariable
	bytes     int
	span      string // bytes with gaps, a C++ expression
}

// add takes a variable in; f is the function that declares it, or nil.
func (l *sharedLayout) add(v *variable, f *function) *sharedVariable {
	s := &sharedVariable{name: v.name, bytes: v.bytes(), align: v.align, cpp: l.g.uniqueTop("shared_", v.name)}
	if f != nil && f.entry {
		l.own[f] = append(l.own[f], s)
	} else {
		l.common = append(l.common, s)
	}
	return s
}

// place gives all variables their places, once all are known.
func (l *sharedLayout) place() {
	chain(nil, l.common)
	for f, own := range l.own {
		chain(l.last(f), own)
	}
}

func chain(after *sharedVariable, list []*sharedVariable) {
	for _, s := range list {
		end := 0
		if after != nil {
			end = after.end
		}
		s.after, s.end = after, roundUp(end, s.align)+s.bytes
		after = s
	}
}

// last gives the last common variable that a kernel, or a function it calls, uses.
func (l *sharedLayout) last(f *function) *sharedVariable {
	for i := len(l.common) - 1; i >= 0; i-- {
		if l.g.reaches(f, func(f *function) bool { return f.usesShared[l.common[i]] }) {
			return l.common[i]
		}
	}
	return nil
}

// of gives what a kernel has.
func (l *sharedLayout) of(f *function) kernelShared {
	k := kernelShared{span: "0"}
	end := l.last(f)
	if own := l.own[f]; len(own) > 0 {
		end = own[len(own)-1]
	}
	if end == nil {
		return k
	}
	k.bytes, k.span = end.end, "u32("+end.cpp+"_end)"
	for s := end; s != nil; s = s.after {
		k.variables = append(k.variables, s)
	}
	return k
}

func (l *sharedLayout) write(b *strings.Builder) {
	l.place()
	all := l.common
	for _, f := range l.g.mod.functions {
		all = append(all[:len(all):len(all)], l.own[f]...)
	}
	for _, s := range all {
		end := "0"
		if s.after != nil {
			end = s.after.cpp + "_end"
		}
		fmt.Fprintf(b, "enum : u64 { %s = sim_after(%s, %d), %s_end = %s + %d };\n", s.cpp, end, s.align, s.cpp, s.cpp, s.bytes)
	}
}
