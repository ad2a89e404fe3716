package ptx

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the executor must refuse: each kernel does one thing wrong, and the launch says what and in which line.
func TestWrongMeetings(t *testing.T) {
	type wrong struct{ name, body, message string }
	const half = "setp.lt.u32 %p1, %n, 16;"
	all := []wrong{
		{"two_barriers", half + `
			@%p1 bra $a;
			bar.sync 0; // one
			bra $b;
		$a:	bar.sync 0; // other
		$b:`, "barrier divergence: 16 others wait at line"},
		{"exited", half + "@%p1 ret; bar.sync 0;", "barrier divergence: 16 threads have exited, and it waits"},
		{"exits_later", "setp.ge.u32 %p1, %n, 16; @%p1 ret; bar.sync 0;", "barrier divergence: it has exited, and 16 others wait"},
		{"deadlock", half + `
			@%p1 bra $a;
			bar.sync 0;
		$a:	shfl.sync.bfly.b32 %r2, %n, 1, 31, -1;`, "deadlock: 16 threads, the first"},
		{"two_shuffles", half + `
			@%p1 bra $a;
			shfl.sync.bfly.b32 %r2, %n, 1, 31, -1;
			bra $b;
		$a:	shfl.sync.bfly.b32 %r2, %n, 1, 31, -1;
		$b:`, "deadlock: 16 threads, the first"},
		{"exited_lane", half + "@%p1 ret; shfl.sync.down.b32 %r2, %n, 1, 31, 0xffffffff;", "its mask ffffffff names lane"},
		{"missing_lane", "vote.sync.any.pred %p1, %p2, 0xffff0000;", "does not name lane"},
		{"reads_outside", half + "@%p1 shfl.sync.idx.b32 %r2, %n, 20, 31, 0x0000ffff;", "reads lane 20, which its mask 0000ffff does not name"},
		{"trap", half + "@%p1 trap;", "trap, line"},
		{"misaligned", "add.s64 %rd0, %rd0, 8; ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd0];", "is not a multiple of 16, line"},
		{"nowhere", "mov.u64 %rd2, 4096; st.global.u32 [%rd2], %i;", "touches address 0x1000"},
		{"shared_overrun", ".shared .align 4 .b8 s[128]; mov.u32 %r2, s; mad.lo.s32 %r2, %n, 8, %r2; st.shared.u32 [%r2], %i;", "of shared memory, which has 128, was overwritten"},
	}
	var source strings.Builder
	source.WriteString(header)
	for _, w := range all {
		source.WriteString(kernelOf(w.name, w.body))
	}
	l := compile(t, "wrong.ptx", source.String(), plain)
	for _, w := range all {
		for _, seed := range []uint64{0, 1, 2} {
			r := l.run(launch{kernel: w.name, grid: [3]uint32{2}, block: [3]uint32{32}, seed: seed, buffers: [][]byte{make([]byte, 1024), make([]byte, 1024)}})
			assert.Contains(t, []uint32{700, 716, 719}, r.status, w.name)
			assert.Contains(t, r.message, "kernel "+w.name+", block (", w.name)
			message := w.message
			if seed != 0 && w.name == "exited" || w.name == "exits_later" {
				message = "barrier divergence: " // who comes first depends on the order
			}
			if seed != 0 && w.name == "two_barriers" {
				message = "others wait at line"
			}
			assert.Contains(t, r.message, message, "%s with seed %d", w.name, seed)
		}
	}
	partial := l.run(launch{kernel: "deadlock", block: [3]uint32{20}, buffers: [][]byte{nil, make([]byte, 128)}})
	assert.Contains(t, partial.message, "names lane 20, which the block of 20 threads does not have")
}

// Threads and blocks run in order with seed 0, and in any other order that follows from the seed otherwise.
func TestOrder(t *testing.T) {
	source := header + kernelOf("alone", "atom.global.inc.u32 %r2, [%rd0], 0xffffffff; st.global.u32 [%at], %r2;") +
		kernelOf("together", "bar.sync 0; atom.global.inc.u32 %r2, [%rd0], 0xffffffff; st.global.u32 [%at], %r2;")
	l := compile(t, "order.ptx", source, plain)
	for _, kernel := range []string{"alone", "together"} {
		order := func(seed uint64) []uint32 {
			r := l.run(launch{kernel: kernel, grid: [3]uint32{5}, block: [3]uint32{64}, seed: seed, buffers: [][]byte{make([]byte, 4), make([]byte, 5*64*4)}})
			require.Zero(t, r.status, r.message)
			return asUint32(r.buffers[1])
		}
		inOrder := order(0)
		for i, v := range inOrder {
			require.Equal(t, uint32(i), v, kernel)
		}
		one := order(1)
		assert.Equal(t, one, order(1), kernel)
		assert.NotEqual(t, one, order(2), kernel)
		assert.ElementsMatch(t, inOrder, one, kernel)
		first := map[uint32]bool{} // when blocks begin
		for b := range 5 {
			first[one[b*64]/64] = true
		}
		assert.Len(t, first, 5, "%s: blocks run one after the other", kernel)
	}
}

