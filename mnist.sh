#!/bin/sh
# Trains LeNet on MNIST, saves it, loads it again, and shows ten digits with what the network reads in them.
#
#     ./mnist.sh [EPOCHS]      # default 1; the model is left in model/lenet-*
#
# Starts from Debian or Ubuntu with Go and nothing else: as root it installs a C compiler and
# OpenBLAS (GOMX_NO_INSTALL=1: never). Without them it trains as well, more slowly.
set -eu

me=mnist.sh
cd "$(dirname "$0")"
. scripts/setup.sh

epochs=${1:-1}
case $epochs in
'' | *[!0-9]* | 0*)
	sed -n '2,/^set/s/^# \{0,1\}//p' mnist.sh
	case $epochs in -h | --help | help) exit 0 ;; *) exit 2 ;; esac
	;;
esac

find_go
install_missing libopenblas0 || true # it has said so; there is another way
if have_cc; then
	have_openblas || echo "$me: no OpenBLAS: multiplying matrices with kernels of our own"
else
	CGO_ENABLED=0
	export CGO_ENABLED
	echo "$me: no C compiler: training with portable Go, which takes minutes per epoch instead of seconds"
fi

# run prints a command, then runs it.
run() {
	echo "+ $*"
	"$@"
}

mkdir -p bin model
run go build -o bin/ ./examples/train_mnist ./examples/show_digits
run bin/train_mnist --network lenet --model-prefix model/lenet --num-epochs "$epochs"
run bin/show_digits --model-prefix model/lenet --load-epoch "$epochs"
