#!/bin/sh
# Puts the rivals of compare.py into virtual environments of their own: PyTorch, and
# MXNet 1.9.1 with the last numpy it works with. A second run only checks them.
#
#     bench/setup.sh [DIR [RIVAL]]   # default: $XDG_CACHE_HOME/gomx-rivals, ~/.cache/gomx-rivals; both
#
# PyTorch's usual wheel for Linux brings its GPU libraries: about 6 GB in all. Set
# PIP_INDEX_URL to an index of CPU wheels to do with less. PYTHON and MXNET_PYTHON name
# the interpreters (MXNet 1.9.1 wants Python 3.8 to 3.11).
set -eu

dir=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/gomx-rivals}
rivals=${2:-torch mxnet}

# usable PYTHON TEST says whether PYTHON runs, has venv and satisfies the expression TEST on its version v.
usable() {
	"$1" -c "import ensurepip, sys, venv; v = sys.version_info[:2]; sys.exit(not ($2))" 2>/dev/null
}

# find_python TEST CANDIDATE... prints the first usable candidate.
find_python() {
	test=$1
	shift
	for python; do
		if [ -n "$python" ] && usable "$python" "$test"; then
			echo "$python"
			return
		fi
	done
	echo "bench/setup.sh: no python3 with venv where $test; on Debian: apt-get install python3 python3-venv" >&2
	return 1
}

# environment NAME PYTHON PACKAGE... makes DIR/NAME. It is built under another name and
# renamed when whole, so a broken download is not taken for an environment.
environment() {
	name=$1
	python=$2
	shift 2
	[ -x "$dir/$name/bin/python" ] && return
	echo "bench/setup.sh: installing $* into $dir/$name"
	rm -rf "$dir/$name.new"
	"$python" -m venv "$dir/$name.new"
	"$dir/$name.new/bin/python" -m pip install --quiet --no-cache-dir "$@"
	mv "$dir/$name.new" "$dir/$name"
}

mkdir -p "$dir"
for rival in $rivals; do
	case $rival in
	torch)
		python=$(find_python 'v >= (3, 9)' "${PYTHON:-}" python3)
		environment torch "$python" torch numpy
		;;
	mxnet)
		python=$(find_python '(3, 8) <= v <= (3, 11)' "${MXNET_PYTHON:-}" python3 python3.11 python3.10 python3.9 python3.8)
		environment mxnet "$python" 'mxnet==1.9.1' 'numpy<1.24'
		;;
	*)
		echo "bench/setup.sh: there is no rival $rival, want torch or mxnet" >&2
		exit 2
		;;
	esac
	"$dir/$rival/bin/python" -c "import $rival; print('$rival', $rival.__version__)"
done
