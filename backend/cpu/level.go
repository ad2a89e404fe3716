//go:build cgo

package cpu

import (
	"fmt"
	"os"

	"golang.org/x/sys/cpu"
)

// level is an instruction set that kernels are compiled for: the index into a kernelSet.
type level int

const (
	levelScalar level = iota
	levelAVX2
	levelAVX512
	numLevels
)

var levelNames = [numLevels]string{"scalar", "avx2", "avx512"}

func (l level) String() string { return levelNames[l] }

// supported reports whether this machine and its operating system run kernels of the level.
func (l level) supported() bool {
	x := &cpu.X86
	switch l {
	case levelAVX2:
		return x.HasAVX2 && x.HasFMA
	case levelAVX512:
		return x.HasAVX2 && x.HasFMA && x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL
	}
	return true
}

// chooseLevel takes the best level of the machine, or the one that GOMX_CPU names.
func chooseLevel() (level, error) {
	best := levelScalar
	for l := range numLevels {
		if l.supported() {
			best = l
		}
	}
	name := os.Getenv("GOMX_CPU")
	if name == "" {
		return best, nil
	}
	for l := range numLevels {
		if levelNames[l] == name {
			if !l.supported() {
				return best, fmt.Errorf("cpu: GOMX_CPU=%s: this processor has no %s, only %v", name, name, best)
			}
			return l, nil
		}
	}
	return best, fmt.Errorf("cpu: GOMX_CPU=%s is unknown, want scalar, avx2 or avx512", name)
}
