#!/bin/sh
# test/aarch64.sh [CTEST-ARGUMENT...]: builds the library and its tests for 64-bit Arm and runs them under qemu-user.
#
# Needs g++-aarch64-linux-gnu and qemu-user. Boost for arm64 is unpacked under build/aarch64, not installed: its packages
# cannot be installed beside this machine's. Left out is what qemu-user cannot do without binfmt_misc (exec a program of
# the other machine) and what is no test of the library (package, compile_fail).
# JOBS: compilers and tests at a time (1). BUILD: another folder than build/aarch64.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$here/build/aarch64}
jobs=${JOBS:-1}
packages="libboost1.74-dev libboost-test1.74.0 libboost-test1.74-dev libboost-program-options1.74.0
    libboost-program-options1.74-dev"
rooms='platform|sync|segment|participants|slots|channel|image|process|conformance_futex'

say() { printf '== %s\n' "$*" >&2; }

for program in aarch64-linux-gnu-g++ qemu-aarch64 cmake ninja; do
    command -v "$program" >/dev/null || {
        printf 'aarch64.sh: %s is missing: apt-get install g++-aarch64-linux-gnu qemu-user cmake ninja-build\n' \
            "$program" >&2
        exit 1
    }
done

# ---- Boost for arm64: an apt of our own, so that this machine's packages and lists stay as they are ---------------
sysroot=$build/sysroot
if [ ! -e "$sysroot/complete" ]; then
    say "fetching Boost for arm64 into $sysroot"
    apt=$build/apt
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/packages" "$sysroot"
    : >"$apt/status"
    cat >"$apt/apt.conf" <<CONFIGURATION
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "root";
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
CONFIGURATION
    APT_CONFIG=$apt/apt.conf apt-get -qq update
    # shellcheck disable=SC2086  # a list of packages
    (cd "$apt/packages" && APT_CONFIG=$apt/apt.conf apt-get -qq download $packages)
    for package in "$apt"/packages/*.deb; do dpkg -x "$package" "$sysroot"; done
    touch "$sysroot/complete"
fi

# ---- build and run --------------------------------------------------------------------------------------------------
say "building for aarch64 in $build"
cmake -S "$here" -B "$build" -G Ninja --toolchain "$here/cmake/aarch64.cmake" -DHANDOFF_SYSROOT="$sysroot" \
    -DCMAKE_BUILD_TYPE=Release -DHANDOFF_PROGRAMS=OFF ${CMAKE_CXX_COMPILER_LAUNCHER:+-DCMAKE_CXX_COMPILER_LAUNCHER="$CMAKE_CXX_COMPILER_LAUNCHER"} \
    >"$build/configure.log" 2>&1 || {
    cat "$build/configure.log" >&2
    exit 1
}
targets=$(printf '%s' "test_$rooms" | sed 's/|/ test_/g')
# shellcheck disable=SC2086  # a list of targets
cmake --build "$build" -j "$jobs" --target $targets

# qemu-user says yes to MADV_DONTFORK and does nothing: the child of fork keeps its parent's mapping.
inherited='a_child_of_fork_does_not_have_the_memory_of_its_parents_segment'
inherited="$inherited|the_kernel_refuses_a_read_only_subscriber_to_write"

say "running under qemu-aarch64"
if [ $# -eq 0 ]; then set -- -R "^($rooms)/" -E "$inherited|^process/soak\$"; fi
HANDOFF_TEST_TIMEOUT_SCALE=${HANDOFF_TEST_TIMEOUT_SCALE:-5} exec ctest --test-dir "$build" -j "$jobs" \
    --output-on-failure --no-tests=error "$@"
