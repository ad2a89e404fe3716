# Thin names for the commands that do the work.
.PHONY: test quick nightly generate mnist bench

test:
	./test.sh

quick:
	./test.sh quick

nightly:
	./test.sh nightly

generate:
	go generate ./...

mnist:
	./mnist.sh

bench:
	bench/setup.sh
	bench/compare.py
