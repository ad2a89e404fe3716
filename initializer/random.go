package initializer

import (
	"hash/fnv"

	"github.com/gomx-org/gomx/backend"
)

// stream is the source of random numbers of one parameter. The seed is the key; the hash of the name takes the place of
// node and step in the counter.
func stream(d *Desc) backend.RandomStream {
	h := fnv.New64a()
	h.Write([]byte(d.Name))
	sum := h.Sum64()
	return backend.RandomStream{
		Key:  [2]uint32{uint32(d.Seed), uint32(uint64(d.Seed) >> 32)},
		Node: uint32(sum), Step: uint32(sum >> 32),
	}
}

// uniform fills dst with numbers in [−scale, scale).
func uniform(d *Desc, scale float64, dst []float32) {
	s := stream(d)
	for block := 0; 4*block < len(dst); block++ {
		words := backend.Philox4x32([4]uint32{uint32(block), uint32(uint64(block) >> 32), s.Node, s.Step}, s.Key)
		for k, w := range words[:min(4, len(dst)-4*block)] {
			dst[4*block+k] = float32(scale * (2*backend.Uniform32(w) - 1))
		}
	}
}

// normal fills dst with numbers of mean 0 and standard deviation sigma.
func normal(d *Desc, sigma float64, dst []float32) {
	s := stream(d)
	for i := range dst {
		dst[i] = float32(sigma * s.Normal64(uint64(i)))
	}
}
