package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGenerate(t *testing.T) {
	s, err := parse("pool.cu", `
struct inner { f32 *p; }; // no parameter
struct pool_param { u32 n, size[3]; i32 pad[2]; u64 all; };
struct gap { u32 a; u64 b; };
// KERNEL(1) void not_this(u32 n)
KERNEL(16, 8) void pool_max(const f32 *__restrict__ x, f32 *y, pool_param p, gap g, u32 type) { }
`)
	require.NoError(t, err)
	require.Len(t, s.kernels, 1)
	assert.Equal(t, [3]int{16, 8, 1}, s.kernels[0].block)
	text, err := generate([]*source{s})
	require.NoError(t, err)
	assert.Contains(t, string(text), `kernelPoolMax = kernel{module: embedded("pool"), name: "pool_max", block: dim3{16, 8, 1}, params: []int{8, 8, 32, 16, 4}}`)
	assert.Contains(t, string(text), `func (cx *compileCtx) poolMax(grid dim3, x place, y place, p *poolParam, g *gap, type_ uint32) {
	cx.launch(&kernelPoolMax, grid, ptr(x), ptr(y), blob(p.bytes()), blob(g.bytes()), u32(type_))
}`)
	assert.Contains(t, string(text), "return structBytes(v, 32)")
	assert.Contains(t, string(text), "\ta uint32\n\t_ [4]byte\n\tb uint64\n")
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		`KERNEL(256) void a(float x) {}`:     `a.cu: a: parameter x has type float, want a pointer, u32, i32, f32, u64 or a struct of those defined in this file`,
		`KERNEL(N) void a(u32 x) {}`:         `a.cu: a: KERNEL(N), want up to three numbers of threads`,
		`KERNEL(1,1,1,1) void a(u32 x) {}`:   `a.cu: a: KERNEL(1,1,1,1), want up to three numbers of threads`,
		`KERNEL(256) int a(u32 x) {}`:        `a.cu: 1 kernels begin with KERNEL(, 0 are understood; want KERNEL(threads) void name(parameters)`,
		`KERNEL(256) void a(const f32 *) {}`: `a.cu: a: parameter "const f32 *" has no name or no type`,
	} {
		_, err := parse("a.cu", text)
		assert.EqualError(t, err, want, text)
	}
}
