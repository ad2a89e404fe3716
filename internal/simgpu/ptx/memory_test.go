package ptx

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// begin is how the kernels of these tests begin: %i is the thread's number in the grid, %at the address of its word in the
// buffer "to", %rd0 that of "from".
const begin = `(.param .u64 from, .param .u64 to)
{
	.reg .b32 %r<20>; .reg .b64 %rd<20>; .reg .pred %p<10>; .reg .f32 %f<20>; .reg .b16 %h<10>;
	.reg .b32 %i, %n; .reg .b64 %at;
	mov.u32 %n, %tid.x; mov.u32 %r0, %ctaid.x; mov.u32 %r1, %ntid.x; mad.lo.s32 %i, %r0, %r1, %n;
	ld.param.u64 %rd0, [from]; ld.param.u64 %at, [to];
	mul.wide.u32 %rd1, %i, 4; add.s64 %at, %at, %rd1;
`

func kernelOf(name, body string) string {
	return ".visible .entry " + name + begin + body + "\n\tret;\n}\n"
}

// sequence gives the bytes of 0, 1, 2 …
func sequence(n int) []byte {
	v := make([]uint32, n)
	for i := range v {
		v[i] = uint32(i)
	}
	return bytesOf(v)
}

func TestMemory(t *testing.T) {
	source := header + `
.const .align 4 .u32 primes[4] = {2, 3, 5, 7};
.global .align 1 .b8 bytes[8] = {1, 2, 0xff, 0x80};
.global .align 8 .u64 pointers[2] = {generic(primes)+8, generic(bytes)};
.global .align 4 .f32 half_of_pi = 0f3FC90FDB;
.shared .align 4 .b8 common[128];
.extern .shared .align 16 .b8 dynamic[];
.func (.param .b32 result) square(.param .b32 x)
{
	.reg .b32 %r<3>;
	ld.param.u32 %r1, [x];
	mul.lo.s32 %r1, %r1, %r1;
	st.param.b32 [result+0], %r1;
	ret;
}
.func (.reg .f32 y) twice(.reg .f32 x)
{
	add.f32 y, x, x;
	ret;
}
.func touch(.param .b32 x)
{
	.reg .b32 %r<3>; .reg .b64 %rd<2>;
	ld.param.u32 %r1, [x];
	mov.u32 %r2, common;
	st.shared.u32 [%r2+4], %r1;
	ret;
}
` + kernelOf("vectors", `
	mul.wide.u32 %rd2, %n, 16; add.s64 %rd0, %rd0, %rd2;
	ld.global.nc.v4.u32 {%r2, _, %r4, %r5}, [%rd0];
	st.global.v4.u32 [%rd0], {%r5, %r4, %r2, 9};
	ld.global.v2.b64 {%rd0, %rd3}, [%rd0];
	mov.b64 {%r2, %r3}, %rd3;
	add.s32 %r2, %r2, %r3;
	st.global.u32 [%at], %r2;`) + kernelOf("tables", `
	and.b32 %r2, %n, 3;
	mul.wide.u32 %rd2, %r2, 4;
	mov.u64 %rd3, primes; add.s64 %rd3, %rd3, %rd2;
	ld.const.u32 %r3, [%rd3];
	ld.global.u64 %rd4, [pointers];
	ld.u32 %r4, [%rd4];
	ld.global.u64 %rd5, [pointers+8];
	ld.s8 %r5, [%rd5+2];
	ld.global.u8 %r6, [bytes+3];
	ld.global.f32 %f1, [half_of_pi];
	cvt.rzi.u32.f32 %r7, %f1;
	mad.lo.s32 %r3, %r4, 100, %r3;
	mad.lo.s32 %r3, %r5, 1000, %r3;
	mad.lo.s32 %r3, %r6, 10000, %r3;
	add.s32 %r3, %r3, %r7;
	st.global.u32 [%at], %r3;`) + kernelOf("local", `
	.local .align 16 .b8 depot[32];
	.reg .b64 %SP, %SPL;
	mov.u64 %SPL, depot; cvta.local.u64 %SP, %SPL;
	and.b32 %r2, %n, 7; mul.wide.u32 %rd2, %r2, 4;
	add.s64 %rd3, %SP, %rd2; st.u32 [%rd3], %i;
	add.s64 %rd4, %SPL, %rd2; ld.local.u32 %r3, [%rd4];
	xor.b32 %r2, %r2, 1; mul.wide.u32 %rd2, %r2, 4; add.s64 %rd4, %SPL, %rd2;
	ld.local.u32 %r4, [%rd4];
	not.b32 %r4, %r4;
	add.s32 %r3, %r3, %r4;
	st.global.u32 [%at], %r3;`) + kernelOf("shared", `
	.shared .align 8 .b8 own[64];
	and.b32 %r2, %n, 15; mul.wide.u32 %rd2, %r2, 4;
	mov.u64 %rd3, own; add.s64 %rd3, %rd3, %rd2;
	st.shared.u32 [%rd3], %i;
	{ .param .b32 x; st.param.b32 [x], %i; call.uni touch, (x); }
	mov.u32 %r3, dynamic; shl.b32 %r4, %r2, 2; add.s32 %r3, %r3, %r4;
	st.shared.u32 [%r3], 100;
	cvta.shared.u64 %rd4, %rd3; ld.u32 %r5, [%rd4];
	ld.shared.u32 %r6, [common+4];
	ld.shared.u32 %r7, [%r3];
	ld.shared.u32 %r8, [common+8];
	mad.lo.s32 %r5, %r6, 1000, %r5;
	add.s32 %r5, %r5, %r7; sub.s32 %r5, %r5, %r8;
	st.global.u32 [%at], %r5;`) + kernelOf("calls", `
	{ // callseq 0, 0
	.param .b32 param0;
	st.param.b32 	[param0+0], %i;
	.param .b32 retval0;
	call.uni (retval0), 
	square, 
	(
	param0
	);
	ld.param.b32 	%r2, [retval0+0];
	} // callseq 0
	cvt.rn.f32.u32 %f1, %r2;
	call (%f1), twice, (%f1);
	cvt.rzi.u32.f32 %r2, %f1;
	st.global.u32 [%at], %r2;`) + kernelOf("ordered", `
	st.volatile.global.f32 [%at], 0f40400000; membar.gl;
	ld.volatile.global.f32 %f1, [%at]; add.f32 %f1, %f1, 0f3F800000;
	st.release.gpu.global.f32 [%at], %f1; fence.acq_rel.gpu;
	ld.acquire.gpu.global.u32 %r2, [%at];
	st.relaxed.cta.global.b16 [%at], 7; ld.volatile.global.s8 %r3, [%at];
	add.s32 %r2, %r2, %r3;
	st.global.wb.u32 [%at], %r2;`) + kernelOf("jumps", `
	mov.b32 %r2, 0;
	setp.ge.u32 %p1, %n, 4;
	@%p1 bra $far;
	table: .branchtargets $zero, $one, $two, $one;
	brx.idx %n, table;
	$two: add.s32 %r2, %r2, 20;
	$one: add.s32 %r2, %r2, 10;
	bra.uni $end;
	$zero: { add.s32 %r2, %r2, 1; bra $inner; add.s32 %r2, %r2, 1000; $inner: }
	bra $end;
	$far: @!%p1 bra $end; mov.u32 %r2, 7;
	$end: st.global.u32 [%at], %r2;`) + kernelOf("specials", `
	mov.u32 %r2, %laneid; mov.u32 %r3, %warpid; mov.u32 %r4, %lanemask_le; mov.u32 %r5, %nctaid.x;
	popc.b32 %r4, %r4;
	mad.lo.s32 %r2, %r3, 100, %r2; mad.lo.s32 %r2, %r4, 10000, %r2; mad.lo.s32 %r2, %r5, 1000000, %r2;
	st.global.u32 [%at], %r2;`)
	bytesOfWords := make([]byte, 64*16)
	copy(bytesOfWords, sequence(64*4))
	want := map[string]func(i uint32) uint32{
		"vectors": func(i uint32) uint32 { return i%32*4 + 9 },
		"tables":  func(i uint32) uint32 { return []uint32{2, 3, 5, 7}[i%4] + 500 - 1000 + 1280000 + 1 },
		"local":   func(i uint32) uint32 { return i },
		"shared":  func(i uint32) uint32 { return i*1001 + 100 + 1 },
		"ordered": func(i uint32) uint32 { return math.Float32bits(4) + 7 },
		"calls":   func(i uint32) uint32 { return i * i * 2 },
		"jumps": func(i uint32) uint32 {
			if i%32 < 4 {
				return []uint32{1, 10, 30, 10}[i%32]
			}
			return 7
		},
		"specials": func(i uint32) uint32 { return i%32 + (i%32+1)*10000 + 2*1000000 },
	}
	for _, md := range []mode{plain, checked, asan} {
		l := compile(t, "memory.ptx", source, md)
		for name, f := range want {
			for _, seed := range []uint64{0, 5} {
				grid, block := uint32(2), uint32(32)
				if name == "vectors" { // which a second block would swap again
					grid = 1
				}
				r := l.run(launch{kernel: name, grid: [3]uint32{grid}, block: [3]uint32{block}, seed: seed, shared: 64,
					buffers: [][]byte{bytesOfWords, make([]byte, 64*4)}})
				require.Zero(t, r.status, "%s %s %s", name, r.message, r.stderr)
				for i, v := range asUint32(r.buffers[1])[:grid*block] {
					require.Equal(t, f(uint32(i)), v, "%s: %s of thread %d", md.name, name, i)
				}
			}
		}
	}
}

