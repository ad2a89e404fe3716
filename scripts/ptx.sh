#!/bin/sh
# Compiles the CUDA kernels, cuda/kernels/*.cu, to the PTX that is committed and embedded.
#
#     scripts/ptx.sh               # writes cuda/ptx/*.ptx
#     scripts/ptx.sh reduce conv   # these only
#     scripts/ptx.sh --check       # compares instead, and names the files that differ
#
# Needs clang-19, whose version is part of the result; nothing of NVIDIA's.
set -u
cd "$(dirname "$0")/.." || exit 1

CLANG=${CLANG:-clang-19}
LEVEL='--cuda-gpu-arch=sm_52 -Xclang -target-feature -Xclang +ptx60' # Maxwell and everything since; see docs/cuda.md

check=0
if [ "${1:-}" = --check ]; then
	check=1
	shift
fi
case $("$CLANG" --version 2>/dev/null) in
*' 19.1.'*) ;;
*)
	echo "ptx.sh: wanted clang 19.1, found none as $CLANG; on Debian: apt-get install --no-install-recommends clang-19" >&2
	exit 1
	;;
esac

out=cuda/ptx
if [ $check = 1 ]; then
	out=$(mktemp -d)
	trap 'rm -rf "$out"' EXIT
fi
status=0
[ $# -gt 0 ] || set -- $(cd cuda/kernels && ls ./*.cu | sed 's|^\./||; s|\.cu$||')
for family; do
	# shellcheck disable=SC2086 # LEVEL is several flags
	if ! "$CLANG" -x cuda --cuda-device-only -nocudainc -nocudalib -O3 -ffp-contract=fast -Wall -Werror $LEVEL \
		-S -o "$out/$family.ptx" "cuda/kernels/$family.cu"; then
		echo "ptx.sh: cuda/kernels/$family.cu does not compile" >&2
		status=1
	elif [ $check = 1 ] && ! cmp -s "$out/$family.ptx" "cuda/ptx/$family.ptx"; then
		echo "ptx.sh: cuda/ptx/$family.ptx is not what cuda/kernels/$family.cu compiles to; run make ptx and commit the result" >&2
		status=1
	fi
done
if [ $check = 1 ]; then
	for ptx in cuda/ptx/*.ptx; do
		family=$(basename "$ptx" .ptx)
		[ -e "cuda/kernels/$family.cu" ] || { echo "ptx.sh: $ptx has no cuda/kernels/$family.cu" >&2; status=1; }
	done
fi
exit $status
