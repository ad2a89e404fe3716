package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"text/tabwriter"
)

// target is an architecture of an assembler.
type target struct {
	a    *assembler
	arch int
}

func (t target) String() string { return fmt.Sprintf("sm_%d (ptxas %s)", t.arch, t.a.version) }

// result is a module on a target.
type result struct {
	m      *module
	t      target
	usages []usage
	err    error
}

// report is all results, in the order of modules and targets.
type report struct {
	assemblers []*assembler
	modules    []*module
	results    []result
}

// assembleAll does every module for every architecture from its target on.
func assembleAll(modules []*module, assemblers []*assembler) *report {
	r := &report{assemblers: assemblers, modules: modules}
	for _, m := range modules {
		for _, a := range assemblers {
			for _, arch := range a.architectures {
				if arch >= m.target {
					r.results = append(r.results, result{m: m, t: target{a, arch}})
				}
			}
		}
	}
	var wg sync.WaitGroup
	next := make(chan *result)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for x := range next {
				x.usages, x.err = x.t.a.assemble(x.m, x.t.arch)
			}
		})
	}
	for i := range r.results {
		next <- &r.results[i]
	}
	close(next)
	wg.Wait()
	return r
}

// row is a kernel over all targets.
type row struct {
	file, kernel           string
	least, most            int    // registers
	mostOn                 target // where
	shared, stack, targets int    // the worst
	spills, spilled        int    // the worst, and on how many targets
	spillsOn               target
}

func (r *report) rows() []*row {
	var rows []*row
	byKernel := map[string]*row{}
	for _, x := range r.results {
		for _, u := range x.usages {
			key := x.m.path + "\n" + u.kernel
			k := byKernel[key]
			if k == nil {
				k = &row{file: x.m.name, kernel: u.kernel, least: u.registers}
				byKernel[key] = k
				rows = append(rows, k)
			}
			k.targets++
			k.least = min(k.least, u.registers)
			if u.registers > k.most {
				k.most, k.mostOn = u.registers, x.t
			}
			k.shared, k.stack = max(k.shared, u.shared), max(k.stack, u.stack)
			if u.spills > 0 {
				k.spilled++
			}
			if u.spills > k.spills {
				k.spills, k.spillsOn = u.spills, x.t
			}
		}
	}
	return rows
}

// print writes the table, what is wrong and the closing line; it reports whether nothing is.
func (r *report) print(w io.Writer) bool {
	for _, a := range r.assemblers {
		fmt.Fprintf(w, "ptxas %s: sm_%s\n", a.version, strings.Trim(strings.ReplaceAll(fmt.Sprint(a.architectures), " ", " sm_"), "[]"))
	}
	rows := r.rows()
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "file\tkernel\tregisters\tmost on\tshared\tstack\tspills")
	for _, k := range rows {
		fmt.Fprintf(table, "%s\t%s\t%d–%d\tsm_%d\t%d\t%d\t%d\n", k.file, k.kernel, k.least, k.most, k.mostOn.arch, k.shared, k.stack, k.spills)
	}
	table.Flush()
	fmt.Fprintln(w)

	failures, spills := r.printFailures(w), 0
	for _, k := range rows {
		if k.spills > 0 {
			spills++
			fmt.Fprintf(w, "SPILL %s: %s: %d bytes on %v, and something on %d of %d targets; give it less to keep, or fewer threads\n",
				k.file, k.kernel, k.spills, k.spillsOn, k.spilled, k.targets)
		}
	}
	kernels, targets := 0, map[target]bool{}
	for _, m := range r.modules {
		kernels += len(m.kernels)
	}
	for _, x := range r.results {
		targets[x.t] = true
	}
	fmt.Fprintf(w, "%d kernels, %d targets, %d failures, %d spills\n", kernels, len(targets), failures, spills)
	return failures == 0 && spills == 0
}

// printFailures writes each different one of a module once, and counts all.
func (r *report) printFailures(w io.Writer) int {
	n := 0
	type failure struct {
		m    *module
		text string
	}
	on := map[failure][]target{}
	var order []failure
	for _, x := range r.results {
		if x.err != nil {
			n++
			f := failure{x.m, x.err.Error()}
			if on[f] == nil {
				order = append(order, f)
			}
			on[f] = append(on[f], x.t)
		}
	}
	for _, f := range order {
		more := ""
		if k := len(on[f]) - 1; k > 0 {
			more = fmt.Sprintf(" and %d more", k)
		}
		fmt.Fprintf(w, "FAIL %s on %v%s: %s\n", f.m.name, on[f][0], more, f.text)
	}
	return n
}
