package cuda

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Multiplying high and shifting is dividing, up to the largest index that kernels use.
func TestDivisor(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var divisors []int
	for d := 1; d <= 1025; d++ {
		divisors = append(divisors, d)
	}
	for bit := 11; bit < 31; bit++ {
		divisors = append(divisors, 1<<bit-1, 1<<bit, 1<<bit+1, 1<<bit+r.IntN(1<<bit))
	}
	divisors = append(divisors, maxElements)
	for _, d := range divisors {
		magic, shift := divisor(d)
		check := func(n int) {
			if n < 0 || n > maxElements {
				return
			}
			got := (uint32(uint64(n)*uint64(magic)>>32) + uint32(n)) >> shift
			require.Equal(t, uint32(n/d), got, "%d / %d", n, d)
		}
		for range 50 {
			n := r.IntN(maxElements)
			for _, n := range []int{n, n / d * d, n/d*d - 1, n % (4 * d)} {
				check(n)
			}
		}
		check(0)
		check(d - 1)
		check(d)
		check(maxElements)
		check(maxElements / d * d)
		check(maxElements/d*d - 1)
	}
}