// Atomic operations give the old value; together they lose nothing.
func TestAtomics(t *testing.T) {
	source := header + kernelOf("add", `
	atom.global.add.u32 %r2, [%rd0], 3;
	red.global.max.s32 [%rd0+4], %i;
	red.global.min.u32 [%rd0+8], %i;
	atom.global.inc.u32 %r3, [%rd0+12], 6;
	red.global.or.b32 [%rd0+16], 0x10;
	atom.global.cas.b32 %r4, [%rd0+20], 0, %r2;
	atom.global.exch.b32 %r5, [%rd0+24], %i;
	red.global.add.u64 [%rd0+32], 5;
	st.global.u32 [%at], %r2;`)
	l := compile(t, "atomics.ptx", source, checked)
	words := []uint32{0, 0x80000000, 1000, 0, 1, 77, 0, 0, math.MaxUint32, 0}
	r := l.run(launch{kernel: "add", grid: [3]uint32{2}, block: [3]uint32{64}, seed: 3, buffers: [][]byte{bytesOf(words), make([]byte, 128*4)}})
	require.Zero(t, r.status, r.message)
	got := asUint32(r.buffers[0])
	require.Equal(t, []uint32{384, 127, 0, 128 % 7, 0x11, 77}, got[:6])
	require.Equal(t, []uint32{639, 1}, got[8:10], "carries into the upper half")
	seen := map[uint32]bool{}
	for _, v := range asUint32(r.buffers[1]) {
		require.Zero(t, v%3)
		seen[v] = true
	}
	require.Len(t, seen, 128, "each thread saw another value")
}

