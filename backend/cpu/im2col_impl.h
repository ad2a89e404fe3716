// Patches of an image as columns of a matrix (im2col), and their sum back into an image (col2im). A row of the matrix is a
// weight of the filter, (c, kd, kh, kw); a column is a position of the output. Positions p0 to p1 are made, a chunk.

INLINE int64_t conv_taps(const int64_t *n) { return n[CONV_KD] * n[CONV_KH] * n[CONV_KW]; }
INLINE int64_t conv_in(const int64_t *n) { return n[CONV_D] * n[CONV_H] * n[CONV_W]; }
INLINE int64_t conv_out(const int64_t *n) { return n[CONV_OD] * n[CONV_OH] * n[CONV_OW]; }
INLINE int64_t conv_min(int64_t a, int64_t b) { return a < b ? a : b; }
INLINE int64_t conv_max(int64_t a, int64_t b) { return a > b ? a : b; }

// A piece of an output line for one row of the matrix: n positions of which lo to hi lie inside the image, the first of all
// at element at of the image.
typedef struct {
	int64_t n, lo, hi, at;
} conv_line;

// The line that begins at position p and ends at p1 or with the output line, for weight k.
INLINE conv_line conv_line_at(const int64_t *n, int64_t k, int64_t p, int64_t p1) {
	const int64_t taps = conv_taps(n), t = k % taps;
	const int64_t ow = p % n[CONV_OW], oh = p / n[CONV_OW] % n[CONV_OH], od = p / n[CONV_OW] / n[CONV_OH];
	const int64_t d = od * n[CONV_SD] - n[CONV_PD] + t / (n[CONV_KH] * n[CONV_KW]) * n[CONV_DD];
	const int64_t h = oh * n[CONV_SH] - n[CONV_PH] + t / n[CONV_KW] % n[CONV_KH] * n[CONV_DH];
	const int64_t w = ow * n[CONV_SW] - n[CONV_PW] + t % n[CONV_KW] * n[CONV_DW], sw = n[CONV_SW];
	conv_line l = {.n = conv_min(n[CONV_OW] - ow, p1 - p), .at = ((k / taps * n[CONV_D] + d) * n[CONV_H] + h) * n[CONV_W] + w};
	if (d >= 0 && d < n[CONV_D] && h >= 0 && h < n[CONV_H]) {
		l.lo = conv_min(l.n, w < 0 ? (-w + sw - 1) / sw : 0);
		l.hi = conv_max(l.lo, conv_min(l.n, n[CONV_W] > w ? (n[CONV_W] - w + sw - 1) / sw : 0));
	}
	return l;
}

INLINE void im2col(const int64_t *n, const float *x, int64_t k0, int64_t k1, int64_t p0, int64_t p1, float *col) {
	const int64_t sw = n[CONV_SW];
	for (int64_t k = k0; k < k1; k++) {
		for (int64_t p = p0; p < p1;) {
			const conv_line l = conv_line_at(n, k, p, p1);
			const float *from = x + l.at;
			for (int64_t i = 0; i < l.lo; i++) col[i] = 0;
			if (sw == 1) memcpy(col + l.lo, from + l.lo, (size_t)(l.hi - l.lo) * 4);
			else
				for (int64_t i = l.lo; i < l.hi; i++) col[i] = from[i * sw];
			for (int64_t i = l.hi; i < l.n; i++) col[i] = 0;
			col += l.n;
			p += l.n;
		}
	}
}

INLINE void col2im(const int64_t *n, float *x, int64_t k0, int64_t k1, int64_t p0, int64_t p1, const float *col) {
	const int64_t sw = n[CONV_SW];
	for (int64_t k = k0; k < k1; k++) {
		for (int64_t p = p0; p < p1;) {
			const conv_line l = conv_line_at(n, k, p, p1);
			float *to = x + l.at;
			if (sw == 1)
				for (int64_t i = l.lo; i < l.hi; i++) to[i] += col[i];
			else
				for (int64_t i = l.lo; i < l.hi; i++) to[i * sw] += col[i];
			col += l.n;
			p += l.n;
		}
	}
}

// Whether the matrix of patches is the image itself: 1×1 kernel, stride 1, no border.
INLINE int conv_whole(const int64_t *n) {
	return conv_taps(n) == 1 && n[CONV_SD] == 1 && n[CONV_SH] == 1 && n[CONV_SW] == 1 && n[CONV_PD] == 0 && n[CONV_PH] == 0 &&
		n[CONV_PW] == 0 && conv_in(n) == conv_out(n);
}
