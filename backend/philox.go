package backend

import (
	"math"
	"math/bits"
)

// Philox4x32 is the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011),
// with 10 rounds: four random words from a 128-bit counter and a 64-bit key.
func Philox4x32(ctr [4]uint32, key [2]uint32) [4]uint32 {
	for range 10 {
		hi0, lo0 := bits.Mul32(0xD2511F53, ctr[0])
		hi1, lo1 := bits.Mul32(0xCD9E8D57, ctr[2])
		ctr = [4]uint32{hi1 ^ ctr[1] ^ key[0], lo1, hi0 ^ ctr[3] ^ key[1], lo0}
		key[0] += 0x9E3779B9
		key[1] += 0xBB67AE85
	}
	return ctr
}

// RandomStream is what all elements of one Random call share. A tensor (N, …) holds N samples; element e of the call is
// element e + FirstSample·(elements per sample) of the global tensor, so several devices that split a batch draw the same
// numbers as one.
type RandomStream struct {
	Key    [2]uint32 // the seed
	Node   uint32
	Step   uint32
	Offset uint64 // global index of the first element
}

// NewRandomStream reads the rng argument {seed, step, first sample, 0} for a call with the given shape.
func NewRandomStream(rng []int64, node uint32, shape Shape) RandomStream {
	perSample := 1
	if len(shape) > 0 {
		perSample = shape[1:].Size()
	}
	seed := uint64(rng[0])
	return RandomStream{
		Key:    [2]uint32{uint32(seed), uint32(seed >> 32)},
		Node:   node,
		Step:   uint32(rng[1]),
		Offset: uint64(rng[2]) * uint64(perSample),
	}
}

// Word is the random word of global element g: word g mod 4 of the block with counter {g/4, node, step}.
func (s *RandomStream) Word(g uint64) uint32 {
	block := g >> 2
	w := Philox4x32([4]uint32{uint32(block), uint32(block >> 32), s.Node, s.Step}, s.Key)
	return w[g&3]
}

// Uniform32 turns a word into a number in [0, 1): its upper 24 bits over 2^24.
func Uniform32(w uint32) float64 { return float64(w>>8) * (1.0 / (1 << 24)) }

// Normal64 is the standard normal number of global element g: Box–Muller on two words of the block with counter
// {g/2, node, step}, the words 2·(g mod 2) and the one after it. The first word becomes a number in (0, 1].
func (s *RandomStream) Normal64(g uint64) float64 {
	block := g >> 1
	w := Philox4x32([4]uint32{uint32(block), uint32(block >> 32), s.Node, s.Step}, s.Key)
	u1 := float64(w[2*(g&1)]>>8+1) * (1.0 / (1 << 24))
	u2 := Uniform32(w[2*(g&1)+1])
	return math.Sqrt(-2*math.Log(u1)) * math.Cos(2*math.Pi*u2)
}