// Collectives of a warp against what PTX says of them.
func TestWarp(t *testing.T) {
	var source strings.Builder
	source.WriteString(header)
	type shuffleCase struct {
		mode string
		b, c uint32
	}
	var shuffles []shuffleCase
	for _, mode := range []string{"up", "down", "bfly", "idx"} {
		clamp := uint32(31)
		if mode == "up" {
			clamp = 0
		}
		for _, b := range []uint32{0, 1, 5, 16, 31} {
			shuffles = append(shuffles, shuffleCase{mode, b, clamp}, shuffleCase{mode, b, 24<<8 | clamp}) // segments of 8 lanes
		}
	}
	var body strings.Builder
	for k, s := range shuffles {
		body.WriteString("mad.lo.s32 %r2, %n, 3, 7; shfl.sync." + s.mode + ".b32 %r3|%p1, %r2, " + strconv.Itoa(int(s.b)) + ", " + strconv.Itoa(int(s.c)) + ", 0xffffffff;\n")
		body.WriteString("selp.u32 %r4, 1000, 0, %p1; add.s32 %r3, %r3, %r4; st.global.u32 [%at+" + strconv.Itoa(k*128) + "], %r3;\n")
	}
	source.WriteString(kernelOf("shuffles", body.String()))
	source.WriteString(kernelOf("votes", `
	setp.lt.u32 %p1, %n, 40; // all of warp 0, 8 lanes of warp 1
	vote.sync.ballot.b32 %r2, %p1, 0xffffffff; st.global.u32 [%at], %r2;
	vote.sync.all.pred %p2, %p1, 0xffffffff; vote.sync.any.pred %p3, %p1, -1; vote.sync.uni.pred %p4, !%p1, -1;
	selp.u32 %r2, 1, 0, %p2; selp.u32 %r3, 2, 0, %p3; selp.u32 %r4, 4, 0, %p4; or.b32 %r2, %r2, %r3; or.b32 %r2, %r2, %r4;
	st.global.u32 [%at+256], %r2;
	and.b32 %r2, %n, 3; match.any.sync.b32 %r3, %r2, -1; st.global.u32 [%at+512], %r3;
	match.all.sync.b32 %r3|%p5, %r2, -1; selp.u32 %r4, 1, 0, %p5; add.s32 %r3, %r3, %r4; st.global.u32 [%at+768], %r3;
	redux.sync.add.u32 %r3, %n, -1; st.global.u32 [%at+1024], %r3;
	sub.s32 %r4, 3, %n; redux.sync.min.s32 %r3, %r4, -1; st.global.u32 [%at+1280], %r3;
	bar.warp.sync -1;
	bar.red.popc.u32 %r3, 0, %p1; bar.red.and.pred %p6, 0, %p1; bar.red.or.pred %p7, 0, !%p1;
	selp.u32 %r4, 1000, 0, %p6; add.s32 %r3, %r3, %r4; selp.u32 %r4, 2000, 0, %p7; add.s32 %r3, %r3, %r4;
	st.global.u32 [%at+1536], %r3;
	setp.lt.u32 %p1, %n, 16; @!%p1 bra $rest; // half of a warp meets alone
	shfl.sync.bfly.b32 %r5, %n, 8, 31, 0xffff;
	$rest: bar.sync 1; st.global.u32 [%at+1792], %r5;`))
	l := compile(t, "warp.ptx", source.String(), plain)
	for _, seed := range []uint64{0, 1, 2, 3} {
		r := l.run(launch{kernel: "shuffles", block: [3]uint32{32}, seed: seed, buffers: [][]byte{nil, make([]byte, len(shuffles)*128)}})
		require.Zero(t, r.status, r.message)
		got := asUint32(r.buffers[1])
		for k, s := range shuffles {
			for lane := range uint32(32) {
				segment := s.c >> 8 & 31
				from, low := lane, lane&segment
				high := low | 31&^segment
				inside := false
				switch s.mode {
				case "up":
					from, inside = lane-s.b, int(lane)-int(s.b) >= int(low)
				case "down":
					from, inside = lane+s.b, lane+s.b <= high
				case "bfly":
					from = lane ^ s.b
					inside = from <= high
				case "idx":
					from = low | s.b&^segment
					inside = from <= high
				}
				want := lane*3 + 7
				if inside {
					want = from*3 + 1007
				}
				require.Equal(t, want, got[k*32+int(lane)], "%v of lane %d", s, lane)
			}
		}
		r = l.run(launch{kernel: "votes", block: [3]uint32{64}, seed: seed, buffers: [][]byte{nil, make([]byte, 2048)}})
		require.Zero(t, r.status, r.message)
		got = asUint32(r.buffers[1])
		for i := range 64 {
			warp := i / 32
			assert.Equal(t, []uint32{0xffffffff, 0xff}[warp], got[i], "ballot")
			assert.Equal(t, []uint32{1 | 2 | 4, 2}[warp], got[64+i], "all, any, uni")
			assert.Equal(t, uint32(0x11111111)<<(i%4), got[128+i], "match.any")
			assert.Zero(t, got[192+i], "match.all")
			assert.Equal(t, []uint32{496, 496 + 32*32}[warp], got[256+i], "redux.add")
			assert.Equal(t, int32(3-31-32*warp), int32(got[320+i]), "redux.min")
			assert.Equal(t, uint32(40+2000), got[384+i], "bar.red")
			if i < 16 {
				assert.Equal(t, uint32(i^8), got[448+i], "half a warp")
			}
		}
	}
}

