#include "case.h"

static const char *head = ".version 6.0\n.target sm_52\n.address_size 64\n";

CASE(functions_are_found_by_name) {
	start();
	CUmodule m;
	CUfunction f;
	OK(cuModuleLoadData(&m, (std::string(head) + ".visible .entry nothing()\n{\n\tret;\n}\n").c_str()));
	WANT(cuModuleGetFunction(&f, m, "something"), CUDA_ERROR_NOT_FOUND);
	OK(cuModuleGetFunction(&f, m, "nothing"));
	OK(launch(f, 1, 1, nullptr));
	OK(cuModuleUnload(m));
	WANT(cuModuleGetFunction(&f, m, "nothing"), CUDA_ERROR_INVALID_HANDLE);
	WANT(launch(f, 1, 1, nullptr), CUDA_ERROR_INVALID_HANDLE);
}

CASE(functions_belong_to_a_context) {
	start(0);
	CUfunction f = kernel("add_one");
	start(1);
	WANT(launch(f, 1, 1, nullptr, allocate(4)), CUDA_ERROR_INVALID_HANDLE);
	SAYS("add_one was loaded on device 0 and is used on device 1");
}

CASE(bad_ptx_is_refused_with_a_log) {
	start();
	CUmodule m;
	char errors[512] = "", infos[512] = "";
	int options[] = {5, 6, 3, 4};
	void *values[] = {errors, (void *)sizeof errors, infos, (void *)sizeof infos};
	const std::string bad = std::string(head) + ".visible .entry nothing()\n{\n\tfrobnicate.f32 %f1;\n\tret;\n}\n";
	WANT(cuModuleLoadDataEx(&m, bad.c_str(), 4, options, values), CUDA_ERROR_INVALID_PTX);
	TRUE(strstr(errors, "frobnicate") != nullptr);
	TRUE((size_t)values[1] == strlen(errors) + 1);
	TRUE(infos[0] == 0);
	OK(cuCtxSynchronize()); // it does not stick
}

CASE(ptx_for_newer_gpus_is_refused) {
	start();
	CUmodule m;
	WANT(cuModuleLoadData(&m, ".version 7.0\n.target sm_80\n"), CUDA_ERROR_NO_BINARY_FOR_GPU);
	WANT(cuModuleLoadData(&m, ".version 9.5\n.target sm_52\n"), CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
	WANT(cuModuleLoadData(&m, "nonsense"), CUDA_ERROR_INVALID_IMAGE);
}

CASE(function_attributes) {
	start();
	CUfunction f = kernel("sum");
	int v;
	OK(cuFuncGetAttribute(&v, 0, f));
	TRUE(v == 256);
	OK(cuFuncGetAttribute(&v, 1, f));
	TRUE(v == 1024);
	WANT(cuFuncSetAttribute(f, 8, 64 << 10), CUDA_ERROR_INVALID_VALUE); // not on a device of 5.2
	OK(cuOccupancyMaxActiveBlocksPerMultiprocessor(&v, f, 256, 0));
	TRUE(v == 8);
	OK(cuOccupancyMaxActiveBlocksPerMultiprocessor(&v, f, 256, 47 << 10));
	TRUE(v == 2);
	size_t offset, bytes;
	OK(cuFuncGetParamInfo(kernel("saxpy"), 2, &offset, &bytes));
	TRUE(offset == 16 && bytes == 4);
	WANT(cuFuncGetParamInfo(f, 2, &offset, &bytes), CUDA_ERROR_INVALID_VALUE);
}
