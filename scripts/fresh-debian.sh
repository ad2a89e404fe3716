#!/bin/sh
# Runs ./mnist.sh in a bare Debian that holds Go and nothing else, and prints distribution, seconds and accuracy.
#
#     scripts/fresh-debian.sh [--no-compiler] [--suite SUITE] [--mirror URL] [COMMAND...]
#     scripts/fresh-debian.sh ./mnist.sh 10
#     scripts/fresh-debian.sh --no-compiler ./test.sh quick
#
# --no-compiler: nothing is installed in there, so there is no C compiler. --suite and --mirror go to
# debootstrap (default: bookworm from Debian). Must be root on Debian or Ubuntu; installs debootstrap
# if it is missing; everything happens in a folder below $TMPDIR that is removed at the end.
set -eu

usage() {
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
	exit "$1"
}

suite=bookworm
mirror=
no_install=
while [ $# -gt 0 ]; do
	case $1 in
	--no-compiler) no_install=1 ;;
	--suite) suite=${2:?--suite wants a name} && shift ;;
	--mirror) mirror=${2:?--mirror wants a URL} && shift ;;
	-h | --help) usage 0 ;;
	-*) usage 2 >&2 ;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || set -- ./mnist.sh

me=fresh-debian.sh
project=$(cd "$(dirname "$0")/.." && pwd)
cd "$project"
. scripts/setup.sh
find_go
goroot=$(go env GOROOT)
if [ "$(id -u)" != 0 ]; then
	echo "$me: only root may use chroot; run: sudo env PATH=\$PATH $0" >&2
	exit 1
fi
if ! command -v debootstrap >/dev/null 2>&1; then
	apt-get install -y --no-install-recommends debootstrap >/dev/null 2>&1 || {
		apt-get update >/dev/null
		apt-get install -y --no-install-recommends debootstrap >/dev/null
	}
fi

folder=$(mktemp -d)
root=$folder/debian
clean() {
	umount "$root/proc" 2>/dev/null || true
	rm -rf --one-file-system "$folder"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# inside COMMAND... runs in the new system, with the network settings of this one and no other variable.
inside() {
	set -- HOME=/root PATH=/usr/local/go/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
	for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY GOMX_DATA_URL; do
		eval "value=\${$name:-}"
		[ -z "$value" ] || set -- "$name=$value" "$@"
	done
	for name in GOPROXY GOFLAGS GONOSUMDB GONOPROXY GOPRIVATE GOSUMDB GOINSECURE GOTOOLCHAIN; do
		set -- "$name=$(go env $name)" "$@"
	done
	[ -z "$certificates" ] || set -- "SSL_CERT_FILE=$certificates" "$@"
	[ -z "$no_install" ] || set -- GOMX_NO_INSTALL=1 "$@"
	chroot "$root" /usr/bin/env -i "$@"
}

echo "$me: installing $suite"
debootstrap --variant=minbase "$suite" "$root" $mirror >"$folder/log" 2>&1 || {
	tail -n 20 "$folder/log" >&2
	exit 1
}
[ -e "$root/proc/self" ] || mount -t proc proc "$root/proc"

# The way out: names, certificates (Debian's own are not in a bare system), and how apt goes there.
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
apt-config dump 2>/dev/null | grep -iE '^Acquire::((https?|ftp)::|Check-)' >"$root/etc/apt/apt.conf.d/90host" || true
certificates=
if [ -s "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" ]; then
	certificates=/etc/host-certificates.crt
	cp -L "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" "$root$certificates"
fi

mkdir -p "$root/usr/local/go" "$root/root/gomx"
cp -R "$goroot/." "$root/usr/local/go"
tar -cf - --exclude=./.git --exclude=./bin --exclude='./model/*.params' --exclude='./model/*.states' . | tar -xf - -C "$root/root/gomx"

distribution=$(. "$root/etc/os-release" && echo "$PRETTY_NAME")
compiler=$([ -z "$no_install" ] || echo ', without a C compiler')
echo "$me: $* in $distribution$compiler"
begin=$(date +%s)
{ inside sh -c 'cd /root/gomx && "$@"' sh "$@" 2>&1 || echo $? >"$folder/failed"; } | tee "$folder/log"
took=$(($(date +%s) - begin))

accuracy=$(sed -n 's/.*Validation-accuracy=\([0-9.]*\).*/\1/p' "$folder/log" | tail -n 1)
if [ -e "$folder/failed" ]; then
	echo "$me: $distribution$compiler: $* failed with exit status $(cat "$folder/failed") after $took s" >&2
	exit 1
fi
echo "$me: $distribution$compiler: $took s${accuracy:+, validation accuracy $accuracy}"
