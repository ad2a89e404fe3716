#!/bin/sh
# Checks the whole project: formatting, vet, staticcheck, builds, generated files, tests, race detector, fuzzing, coverage.
#
#     ./test.sh              # all of it, about fifteen minutes on two cores
#     ./test.sh quick        # without cross builds, the CUDA kernels' compilers, race detector, netlib and fuzzing
#     ./test.sh nightly      # all of it, a minute of fuzzing per parser, and NVIDIA's libraries against our declarations
#
# Starts from Debian or Ubuntu with Go and nothing else: as root it installs what is missing
# (GOMX_NO_INSTALL=1: never). Without a C compiler it leaves out what needs one, and says so;
# so it does without the tools that check CUDA kernels. Those of NVIDIA's are fetched by pip.
# A failed step does not end the run; the last line lists those that failed. FUZZTIME=30s
# changes the time of fuzzing; shrinking inputs, which could eat all of it, gets ten tries.
set -u

STATICCHECK=honnef.co/go/tools/cmd/staticcheck@v0.7.0
CROSS='darwin/arm64 windows/amd64 js/wasm'
# Packages in which goroutines meet.
RACE='./backend/cpu ./backend/ref ./cuda ./device ./internal/atomicfile ./io/... ./kvstore ./ndarray ./optimizer ./symbol ./model'
# What ThreadSanitizer looks at, in small shapes, since each launch takes a process there: every CUDA kernel in which threads
# meet, and some in which blocks must not.
RACY='^TestThreadsMeet$|^TestConformance$/^(chain_LeNet_of_1_images|Map_updates_of_2_parameters)$/^float32$'
# What reads files from outside: packages, or package:file|file where a package does more; and
# the percentage of its statements that tests must reach.
PARSERS='internal/ndfile internal/untrusted internal/keyword internal/pytext backend/expr io/idx io/npy io/safetensors ndarray:file
	op:params|paramtext symbol:json|jsonread|jsontext|jsonupgrade model:states|checkpoint internal/verify:tensor'
COVERAGE=80

me=test.sh
cd "$(dirname "$0")" || exit 1
. scripts/setup.sh

mode=${1:-all}
case $mode in
all | quick) fuzztime=${FUZZTIME:-5s} ;;
nightly) fuzztime=${FUZZTIME:-60s} ;;
*)
	sed -n '2,/^set/s/^# \{0,1\}//p' test.sh
	case $mode in -h | --help | help) exit 0 ;; *) exit 2 ;; esac
	;;
esac

failed=
left_out=
steps=0
scratch_dir=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch_dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# step TITLE COMMAND... runs a command, or a function whose first failing line ends it, and keeps count.
step() {
	title=$1
	shift
	echo
	echo "== $title"
	begin=$(date +%s)
	(
		set -e
		"$@"
	)
	status=$?
	took=$(($(date +%s) - begin))
	steps=$((steps + 1))
	if [ $status = 0 ]; then
		echo "-- $title: ok, $took s"
	else
		echo "-- $title: FAILED, $took s"
		failed="$failed; $title"
	fi
}

# skip TITLE WHY says in one line what is left out.
skip() {
	echo
	echo "== $1: left out, $2"
	left_out="$left_out; $1"
}

formatting() {
	untidy=$("$(go env GOROOT)/bin/gofmt" -l .)
	if [ -n "$untidy" ]; then
		echo "gofmt would change:"
		echo "$untidy"
		return 1
	fi
}

cross_builds() {
	for target in $CROSS; do
		echo "$target"
		CGO_ENABLED=0 GOOS=${target%/*} GOARCH=${target#*/} go build ./...
	done
}

