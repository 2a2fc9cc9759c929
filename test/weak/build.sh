#!/bin/sh
# test/weak/build.sh PROGRAM: compiles the explorer with the library's sources, whose atomics become the explorer's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
flags="-std=c++20 -O1 -w -U_FORTIFY_SOURCE -I $here -I $root/src -I $root/include"
compiler="${CXX:-c++}"

for source in explorer memory main; do
    # shellcheck disable=SC2086  # a list of flags
    $compiler $flags -c "$here/$source.cpp" -o "$objects/$source.o"
done
for source in "$here"/litmus.cpp "$here"/condition.cpp "$here"/channel.cpp "$here"/broadcast.cpp "$here"/futex.cpp "$root"/src/*.cpp \
    "$root"/src/platform/*.cpp "$root"/src/participants/*.cpp "$root"/src/segment/geometry.cpp \
    "$root"/src/broadcast/broadcast.cpp "$root"/src/queue/slot_protocol.cpp "$root"/src/queue/ring.cpp \
    "$root"/src/queue/free_map.cpp; do
    [ "$source" != "$root/src/platform/futex.cpp" ] || continue
    # shellcheck disable=SC2086
    $compiler $flags -include "$here/weak_atomic.hpp" -c "$source" \
        -o "$objects/$(echo "${source#"$root"/}" | tr / _).o"
done
$compiler "$objects"/*.o -o "$1" -pthread