// Memory that nobody wrote is full of NaN.
func TestPoison(t *testing.T) {
	source := header + kernelOf("poison", `
	.shared .align 4 .b8 s[16]; .local .align 4 .b8 l[4];
	ld.shared.u32 %r2, [s+4]; ld.local.u32 %r3, [l]; mov.u32 %r5, %r4;
	setp.eq.u32 %p1, %n, 0; @%p1 st.shared.u32 [s+4], 0;
	and.b32 %r2, %r2, %r3; and.b32 %r2, %r2, %r5;
	st.global.u32 [%at], %r2;`)
	l := compile(t, "poison.ptx", source, plain)
	r := l.run(launch{kernel: "poison", grid: [3]uint32{4}, block: [3]uint32{1}, buffers: [][]byte{nil, make([]byte, 16)}})
	require.Zero(t, r.status, r.message)
	for i, v := range asUint32(r.buffers[1]) {
		require.Equal(t, uint32(math.MaxUint32), v, "block %d", i)
	}
}

// With noise approximate instructions are a little off, always in the same way.
func TestNoise(t *testing.T) {
	source := header + kernelOf("noise", `
	cvt.rn.f32.u32 %f1, %i; mul.f32 %f1, %f1, 0f3DCCCCCD; ex2.approx.f32 %f1, %f1; st.global.f32 [%at], %f1;`)
	l := compile(t, "noise.ptx", source, plain)
	run := func(noise string, seed uint64) []uint32 {
		r := l.run(launch{kernel: "noise", grid: [3]uint32{4}, block: [3]uint32{64}, seed: seed, buffers: [][]byte{nil, make([]byte, 1024)}, env: []string{"SIMGPU_NOISE=" + noise}})
		require.Zero(t, r.status, r.message)
		return asUint32(r.buffers[1])
	}
	exact, one := run("", 0), run("1", 0)
	require.Equal(t, one, run("1", 9), "the order does not matter")
	require.NotEqual(t, one, run("2", 0))
	differ := 0
	for i := range exact {
		d := int(one[i]) - int(exact[i])
		require.LessOrEqual(t, max(d, -d), 2)
		if d != 0 {
			differ++
		}
	}
	require.Greater(t, differ, 128, fmt.Sprint("of ", len(exact)))
}