# generated runs every generator in a copy of the tree and compares.
generated() {
	copy=$scratch_dir/generated
	mkdir "$copy"
	tar -cf - --exclude=./.git --exclude=./bin --exclude=./model/*.params . | tar -xf - -C "$copy"
	cp -R "$copy" "$copy.before"
	(cd "$copy" && go generate ./...)
	if ! diff -r "$copy.before" "$copy" >"$scratch_dir/stale"; then
		head -n 40 "$scratch_dir/stale" | sed "s|$copy|.|g"
		echo 'Some generated files are stale: run "go generate ./..." and commit what it writes.'
		return 1
	fi
}

# fuzz gives every fuzz test its time, and goes on when one has found something.
fuzz() {
	found=
	for file in $(grep -rl --include='*_test.go' '^func Fuzz' . | sort); do
		for name in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file"); do
			fuzz_one "$name" "$(dirname "$file")" || found="$found $name"
		done
	done
	[ -z "$found" ] || { echo "fuzzing failed:$found"; return 1; }
}

# fuzz_one NAME FOLDER. Go's fuzzer sometimes reports the end of its time as a failure
# (go.dev/issue/75804); a failure without an input that causes it gets a second try.
fuzz_one() {
	log=$scratch_dir/fuzz.log
	for try in 1 2; do
		echo "$1 in $2"
		if go test -run '^$' -fuzz "^$1\$" -fuzztime "$fuzztime" -fuzzminimizetime 10x "$2" >"$log" 2>&1; then
			tail -n 1 "$log"
			return 0
		fi
		cat "$log"
		grep -q 'context deadline exceeded' "$log" || return 1
		! grep -q 'Failing input written' "$log" || return 1
	done
	return 1
}

# coverage holds the lines of each parser to the share that tests must reach.
coverage() {
	profile=$scratch_dir/cover.out
	low=
	for parser in $PARSERS; do
		go test -short -coverprofile "$profile" "./${parser%%:*}"
		awk -v parser="$parser" -v least=$COVERAGE '
			BEGIN { n = split(parser, part, ":"); files = n > 1 ? "/(" part[2] ")[.]go:" : "[.]go:" }
			$1 ~ files { all += $2; if ($3 > 0) hit += $2 }
			END {
				share = all ? 100 * hit / all : 0
				printf "%s: %.1f %% of statements, wanted %d %%\n", parser, share, least
				exit share < least
			}' "$profile" || low="$low $parser"
	done
	[ -z "$low" ] || { echo "too low:$low"; return 1; }
}

find_go
install_missing libopenblas-dev || failed="; installing packages"
# Not every system has these, and what needs them says so below; CI does.
[ $mode = quick ] || install_for_cuda || [ "${CI:-}" != true ] || failed="$failed; installing packages"
cgo=0
have_cc && cgo=1
export CGO_ENABLED=$cgo
echo "$(go version), $(if [ $cgo = 1 ]; then echo "with $(go env CC)"; else echo "without a C compiler"; fi)"

all_begin=$(date +%s)
step 'gofmt' formatting
step 'go vet' go vet ./...
step 'staticcheck' go run $STATICCHECK ./...
if [ $cgo = 1 ]; then
	step 'build with cgo' go build ./...
else
	skip 'build with cgo' 'it needs a C compiler'
fi
step 'build without cgo' env CGO_ENABLED=0 go build ./...
[ $mode = quick ] || step 'cross builds' cross_builds
step 'generated files' generated
if [ $mode != quick ]; then
	if have_clang; then
		step 'ptx-fresh' scripts/ptx.sh --check
	else
		skip 'ptx-fresh' 'it needs clang 19.1'
	fi
	if have_pip; then
		step 'ptxas' go run ./internal/ptxas
	else
		skip 'ptxas' 'it needs Linux and pip'
	fi
fi
if [ $mode = nightly ]; then
	if [ $cgo = 1 ] && have_pip; then
		step 'cuda-abi' go run ./internal/cudaabi
	else
		skip 'cuda-abi' 'it needs Linux, a C compiler and pip'
	fi
fi
if [ $cgo = 1 ]; then
	step 'tests' go test -count=1 -timeout 20m ./...
else
	skip 'tests with cgo' 'they need a C compiler'
fi
step 'tests without cgo' env CGO_ENABLED=0 GOMX_BACKEND=ref go test -short -timeout 20m ./...
if [ $mode != quick ]; then
	if [ $cgo = 1 ]; then
		step 'race detector' go test -race -short -timeout 20m $RACE
	else
		skip 'race detector' 'it needs a C compiler'
	fi
	if have_openblas_headers; then
		step 'netlib' go test -tags netlib -short -timeout 20m ./...
	else
		skip 'netlib' 'it needs a C compiler and libopenblas-dev'
	fi
	step "fuzzing, $fuzztime each" fuzz
fi
if [ $mode = nightly ]; then
	if [ $cgo = 1 ] && command -v g++ >/dev/null 2>&1; then
		step 'CUDA kernels under AddressSanitizer' env GOMX_SIM_SANITIZE=address go test -count=1 -timeout 60m ./cuda ./internal/gputest
		step 'CUDA kernels under ThreadSanitizer' env GOMX_SIM_SANITIZE=thread go test -count=1 -timeout 60m ./cuda -run "$RACY"
	else
		skip 'CUDA kernels under sanitizers' 'it needs g++'
	fi
fi
step "coverage of parsers" coverage

echo
[ -z "$left_out" ] || echo "left out: ${left_out#; }"
took=$(($(date +%s) - all_begin))
if [ -n "$failed" ]; then
	echo "test.sh: FAILED: ${failed#; } ($steps steps, $took s)"
	exit 1
fi
echo "test.sh: all $steps steps passed in $took s"
