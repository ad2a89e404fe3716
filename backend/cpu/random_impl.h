// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), sixteen blocks at a time.
#include "random.h"
#include "simd_math.h"

enum { BLOCKS = 16 };

typedef struct {
	uint32_t seed[2], node, step;
	uint64_t offset; // global index of the first element
} random_stream;

static random_stream random_begin(const gomx_call *c) {
	const int64_t *rng = c->p[0];
	return (random_stream){
		{(uint32_t)(uint64_t)rng[0], (uint32_t)((uint64_t)rng[0] >> 32)},
		(uint32_t)c->n[2],
		(uint32_t)rng[1],
		(uint64_t)rng[2] * (uint64_t)c->n[1],
	};
}

// words[4·i … 4·i+3] are block number first + i.
static void random_blocks(uint32_t *words, const random_stream *s, uint64_t first) {
	uint32_t a[BLOCKS], b[BLOCKS], c[BLOCKS], d[BLOCKS], k0 = s->seed[0], k1 = s->seed[1];
	for (int i = 0; i < BLOCKS; i++) {
		uint64_t block = first + (uint64_t)i;
		a[i] = (uint32_t)block, b[i] = (uint32_t)(block >> 32), c[i] = s->node, d[i] = s->step;
	}
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < BLOCKS; i++) {
			uint64_t p = (uint64_t)a[i] * 0xD2511F53u, q = (uint64_t)c[i] * 0xCD9E8D57u;
			a[i] = (uint32_t)(q >> 32) ^ b[i] ^ k0;
			b[i] = (uint32_t)q;
			c[i] = (uint32_t)(p >> 32) ^ d[i] ^ k1;
			d[i] = (uint32_t)p;
		}
		k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
	}
	for (int i = 0; i < BLOCKS; i++) words[4 * i] = a[i], words[4 * i + 1] = b[i], words[4 * i + 2] = c[i], words[4 * i + 3] = d[i];
}

static float random_unit(uint32_t word) { return (float)(word >> 8) * 0x1p-24f; } // [0, 1)

// Fills the elements of a piece by batches: fill makes each numbers from BLOCKS blocks, of which the wanted ones are copied.
static void random_piece(const gomx_call *c, int64_t piece, int per_block, void (*fill)(float *out, const uint32_t *words)) {
	const random_stream s = random_begin(c);
	const int64_t *n = c->n, batch = BLOCKS * per_block;
	int64_t end = (piece + 1) * n[3] < n[0] ? (piece + 1) * n[3] : n[0];
	float *y = c->p[1];
	for (int64_t e = piece * n[3]; e < end;) {
		uint64_t g = s.offset + (uint64_t)e;
		int64_t skip = (int64_t)(g % (uint64_t)per_block), count = batch - skip < end - e ? batch - skip : end - e;
		uint32_t words[4 * BLOCKS];
		float out[4 * BLOCKS];
		random_blocks(words, &s, g / (uint64_t)per_block);
		fill(out, words);
		memcpy(y + e, out + skip, (size_t)count * sizeof(float));
		e += count;
	}
}

static void random_fill_uniform(float *out, const uint32_t *words) {
	for (int i = 0; i < 4 * BLOCKS; i++) out[i] = random_unit(words[i]);
}

// cos(2πu) for u in [0, 1): 4u = q + f with |f| ≤ ½, without rounding.
INLINE vf random_cosine(vf u) {
	vf t = u * 4.0f, q = v_round(t), r = (t - q) * 1.57079633f, s = r * r;
	vf sine = v_fma(v_fma(v_fma(v_set1(2.71823727e-06f), s, v_set1(-0.000198393271f)), s, v_set1(0.00833332936f)), s, v_set1(-0.166666666f));
	sine = v_fma(sine * s, r, r);
	vf cosine = v_fma(v_fma(v_set1(2.44324128e-05f), s, v_set1(-0.00138873099f)), s, v_set1(0.0416666456f));
	cosine = v_fma(cosine, s * s, v_fma(s, v_set1(-0.5f), v_set1(1.0f)));
	vi quarter = v_to_int(q);
	vf y = v_select((quarter & 1) != 0, -sine, cosine); // cos(π/2 + r) = −sin r, cos(π + r) = −cos r
	return (vf)((vi)y ^ ((quarter & 2) << 30));
}

// Box–Muller: each pair of words gives one number.
static void random_fill_normal(float *out, const uint32_t *words) {
	float u1[2 * BLOCKS], u2[2 * BLOCKS];
	for (int i = 0; i < 2 * BLOCKS; i++) {
		u1[i] = (float)((words[2 * i] >> 8) + 1) * 0x1p-24f; // (0, 1]
		u2[i] = random_unit(words[2 * i + 1]);
	}
	for (int i = 0; i < 2 * BLOCKS; i += VL) v_store(out + i, v_sqrt(v_log(v_load(u1 + i)) * -2.0f) * random_cosine(v_load(u2 + i)));
}

void GOMX_FN(gomx_random_uniform)(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	random_piece(c, piece, 4, random_fill_uniform);
}

void GOMX_FN(gomx_random_normal)(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	random_piece(c, piece, 2, random_fill_normal);
}
