// Patches of an image as columns of a matrix (im2col), and their sum back into an image (col2im). A row of the matrix is a
// weight of the filter, (c, kd, kh, kw); a column is a position of the output. Positions p0 to p1 are made, a chunk.

// y[i·ys] += w·x[i·xs] for positions from to to of a line.
INLINE void add_line(float *y, const float *x, float w, int64_t from, int64_t to, int64_t ys, int64_t xs) {
	int64_t i = from;
	if (ys == 1 && xs == 1) {
		for (; i + VL <= to; i += VL) v_store(y + i, v_load(y + i) + w * v_load(x + i));
		if (i < to) v_store_n(y + i, v_load_n(y + i, to - i) + w * v_load_n(x + i, to - i), to - i);
		return;
	}
	for (; i < to; i++) y[i * ys] += w * x[i * xs];
}

INLINE int64_t conv_taps(const int64_t *n) { return n[CONV_KD] * n[CONV_KH] * n[CONV_KW]; }
INLINE int64_t conv_in(const int64_t *n) { return n[CONV_D] * n[CONV_H] * n[CONV_W]; }
INLINE int64_t conv_out(const int64_t *n) { return n[CONV_OD] * n[CONV_OH] * n[CONV_OW]; }
INLINE int64_t conv_min(int64_t a, int64_t b) { return a < b ? a : b; }
INLINE int64_t conv_max(int64_t a, int64_t b) { return a > b ? a : b; }

// A piece of an output line for one row of the matrix: n positions of which lo to hi lie inside the image, the first of all
// at element at of the image, which is in the line after p positions.
typedef struct {
	int64_t n, lo, hi, at, p;
} conv_line;

// A walk along count positions, line by line, for one row of the matrix at a time.
typedef struct {
	const int64_t *n;
	int64_t od, oh, ow;      // where the chunk begins
	int64_t channel, d, h, w; // of the row: the channel of the image, and where the kernel element lies at position 0
	int64_t lo, hi;          // columns of a whole line that lie inside
	int64_t at_d, at_h, at_w; // the next line
	int64_t p, count;
} conv_walk;

INLINE conv_walk conv_walk_from(const int64_t *n, int64_t p0, int64_t p1) {
	return (conv_walk){.n = n, .ow = p0 % n[CONV_OW], .oh = p0 / n[CONV_OW] % n[CONV_OH], .od = p0 / n[CONV_OW] / n[CONV_OH], .count = p1 - p0};
}

// Begins at row k.
INLINE void conv_walk_row(conv_walk *s, int64_t k) {
	const int64_t *n = s->n, taps = conv_taps(n), t = k % taps, sw = n[CONV_SW];
	s->channel = k / taps;
	s->d = t / (n[CONV_KH] * n[CONV_KW]) * n[CONV_DD] - n[CONV_PD];
	s->h = t / n[CONV_KW] % n[CONV_KH] * n[CONV_DH] - n[CONV_PH];
	s->w = t % n[CONV_KW] * n[CONV_DW] - n[CONV_PW];
	s->lo = s->w < 0 ? (-s->w + sw - 1) / sw : 0;
	s->hi = n[CONV_W] > s->w ? (n[CONV_W] - s->w + sw - 1) / sw : 0;
	s->at_d = s->od, s->at_h = s->oh, s->at_w = s->ow;
	s->p = 0;
}

// The next line, and whether there is one.
INLINE int conv_walk_line(conv_walk *s, conv_line *l) {
	if (s->p >= s->count) return 0;
	const int64_t *n = s->n, d = s->at_d * n[CONV_SD] + s->d, h = s->at_h * n[CONV_SH] + s->h;
	l->p = s->p;
	l->n = conv_min(n[CONV_OW] - s->at_w, s->count - s->p);
	l->at = ((s->channel * n[CONV_D] + d) * n[CONV_H] + h) * n[CONV_W] + s->at_w * n[CONV_SW] + s->w;
	l->lo = l->hi = 0;
	if (d >= 0 && d < n[CONV_D] && h >= 0 && h < n[CONV_H]) {
		l->lo = conv_min(conv_max(s->lo - s->at_w, 0), l->n);
		l->hi = conv_max(conv_min(s->hi - s->at_w, l->n), l->lo);
	}
	s->p += l->n;
	s->at_w = 0;
	if (++s->at_h == n[CONV_OH]) s->at_h = 0, s->at_d++;
	return 1;
}

INLINE void copy_line(float *to, const float *from, int64_t n) {
	int64_t i = 0;
	for (; i + VL <= n; i += VL) v_store(to + i, v_load(from + i));
	if (i < n) v_store_n(to + i, v_load_n(from + i, n - i), n - i);
}

INLINE void im2col(const int64_t *n, const float *x, int64_t k0, int64_t k1, int64_t p0, int64_t p1, float *col) {
	const int64_t sw = n[CONV_SW];
	conv_walk s = conv_walk_from(n, p0, p1);
	conv_line l;
	for (int64_t k = k0; k < k1; k++, col += p1 - p0) {
		for (conv_walk_row(&s, k); conv_walk_line(&s, &l);) {
			float *to = col + l.p;
			const float *from = x + l.at;
			for (int64_t i = 0; i < l.lo; i++) to[i] = 0;
			if (sw == 1) copy_line(to + l.lo, from + l.lo, l.hi - l.lo);
			else
				for (int64_t i = l.lo; i < l.hi; i++) to[i] = from[i * sw];
			for (int64_t i = l.hi; i < l.n; i++) to[i] = 0;
		}
	}
}

INLINE void col2im(const int64_t *n, float *x, int64_t k0, int64_t k1, int64_t p0, int64_t p1, const float *col) {
	const int64_t sw = n[CONV_SW];
	conv_walk s = conv_walk_from(n, p0, p1);
	conv_line l;
	for (int64_t k = k0; k < k1; k++, col += p1 - p0)
		for (conv_walk_row(&s, k); conv_walk_line(&s, &l);) add_line(x + l.at, col + l.p, 1, l.lo, l.hi, sw, 1);
}

// Whether the matrix of patches is the image itself: 1×1 kernel, stride 1, no border.
INLINE int conv_whole(const int64_t *n) {
	return conv_taps(n) == 1 && n[CONV_SD] == 1 && n[CONV_SH] == 1 && n[CONV_SW] == 1 && n[CONV_PD] == 0 && n[CONV_PH] == 0 &&
		n[CONV_PW] == 0 && conv_in(n) == conv_out(n);
}
