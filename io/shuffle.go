package mxio

import (
	"math/bits"

	"github.com/gomx-org/gomx/backend"
)

// shuffleNode keeps the numbers that mix examples apart from those that a network draws with the same seed.
const shuffleNode = 0x73687566

// permute fills p with the numbers 0 … len(p)−1 in the order of an epoch: as they are, or mixed by Fisher and Yates with
// random words that depend on seed and epoch alone.
func permute(p []int32, shuffle bool, seed int64, epoch int) {
	for i := range p {
		p[i] = int32(i)
	}
	if !shuffle {
		return
	}
	key := [2]uint32{uint32(seed), uint32(uint64(seed) >> 32)}
	var w [4]uint32
	for i := len(p) - 1; i > 0; i-- {
		if k := i & 1; k == 1 || i == len(p)-1 {
			w = backend.Philox4x32([4]uint32{uint32(i >> 1), uint32(uint64(i) >> 33), shuffleNode, uint32(epoch)}, key)
		}
		r := uint64(w[2*(i&1)])<<32 | uint64(w[2*(i&1)+1])
		j, _ := bits.Mul64(r, uint64(i+1)) // in 0 … i, each as likely to within 2^-32
		p[i], p[j] = p[j], p[i]
	}
}
