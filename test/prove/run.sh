#!/bin/sh
# The long proof: every part of it once, then the page. Needs build/bin/handoff_prove and build/bin/handoff_soak.
#
# usage: run.sh [PART...]     stepping controls figures soak mutants models fuzz; all of them without PART
set -u
cd "$(dirname "$0")/../.." || exit
tables=build/prove
mkdir -p "$tables"
wrong=""
held=""

say() { printf '== %s\n' "$*" >&2; }

failed() { wrong="$wrong $1"; }

step() {
    for what in "$@"; do
        say "stepping: $what"
        build/bin/handoff_prove "$what" --report "$tables/$what.md" 2>"$tables/$what.log" || echo "$what" >>"$tables/failed"
    done
}

# The two sides take about as long as each other.
stepping() {
    : >"$tables/failed"
    step channel &
    step topic latest sleepers names pairs
    wait
    [ ! -s "$tables/failed" ] || failed "stepping ($(tr '\n' ' ' <"$tables/failed"))"
    cat "$tables/channel.md" >"$tables/matrix.md"
    for what in topic latest sleepers names; do
        tail -n +3 "$tables/$what.md"
    done >>"$tables/matrix.md"
}

controls() { build/bin/handoff_prove controls --report "$tables/controls.md" || failed controls; }
figures() { build/bin/handoff_prove numbers --report "$tables/numbers.md" || failed figures; }

soak() {
    build/bin/handoff_soak "${HANDOFF_SOAK_SECONDS:-60}" >"$tables/soak.log" 2>&1 || failed soak
    printf '\n200 senders and 200 receivers:\n' >>"$tables/soak.log"
    build/bin/handoff_soak 30 200 >>"$tables/soak.log" 2>&1 || failed "soak of a crowd"
    { echo '```' && cat "$tables/soak.log" && echo '```'; } >"$tables/soak.md"
}

mutants() { test/mutants/run.py --resume --report "$tables/mutants.md" || failed mutants; }
models() { models/run.py --report "$tables/models.md" || failed models; }
fuzz() { test/fuzz/run.sh "${HANDOFF_FUZZ_SECONDS:-120}" --report "$tables/fuzz.md" || failed fuzz; }

machine() {
    processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    echo "Linux $(uname -r), $(nproc) processors ($processor), $(c++ --version | head -n 1), release build"
}

commit() {
    commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
    git diff --quiet HEAD -- src include 2>/dev/null || commit="$commit, with uncommitted changes"
    echo "$commit"
}

[ $# -gt 0 ] || set -- stepping controls figures soak mutants models fuzz
for part in "$@"; do
    case $part in
    stepping | controls | figures | soak | mutants | models | fuzz) ;;
    *)
        echo "run.sh: there is no part '$part'" >&2
        exit 2
        ;;
    esac
done
for part in "$@"; do
    say "$part"
    wrong_before=$wrong
    "$part"
    [ "$wrong" != "$wrong_before" ] || held="$held $part"
done
# Each part records the digest of its protocol: tables of several protocols together prove nothing about one.
# shellcheck disable=SC2086  # a list of parts
python3 test/prove/digest.py --ledger "$(commit)" "$(machine)" $held >"$tables/run.md"
python3 test/prove/page.py docs/measurements/reliability.md "$tables"
if [ -n "$wrong" ]; then
    say "WRONG:$wrong"
    exit 1
fi
say "zero failures; the tables are in docs/measurements/reliability.md"
