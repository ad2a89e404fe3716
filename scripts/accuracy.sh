#!/bin/sh
# Trains MLP and LeNet on MNIST with the defaults of train_mnist and prints, for each seed, the validation accuracy after
# the first epoch and the best of all.
#
#     scripts/accuracy.sh [SEEDS [EPOCHS]]     # default "1 2 3 4 5" and 10
set -eu
cd "$(dirname "$0")/.."
seeds=${1:-1 2 3 4 5}
epochs=${2:-10}
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
go build -o "$bin" ./examples/train_mnist
for network in mlp lenet; do
	for seed in $seeds; do
		"$bin/train_mnist" --network "$network" --seed "$seed" --num-epochs "$epochs" 2>"$bin/log"
		sed -n 's/.*Validation-accuracy=//p' "$bin/log" | awk -v n="$network" -v s="$seed" '
			NR == 1 { first = $1 }
			$1 > best { best = $1 }
			END { printf "%-6s seed %s: %.4f after epoch 1, best of %d: %.4f\n", n, s, first, NR, best }'
	done
done | tee "$bin/all"
awk '{ n[$1]++; sum[$1] += $4; if (!($1 in low) || $NF < low[$1]) low[$1] = $NF }
	END { for (k in n) printf "%-6s mean after epoch 1: %.4f, lowest best: %.4f\n", k, sum[k] / n[k], low[k] }' "$bin/all"
