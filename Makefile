# Thin names for the commands that do the work.
.PHONY: test quick nightly generate ptx ptx-fresh ptxas cuda-abi interop mnist bench

test:
	./test.sh

quick:
	./test.sh quick

nightly:
	./test.sh nightly

generate:
	go generate ./...

ptx:
	scripts/ptx.sh

ptx-fresh:
	scripts/ptx.sh --check

ptxas:
	go run ./internal/ptxas

cuda-abi:
	go run ./internal/cudaabi

interop:
	go run ./internal/interop

mnist:
	./mnist.sh

bench:
	bench/setup.sh
	bench/compare.py
