# Finds Go, a C compiler and OpenBLAS, and installs what is missing. POSIX sh, to be sourced
# from the project's root by a program that has set $me, its name in messages.
#
#     find_go                      # puts go on the PATH, or ends the program with one line
#     install_missing OPENBLAS     # OPENBLAS: the package that would bring it
#     install_for_cuda             # what checks the CUDA kernels without a GPU
#     have_cc; have_openblas; have_openblas_headers; have_cxx; have_clang; have_pip
#
# Packages are installed by apt-get, as root, unless GOMX_NO_INSTALL=1; in all other cases
# a line says what to run, and the program goes on with what there is.

# find_go looks for go on the PATH and where its archive and its users put it.
find_go() {
	for dir in '' /usr/local/go/bin "${HOME:-/root}/go/bin" "${HOME:-/root}/sdk"/go*/bin /usr/lib/go-*/bin; do
		if [ -z "$dir" ]; then
			command -v go >/dev/null 2>&1 && break
		elif [ -x "$dir/go" ]; then
			PATH=$dir:$PATH
			export PATH
			break
		fi
	done
	wanted=$(sed -n 's/^go //p' go.mod)
	if ! command -v go >/dev/null 2>&1; then
		echo "$me: no Go found on the PATH or in /usr/local/go; get Go $wanted or later from https://go.dev/dl and unpack it there: tar -C /usr/local -xzf go*.tar.gz" >&2
		exit 1
	fi
	# An older go fetches the wanted one by itself, or says why not.
	if ! go list -m >/dev/null; then
		echo "$me: this project wants Go $wanted or later: https://go.dev/dl" >&2
		exit 1
	fi
}

# have_cc says whether the C compiler that go would call makes programs with the C library.
have_cc() {
	[ "${CGO_ENABLED:-1}" != 0 ] && links '#include <stdlib.h>'
}

# have_openblas_headers says whether programs can be linked with OpenBLAS.
have_openblas_headers() {
	[ "${CGO_ENABLED:-1}" != 0 ] && links '#include <cblas.h>' -lopenblas
}

# links INCLUDE FLAG... compiles and links an empty program.
links() {
	line=$1
	shift
	scratch=$(mktemp -d)
	printf '%s\nint main(void) { return 0; }\n' "$line" >"$scratch/a.c"
	# shellcheck disable=SC2046 # CC may hold a command with flags
	$(go env CC) -o "$scratch/a" "$scratch/a.c" "$@" >/dev/null 2>&1
	linked=$?
	rm -rf "$scratch"
	return $linked
}

# have_openblas says whether the library is there to be opened at run time.
have_openblas() {
	for lib in /usr/lib/*/libopenblas.so* /usr/lib/*/openblas-*/libopenblas.so* /usr/lib/libopenblas.so* /usr/lib64/libopenblas*.so* \
		/usr/local/lib/libopenblas.so* /opt/homebrew/opt/openblas/lib/libopenblas.dylib /usr/local/opt/openblas/lib/libopenblas.dylib; do
		[ -e "$lib" ] && return
	done
	return 1
}

have_certificates() {
	[ -s "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" ] || [ ! -d /etc/apt ]
}

# have_cxx says whether there is the C++ compiler that simulated GPUs run kernels with.
have_cxx() {
	[ "${CGO_ENABLED:-1}" != 0 ] && command -v g++ >/dev/null 2>&1
}

# have_clang says whether there is the compiler of the CUDA kernels.
have_clang() {
	case $("${CLANG:-clang-19}" --version 2>/dev/null) in
	*' 19.1.'*) return 0 ;;
	esac
	return 1
}

# have_pip says whether NVIDIA's tools for Linux can be fetched.
have_pip() {
	[ "$(uname -s)" = Linux ] && { python3 -m pip --version || pip3 --version; } >/dev/null 2>&1
}

# install_missing OPENBLAS installs, or names the command that would. It fails only where an installation does.
install_missing() {
	packages=
	have_certificates || packages="$packages ca-certificates" # go downloads modules through them
	if [ "${CGO_ENABLED:-1}" != 0 ]; then
		have_cc || packages="$packages gcc libc6-dev"
		case $1 in
		*-dev) have_openblas_headers || packages="$packages $1" ;;
		*) have_openblas || packages="$packages $1" ;;
		esac
	fi
	# shellcheck disable=SC2086 # these are several words
	install_packages $packages
}

# install_for_cuda installs one by one, or names: not every system has all of them.
install_for_cuda() {
	status=0
	[ "${CGO_ENABLED:-1}" = 0 ] || have_cxx || install_packages g++ || status=1
	have_clang || install_packages clang-19 || status=1
	[ "$(uname -s)" != Linux ] || have_pip || install_packages python3-pip || status=1
	return $status
}

# install_packages PACKAGE... installs as root, and prints the command otherwise.
install_packages() {
	[ $# -gt 0 ] || return 0
	install="apt-get install -y --no-install-recommends $*"
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "$me: not found: $* (Debian's names); install what your system calls them. Going on without."
	elif [ "${GOMX_NO_INSTALL:-}" = 1 ]; then
		echo "$me: GOMX_NO_INSTALL=1, so going on without: $*"
	elif [ "$(id -u)" != 0 ]; then
		echo "$me: going on without: $*. To install them: sudo apt-get update && sudo $install"
	else
		echo "$me: $install"
		DEBIAN_FRONTEND=noninteractive
		export DEBIAN_FRONTEND
		log=$(mktemp)
		# The lists of a fresh system are empty, those of an old one name packages that are gone.
		if $install >"$log" 2>&1 </dev/null || { apt-get update >"$log" 2>&1 </dev/null && $install >>"$log" 2>&1 </dev/null; }; then
			rm -f "$log"
		else
			tail -n 20 "$log" >&2
			rm -f "$log"
			echo "$me: the installation failed; going on without: $*" >&2
			return 1
		fi
	fi
}
