#!/bin/sh
# test/arm.sh 64|32 [CTEST-ARGUMENT...]: builds the library and its tests for Arm of 64 bits (Debian's arm64) or 32 bits
# (Debian's armhf) and runs them under qemu-user. A warning is an error: each machine has its own sizes.
#
# Needs g++-aarch64-linux-gnu or g++-arm-linux-gnueabihf, and qemu-user. Boost for that machine is unpacked under the
# build folder, not installed: its packages cannot be installed beside this machine's. Left out is what qemu-user cannot
# do without binfmt_misc (exec a program of the other machine) and what is no test of the library (package,
# compile_fail).
# JOBS: compilers and tests at a time (1). BUILD: another folder than build/arm64 or build/arm32.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
bits=${1:-}
case $bits in
64) architecture=arm64 compiler=aarch64-linux-gnu-g++ emulator=qemu-aarch64 ;;
32) architecture=armhf compiler=arm-linux-gnueabihf-g++ emulator=qemu-arm ;;
*)
    printf 'arm.sh: for how many bits? usage: arm.sh 64|32 [CTEST-ARGUMENT...]\n' >&2
    exit 2
    ;;
esac
shift
build=${BUILD:-$here/build/arm$bits}
jobs=${JOBS:-1}
packages="libboost1.74-dev libboost-test1.74.0 libboost-test1.74-dev libboost-program-options1.74.0
    libboost-program-options1.74-dev"
rooms='platform|sync|segment|participants|slot|queue|broadcast|image|process|c_defaults|conformance'

say() { printf '== %s\n' "$*" >&2; }

for program in $compiler $emulator cmake ninja; do
    command -v "$program" >/dev/null || {
        printf 'arm.sh: %s is missing: apt-get install g++-%s qemu-user cmake ninja-build\n' \
            "$program" "${compiler%-g++}" >&2
        exit 1
    }
done

# ---- Boost for that machine: an apt of our own, so that this machine's packages and lists stay as they are ----------
sysroot=$build/sysroot
if [ ! -e "$sysroot/complete" ]; then
    say "fetching Boost for $architecture into $sysroot"
    apt=$build/apt
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/packages" "$sysroot"
    : >"$apt/status"
    cat >"$apt/apt.conf" <<CONFIGURATION
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Sandbox::User "root";
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
CONFIGURATION
    APT_CONFIG=$apt/apt.conf apt-get -qq update || say "apt-get update failed; trying with what it did fetch"
    # shellcheck disable=SC2086  # a list of packages
    (cd "$apt/packages" && APT_CONFIG=$apt/apt.conf apt-get -qq download $packages)
    for package in "$apt"/packages/*.deb; do dpkg -x "$package" "$sysroot"; done
    touch "$sysroot/complete"
fi

# ---- build and run --------------------------------------------------------------------------------------------------
# Sizes in a segment's header are of 64 bits; what is mapped fits into a size_t of 32, which was checked before.
narrowing=""
[ "$bits" = 64 ] || narrowing="-Wno-error=conversion -Wno-error=narrowing"

say "building for $architecture in $build"
cmake -S "$here" -B "$build" -G Ninja --toolchain "$here/cmake/arm.cmake" -DHANDOFF_ARM_BITS="$bits" \
    -DHANDOFF_SYSROOT="$sysroot" -DCMAKE_BUILD_TYPE=Release -DCMAKE_COMPILE_WARNING_AS_ERROR=ON -DHANDOFF_PROGRAMS=OFF \
    ${narrowing:+-DCMAKE_CXX_FLAGS="-Wno-psabi $narrowing"} \
    ${CMAKE_CXX_COMPILER_LAUNCHER:+-DCMAKE_CXX_COMPILER_LAUNCHER="$CMAKE_CXX_COMPILER_LAUNCHER"} \
    >"$build/configure.log" 2>&1 || {
    cat "$build/configure.log" >&2
    exit 1
}
targets=$(printf '%s' "test_$rooms" | sed 's/|/ test_/g')
# shellcheck disable=SC2086  # a list of targets
cmake --build "$build" -j "$jobs" --target $targets

# What qemu-user pretends: it says yes to MADV_DONTFORK and does nothing: the child of fork keeps its parent's mapping.
pretended='a_child_of_fork_does_not_have_the_memory_of_its_parents_segment'
pretended="$pretended|the_kernel_refuses_a_read_only_subscriber_to_write"
# It has a thread and page faults of its own, which these count; and it puts a process to sleep where none waits.
pretended="$pretended|one_thread_waits_for_all_descriptors_and_only_for_those_who_ask|a_thread_waits_for_127_descriptors"
pretended="$pretended|with_prefault_the_first_frame_in_each_slot_is_no_page_fault"
pretended="$pretended|as_many_are_woken_as_"
# It has no futex_waitv, so that a sleep on two words is a poll, and makes up when its process began.
pretended="$pretended|who_is_stopped_and_was_perhaps_woken_passes_it_on|^process/stopped/a_"

# For 32 bits it says that the machine has less than 4 GiB of memory, whatever /proc/meminfo says.
[ "$bits" = 64 ] || pretended="$pretended|the_limits_are_those_of_this_machine"

say "running under $emulator"
if [ $# -eq 0 ]; then set -- -R "^($rooms)/" -E "$pretended|^process/soak\$"; fi
HANDOFF_TEST_TIMEOUT_SCALE=${HANDOFF_TEST_TIMEOUT_SCALE:-5} exec ctest --test-dir "$build" -j "$jobs" \
    --output-on-failure --no-tests=error "$@"
