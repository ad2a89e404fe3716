#include "case.h"

// Copies are the operations here: pinned memory shows when each one ran.

static void put(CUdeviceptr p, float *from, CUstream s) { OK(cuMemcpyHtoDAsync_v2(p, from, sizeof(float), s)); }
static void take(float *to, CUdeviceptr p, CUstream s) { OK(cuMemcpyDtoHAsync_v2(to, p, sizeof(float), s)); }

CASE(nothing_runs_before_somebody_waits) {
	start();
	float *in = pinned(1), *out = pinned(1);
	CUdeviceptr p = allocate(4);
	CUstream s = stream();
	in[0] = 1;
	put(p, in, s);
	take(out, p, s);
	TRUE(std::isnan(out[0]));
	in[0] = 2; // pinned memory is read when the copy runs
	OK(cuStreamSynchronize(s));
	TRUE(out[0] == 2);
}

CASE(pageable_memory_is_read_at_the_call) {
	start();
	float in = 1, out = 0;
	CUdeviceptr p = allocate(4);
	CUstream s = stream();
	put(p, &in, s);
	in = 2;
	take(&out, p, s); // and done on return where it is written
	TRUE(out == 1);
}

CASE(query_makes_progress) {
	start();
	float *in = pinned(1);
	CUdeviceptr p = allocate(4);
	CUstream s = stream();
	CUevent e = event();
	OK(cuEventQuery(e)); // never recorded
	for (int i = 0; i < 20; i++)
		put(p, in, s);
	OK(cuEventRecord(e, s));
	TRUE(cuStreamQuery(s) == CUDA_ERROR_NOT_READY);
	TRUE(cuEventQuery(e) == CUDA_ERROR_NOT_READY);
	int n = 0;
	while (cuEventQuery(e) == CUDA_ERROR_NOT_READY)
		TRUE(n++ < 1000);
	OK(cuStreamQuery(s));
}

CASE(streams_keep_their_order) {
	start();
	float *in = pinned(64), *out = pinned(1);
	CUdeviceptr p = allocate(4);
	std::vector<CUstream> all = {stream(), stream(), stream()};
	for (int i = 0; i < 64; i++) {
		in[i] = (float)i;
		put(p, &in[i], all[0]);
		put(allocate(4), &in[i], all[1 + i % 2]);
	}
	take(out, p, all[0]);
	OK(cuCtxSynchronize());
	TRUE(out[0] == 63);
}

// unordered gives whether a copy in one stream came after one in another stream that was enqueued before it.
static bool unordered(bool ordered) {
	float *in = pinned(2), *out = pinned(1);
	in[0] = 1;
	CUdeviceptr p = allocate(4);
	CUstream a = stream(), b = stream();
	for (int i = 0; i < 4; i++)
		put(allocate(4), &in[1], a);
	put(p, &in[0], a);
	if (ordered) {
		CUevent e = event(2);
		OK(cuEventRecord(e, a));
		OK(cuStreamWaitEvent(b, e, 0));
	}
	take(out, p, b);
	OK(cuStreamSynchronize(b));
	return std::isnan(out[0]);
}

CASE(events_order_streams) {
	start();
	for (int i = 0; i < 50; i++)
		TRUE(!unordered(true));
}

CASE(missing_event) {
	start();
	int n = 0;
	for (int i = 0; i < 50; i++)
		n += unordered(false);
	TRUE(n > 10);
}

// In the order of the program, a missing event stays hidden: that is why there are seeds.
CASE(missing_event_without_seed) {
	start();
	for (int i = 0; i < 50; i++)
		TRUE(!unordered(false));
}

CASE(an_event_orders_what_was_before_it) {
	start();
	float *in = pinned(2), *out = pinned(1);
	in[0] = 1, in[1] = 2;
	CUdeviceptr p = allocate(4);
	CUstream a = stream(), b = stream();
	CUevent e = event();
	put(p, &in[0], a);
	OK(cuEventRecord(e, a));
	OK(cuStreamWaitEvent(b, e, 0));
	OK(cuEventRecord(e, b)); // a later record changes nothing for who waits already
	OK(cuEventDestroy_v2(e));
	take(out, p, b);
	OK(cuStreamSynchronize(b));
	TRUE(out[0] == 1);
}