// reduction adds up 64 words in shared memory; the barrier in the loop is the one that can be missing.
func reduction(name, barrier string) string {
	return kernelOf(name, `
	.shared .align 4 .b8 sums[256];
	add.s64 %rd0, %rd0, %rd1; ld.global.u32 %r2, [%rd0];
	mov.u32 %r3, sums; mad.lo.s32 %r3, %n, 4, %r3;
	st.shared.u32 [%r3], %r2;
	bar.sync 0;
	mov.u32 %r4, 32;
$loop:	setp.ge.u32 %p1, %n, %r4; @%p1 bra $skip;
	mad.lo.s32 %r5, %r4, 4, %r3;
	ld.shared.u32 %r6, [%r5]; // reads what another thread wrote
	ld.shared.u32 %r7, [%r3];
	add.s32 %r7, %r7, %r6;
	st.shared.u32 [%r3], %r7;
$skip:	`+barrier+`
	shr.u32 %r4, %r4, 1;
	setp.ne.u32 %p2, %r4, 0; @%p2 bra $loop;
	setp.ne.u32 %p1, %n, 0; @%p1 ret;
	ld.shared.u32 %r7, [sums];
	ld.param.u64 %at, [to]; mul.wide.u32 %rd2, %r0, 4; add.s64 %at, %at, %rd2;
	st.global.u32 [%at], %r7;`)
}

// tiles adds up four tiles that pass through shared memory; the second barrier keeps the next tile from overwriting what
// others still read.
func tiles(name, barrier string) string {
	return kernelOf(name, `
	.shared .align 4 .b8 tile[256];
	mov.u32 %r3, tile; mad.lo.s32 %r3, %n, 4, %r3;
	xor.b32 %r4, %n, 33; mov.u32 %r5, tile; mad.lo.s32 %r5, %r4, 4, %r5;
	mov.u32 %r6, 0; mov.u32 %r7, 0;
$loop:	add.s32 %r8, %n, %r6;
	st.shared.u32 [%r3], %r8;
	bar.sync 0;
	ld.shared.u32 %r8, [%r5]; // reads what another thread wrote
	add.s32 %r7, %r7, %r8;
	`+barrier+`
	add.s32 %r6, %r6, 1; setp.lt.u32 %p1, %r6, 4; @%p1 bra $loop;
	st.global.u32 [%at], %r7;`)
}

