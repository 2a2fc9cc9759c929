#!/bin/sh
# Builds the fuzzers with Clang and lets each look for its share of the time. Fails if one finds a crash, a time-out or a
# leak; what it found lies in BUILD/findings then.
set -eu

usage() {
    cat <<'TEXT'
usage: run.sh [SECONDS] [--report FILE]

  SECONDS         for all targets together, 60 by default; without the build
  --report FILE   write the table as Markdown, too

Environment:
  HANDOFF_FUZZ_BUILD   build directory, build/fuzz by default; what was learned stays there, in learned/
TEXT
}

die() {
    printf 'run.sh: %s\n' "$*" >&2
    exit 2
}

seconds=60 report=""
while [ $# -gt 0 ]; do
    case $1 in
    --report)
        [ $# -ge 2 ] || die "--report needs a file"
        report=$2
        shift
        ;;
    -h | --help) usage && exit 0 ;;
    *[!0-9]* | "") die "'$1' is no number of seconds" ;;
    *) seconds=$1 ;;
    esac
    shift
done
case $report in
"" | /*) ;;
*) report=$PWD/$report ;;
esac

cd "$(dirname "$0")/../.."
build=${HANDOFF_FUZZ_BUILD:-build/fuzz}
command -v clang++ >/dev/null || die "there is no clang++. Debian has it in the package clang"
mkdir -p "$build"
if [ -z "${CMAKE_CXX_COMPILER_LAUNCHER:-}" ] && command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
if ! {
    cmake --preset fuzz -B "$build" && cmake --build "$build" --target handoff_fuzzers -j "${HANDOFF_FUZZ_JOBS:-$(nproc)}"
} >"$build/run.log" 2>&1; then
    cat "$build/run.log" >&2
    die "the build failed"
fi

targets="attach channel topic latest slot_protocol broadcast recording metrics image arguments"
share=$((seconds / $(echo "$targets" | wc -w)))
[ "$share" -ge 1 ] || share=1

# A number from libFuzzer's final statistics.
stat_of() { sed -n "s/^stat::$2: *//p" "$1"; }
last_of() { sed -n "s/^#.* $2: \([0-9]*\).*/\1/p" "$1" | tail -n 1; }

header="target | executions | per second | edges | features | inputs | slowest s | outcome"
table=""
bad=0
mkdir -p "$build/findings"
for target in $targets; do
    learned=$build/learned/$target
    log=$build/fuzz-$target.log
    mkdir -p "$learned"
    outcome=fine
    timeout -k 10 $((share + 120)) "$build/bin/fuzz/$target" "$learned" "test/fuzz/corpus/$target" \
        -max_total_time="$share" -timeout=10 -malloc_limit_mb=256 -rss_limit_mb=1536 \
        -max_len=4096 -len_control=10 -print_final_stats=1 \
        -artifact_prefix="$build/findings/$target-" >"$log" 2>&1 || {
        outcome=FAILED
        bad=$((bad + 1))
        grep -E -A 12 'runtime error|ERROR: |does not hold' "$log" >&2 || tail -n 20 "$log" >&2
        grep 'Test unit written to' "$log" >&2 || true
    }
    line="$target | $(stat_of "$log" number_of_executed_units) | $(stat_of "$log" average_exec_per_sec)"
    line="$line | $(last_of "$log" cov) | $(last_of "$log" ft) | $(sed -n 's/^#.* corp: \([0-9]*\).*/\1/p' "$log" | tail -n 1)"
    table="$table$line | $(stat_of "$log" slowest_unit_time_sec) | $outcome
"
done

printf '%s\n%s' "$header" "$table" | column -t -s '|'
if [ -n "$report" ]; then
    {
        printf '| %s |\n|---|---|---|---|---|---|---|---|\n' "$header"
        printf '%s' "$table" | sed 's/.*/| & |/'
        printf '\n%s s for each target; Clang libFuzzer, AddressSanitizer, UndefinedBehaviorSanitizer.\n' "$share"
    } >"$report"
fi
[ "$bad" -eq 0 ] || {
    echo "$bad targets failed; their inputs are in $build/findings" >&2
    exit 1
}