CASE(the_legacy_stream_waits_for_blocking_streams) {
	start();
	float *in = pinned(1), *out = pinned(1);
	in[0] = 1;
	for (int i = 0; i < 30; i++) {
		CUdeviceptr p = allocate(4), q = allocate(4);
		CUstream a = stream(0), b = stream(0);
		put(p, in, a);
		OK(cuMemcpyDtoDAsync_v2(q, p, 4, nullptr));
		take(out, q, b);
		OK(cuStreamSynchronize(b));
		TRUE(out[0] == 1);
	}
}

CASE(the_legacy_stream_ignores_other_streams) {
	start();
	float *in = pinned(1), *out = pinned(1);
	in[0] = 1;
	int n = 0;
	for (int i = 0; i < 50; i++) {
		CUdeviceptr p = allocate(4);
		CUstream a = stream(1);
		put(p, in, a);
		take(out, p, nullptr);
		OK(cuStreamSynchronize(nullptr));
		n += std::isnan(out[0]);
		OK(cuStreamSynchronize(a));
	}
	TRUE(n > 10);
}

// A copy between devices, and one from pageable memory, may still be under way when it returns.
CASE(synchronous_copies_that_do_not_wait) {
	start();
	float in = 1, *out = pinned(1);
	int n = 0;
	for (int i = 0; i < 50; i++) {
		CUdeviceptr p = allocate(4);
		CUstream a = stream(1);
		OK(cuMemcpyHtoD_v2(p, &in, 4));
		take(out, p, a);
		OK(cuStreamSynchronize(a));
		n += std::isnan(out[0]);
	}
	TRUE(n > 10);
}

CASE(a_destroyed_stream_ends_its_work) {
	start();
	float *in = pinned(1);
	in[0] = 5;
	CUdeviceptr p = allocate(4);
	CUstream s = stream();
	put(p, in, s);
	OK(cuStreamDestroy_v2(s));
	WANT(cuStreamSynchronize(s), CUDA_ERROR_INVALID_HANDLE);
	OK(cuCtxSynchronize());
	TRUE(get(p) == 5);
}

CASE(free_waits_for_the_device) {
	start();
	float *in = pinned(1), *out = pinned(1);
	in[0] = 3;
	CUdeviceptr p = allocate(4);
	CUstream s = stream();
	put(p, in, s);
	take(out, p, s);
	OK(cuMemFree_v2(p));
	TRUE(out[0] == 3);
	OK(cuCtxSynchronize());
}

CASE(elapsed_time) {
	start();
	float ms = -1;
	CUstream s = stream();
	CUevent a = event(), b = event(), untimed = event(2);
	WANT(cuEventElapsedTime(&ms, a, b), CUDA_ERROR_INVALID_HANDLE);
	OK(cuEventRecord(a, s));
	OK(cuEventRecord(b, s));
	OK(cuEventRecord(untimed, s));
	WANT(cuEventElapsedTime(&ms, a, b), CUDA_ERROR_NOT_READY);
	OK(cuEventSynchronize(untimed));
	OK(cuEventElapsedTime(&ms, a, b));
	TRUE(ms >= 0 && ms < 1000);
	WANT(cuEventElapsedTime(&ms, a, untimed), CUDA_ERROR_INVALID_HANDLE);
}

CASE(a_full_stream_makes_its_caller_wait) {
	start();
	float *in = pinned(1);
	CUdeviceptr p = allocate(4);
	CUstream s = stream();
	CUevent e = event();
	put(p, in, s);
	OK(cuEventRecord(e, s));
	for (int i = 0; i < 5000; i++)
		put(p, in, s);
	OK(cuEventQuery(e));
}

CASE(threads_wait_together) {
	CUcontext c = start();
	float *in = pinned(1);
	std::vector<std::thread> all;
	for (int t = 0; t < 4; t++)
		all.emplace_back([=] {
			OK(cuCtxSetCurrent(c));
			CUdeviceptr p = allocate(4);
			CUstream s = stream();
			float *out = pinned(1);
			for (int i = 0; i < 200; i++) {
				put(p, in, s);
				take(out, p, s);
				OK(cuStreamSynchronize(s));
			}
		});
	for (auto &t : all)
		t.join();
}