// Bugs that somebody may plant, each with the mode that finds it.
func TestPlanted(t *testing.T) {
	source := header + reduction("right", "bar.sync 0;") + reduction("wrong", "") + tiles("right_tiles", "bar.sync 0;") + tiles("wrong_tiles", "") + kernelOf("global_race", `
	ld.param.u64 %at, [to]; ld.global.u32 %r2, [%at]; add.s32 %r2, %r2, 1; st.global.u32 [%at], %r2;`) + kernelOf("past_shared", `
	.shared .align 4 .b8 first[128]; .shared .align 4 .b8 second[128];
	mov.u32 %r3, first; mad.lo.s32 %r3, %n, 4, %r3;
	st.shared.u32 [%r3+4], %i;
	st.shared.u32 [second], %i;`) + kernelOf("past_global", "st.global.u32 [%at+4], %i;")
	run := func(md mode, kernel string, seed uint64) result {
		l := compile(t, "planted.ptx", source, md)
		return l.run(launch{kernel: kernel, grid: [3]uint32{2}, block: [3]uint32{64}, seed: seed, buffers: [][]byte{sequence(128), make([]byte, 512)}})
	}
	sums := []uint32{64 * 63 / 2, 64*63/2 + 64*64}
	lineOf := func(text string) string {
		before, _, found := strings.Cut(source, text)
		require.True(t, found)
		return strconv.Itoa(strings.Count(before, "\n") + 1)
	}
	t.Run("right", func(t *testing.T) {
		for _, md := range []mode{plain, checked, asan, tsan} {
			for _, seed := range []uint64{0, 1} {
				r := run(md, "right", seed)
				require.Zero(t, r.status, "%s: %s %s", md.name, r.message, r.stderr)
				require.Equal(t, sums, asUint32(r.buffers[1])[:2], md.name)
			}
		}
	})
	t.Run("missing barrier", func(t *testing.T) {
		r := run(plain, "wrong", 0)
		require.Zero(t, r.status, r.message)
		assert.NotEqual(t, sums, asUint32(r.buffers[1])[:2], "a wrong sum")
		r = run(tsan, "wrong", 0)
		assert.Equal(t, uint32(719), r.status)
		assert.Contains(t, r.message, "data race")
		wrongPart := source[:strings.Index(source, ".entry wrong")]
		line := strings.Count(wrongPart, "\n") + 1 + strings.Count(reduction("wrong", "")[:strings.Index(reduction("wrong", ""), "ld.shared.u32 %r6")], "\n")
		assert.Contains(t, r.stderr, "planted.ptx:"+strconv.Itoa(line))
	})
	t.Run("missing second barrier", func(t *testing.T) {
		for _, md := range []mode{plain, tsan} {
			r := run(md, "right_tiles", 0)
			require.Zero(t, r.status, "%s: %s %s", md.name, r.message, r.stderr)
			for i, v := range asUint32(r.buffers[1]) {
				require.Equal(t, uint32(i%64^33)*4+6, v, md.name)
			}
		}
		right := run(plain, "right_tiles", 0).buffers[1]
		assert.NotEqual(t, right, run(plain, "wrong_tiles", 0).buffers[1], "a wrong sum")
		r := run(tsan, "wrong_tiles", 0)
		assert.Equal(t, uint32(719), r.status, "a write after reads that nothing orders")
		assert.Contains(t, r.stderr, "planted.ptx:")
	})
	t.Run("race in global memory", func(t *testing.T) {
		r := run(tsan, "global_race", 0)
		assert.Equal(t, uint32(719), r.status)
		assert.Contains(t, r.stderr, "planted.ptx:"+lineOf("ld.global.u32 %r2, [%at]"))
	})
	t.Run("past the end of shared memory", func(t *testing.T) {
		at := lineOf("st.shared.u32 [%r3+4]")
		r := run(asan, "past_shared", 0)
		assert.Equal(t, uint32(700), r.status)
		assert.Contains(t, r.stderr, "planted.ptx:"+at)
		r = run(checked, "past_shared", 0)
		assert.Equal(t, uint32(700), r.status)
		assert.Contains(t, r.message, "thread (31,0,0): writes 4 bytes at byte 128 of shared first, which has 128, line "+at+": st.shared.u32 [%r3+4], %i")
	})
	t.Run("past the end of global memory", func(t *testing.T) {
		at := lineOf("st.global.u32 [%at+4]")
		r := run(asan, "past_global", 0)
		assert.Equal(t, uint32(700), r.status)
		assert.Contains(t, r.stderr, "planted.ptx:"+at)
		r = run(checked, "past_global", 0)
		assert.Equal(t, uint32(700), r.status)
		assert.Contains(t, r.message, "block (1,0,0), thread (63,0,0): writes 4 bytes at 0 bytes behind an allocation of 512 bytes, line "+at)
	})
}
