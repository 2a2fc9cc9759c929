#!/usr/bin/env python3
"""Runs the models and their mutants, and the explorer of weak memory behaviours (test/weak).

    models/run.py [--only NAME] [--jobs N] [--report FILE] [--keep DIR]

Every model must be searched completely, without an error and without an invalid end state; in every mutant an error must
be found. Needs spin, a C compiler and (for test/weak) a C++20 compiler with Boost. Bounded: 3 GB a search, two
searches at a time. Ends with 0 if all is as it must be, else with 1.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
MEGABYTES = 3000
DEEPEST = 100_000
TIMEOUT_S = 400

Search = collections.namedtuple("Search", "model name defines mutant")
Outcome = collections.namedtuple("Outcome", "search states seconds error complete")

# What is searched: model, name, parameters.
MODELS = [
    ("channel", "the sender dies, its index is used again", "CONFIG=1"),
    ("channel", "the receiver dies; hints that lag", "CONFIG=2 RECOVERER_LIVES"),
    ("channel", "the receiver and its recoverer die", "CONFIG=2 LAZY_HINTS=0"),
    ("channel", "the receiver dies; in_place", "CONFIG=2 IN_PLACE=1 RECOVERER_LIVES"),
    ("channel", "the receiver dies; two deliveries at most", "CONFIG=2 MAX_DELIVERIES=2 RECOVERER_LIVES"),
    ("channel", "sender and receiver die", "CONFIG=3 LAZY_HINTS=0"),
    ("channel", "withdrawals and rotation", "CONFIG=4"),
    ("channel", "the sender dies in its second request", "CONFIG=5"),
    ("channel", "withdrawals and rotation; nobody receives before", "CONFIG=6"),
    ("topic", "a publisher dies", "CONFIG=1"),
    ("topic", "a publisher dies, its index is used again", "CONFIG=2"),
    ("topic", "a subscriber dies", "CONFIG=3"),
    ("topic", "pinning", "CONFIG=4 ANY_START"),
    ("topic", "copying", "CONFIG=5 ANY_START"),
    ("topic", "a loan always finds a slot", "CONFIG=6 ANY_START"),
    ("latest", "a writer dies, another writes", "CONFIG=1"),
    ("latest", "two write, one reads twice", "CONFIG=2 ANY_START"),
    ("latest", "the only writer dies", "CONFIG=3"),
    ("condition", "a waiter dies; no tick", "CONFIG=1"),
    ("condition", "a notifier dies; tick", "CONFIG=2"),
    ("notify", "two producers", "ROUNDS=1"),
    ("notify", "two messages at once, three takers", "K=2 PRODUCERS=1 TAKERS=3"),
    ("notify", "either way, one that spins", "PRODUCERS=1 SPINNER=1 DESIGN=EITHER"),
    ("notify", "either way, a watcher", "PRODUCERS=1 WATCHER DESIGN=EITHER"),
    ("notify", "either way, three takers", "PRODUCERS=1 ROUNDS=3 TAKERS=3 DESIGN=EITHER"),
    ("notify", "either way, two messages at once, three takers", "K=2 PRODUCERS=1 TAKERS=3 DESIGN=EITHER"),
    ("notify", "a taker is killed", "DEATH PRODUCERS=1"),
    ("notify", "either way, a taker is killed, two producers", "DEATH ROUNDS=1 DESIGN=EITHER"),
    ("notify", "either way, a taker is killed, two at once", "DEATH K=2 PRODUCERS=1 ROUNDS=1 TAKERS=3 DESIGN=EITHER"),
    ("notify", "a taker is stopped", "STOP PRODUCERS=1"),
    ("notify", "a producer is killed, two at once", "PRODUCER_DIES K=2 PRODUCERS=1 ROUNDS=1 TAKERS=3"),
    ("notify", "either way, beside notify_all, which is killed", "PRODUCER_DIES ROUNDS=1 MIXED DESIGN=EITHER"),
    ("notify", "deadline", "DEADLINE PRODUCERS=1"),
    ("notify", "either way, deadline, two producers", "DEADLINE ROUNDS=1 DESIGN=EITHER"),
    ("notify", "stop token", "STOP_TOKEN PRODUCERS=1"),
    ("notify", "all takers are killed", "ALL_DIE PRODUCERS=1 ROUNDS=3"),
    ("notify", "two messages wake two at most", "AT_MOST=2 PRODUCERS=1 TAKERS=3 DESIGN=PURE"),
    ("notify", "fewer notifications than the count has values", "PRODUCERS=1 ROUNDS=3 WRAP=4"),
    ("freed", "loans are dropped", "DROPS"),
    ("freed", "two slots a look, loans are dropped", "DROPS FREES=3 M=2 ROUNDS=1"),
    ("freed", "either way, two slots a look, three slots", "FREES=3 M=2 ROUNDS=1 SLOTS=3 DESIGN=EITHER"),
    ("freed", "both freed at once, three senders", "ROUNDS=1 SENDERS=3 DESIGN=PURE"),
    ("freed", "either way, three senders, one has to leave", "DEADLINE K=1 ROUNDS=1 SENDERS=3 DESIGN=EITHER"),
    ("looked", "any word, one clock", "STRANGE_WORD"),
    ("looked", "any word, one clock is far ahead", "STRANGE_WORD SHIFT=20"),
    ("looked", "any word, one clock is far behind", "STRANGE_WORD SHIFT=-20"),
    ("looked", "three, two of one process", "CALLERS=3"),
    ("looked", "three, two of one process, clocks differ", "CALLERS=3 SHIFT=20 STRANGE_WORD"),
    ("looked", "a look that is cut short counts", "NO_RESET BOUND=5 END=16"),
    ("looked", "one look a tick, whatever the clocks", "NOBODY_GOES SHIFT=20 LOOKS=6"),
]

# Mutants, by the parameters of the search that finds them.
MUTANTS = {
    ("channel", "CONFIG=1"): "link_before_commit recovery_frees_ready recovery_does_not_link recovery_leaves_awaited "
                             "recovery_leaves_answers reuse_before_recovery empty_from_tail",
    ("channel", "CONFIG=2 RECOVERER_LIVES"): "no_generation_bump passes_queued answer_is_a_store "
                                             "give_back_does_not_link redelivery_not_counted",
    ("channel", "CONFIG=5"): "withdraw_keeps_generation last_empty_ignores_bits names_any_generation",
    ("channel", "CONFIG=6"): "link_overwrites_queued rotation_skips_the_cell jump_too_far looks_one_lap",
    ("topic", "CONFIG=1"): "intention_after_link recovery_always_frees emptiness_from_tail no_help_for_tail",
    ("topic", "CONFIG=3"): "pins_of_the_dead_stay",
    ("topic", "CONFIG=4"): "pins_before_cell no_second_look no_look_at_pins jump_to_newest jump_one_too_far "
                           "no_generation_step",
    ("topic", "CONFIG=5"): "published_before_link no_look_at_cell copy_not_validated generation_after_eviction "
                           "payload_after_link loan_believed any_published_believed",
    ("latest", "CONFIG=1"): "recovery_always_frees no_help_for_tail",
    ("latest", "CONFIG=3"): "newest_from_tail",
    ("latest", "CONFIG=2"): "copy_not_validated no_look_at_cell published_before_link",
    ("condition", "CONFIG=1"): "wake_one look_before_announcing notify_before_change no_count no_comparison "
                               "bit_cleared_by_waiter",
    ("condition", "CONFIG=2"): "no_tick",
    ("notify", "PRODUCERS=1"): "cleared_though_others_sleep cleared_against_new_word no_count look_before_commit "
                               "announced_after_look fresh_stays second_announcement_not_fresh several_alone",
    ("notify", "K=2 PRODUCERS=1 ROUNDS=1 TAKERS=3"): "one_woken_of_k",
    ("notify", "WATCHER PRODUCERS=1"): "watcher_on_takers_word",
    ("notify", "DEADLINE PRODUCERS=1"): "no_baton",
    ("notify", "PRODUCER_DIES K=2 PRODUCERS=1 ROUNDS=1 TAKERS=3"): "tick_does_not_pass_on",
    ("notify", "PRODUCER_DIES ROUNDS=1 MIXED"): "lone_sleeper_believed",
    ("notify", "ALL_DIE PRODUCERS=1 ROUNDS=3"): "flag_never_cleared",
    ("notify", "AT_MOST=2 PRODUCERS=1 TAKERS=3 DESIGN=PURE"): "one_too_many_woken",
    ("notify", "PRODUCERS=1 ROUNDS=5"): "wraps_in_the_gap",
    ("freed", "DROPS"): "drop_does_not_notify",
    ("freed", "ROUNDS=1 SENDERS=3 DESIGN=PURE"): "frees_of_a_batch_count_as_one",
    ("freed", "DEADLINE K=1 ROUNDS=1 SENDERS=3 DESIGN=EITHER"): "no_baton looks_then_passes_on last_look_takes",
    ("looked", "STRANGE_WORD SHIFT=-20"): "clock_alone",
    ("looked", "CALLERS=3"): "moved_before_owned skips_own_process",
    ("looked", "NOBODY_GOES SHIFT=20 LOOKS=6"): "word_is_not_moved future_is_due",
}

FAMILY = {"latest": "topic", "freed": "notify"}


def searches():
    yield from (Search(model, name, defines.split(), None) for model, name, defines in MODELS)
    for (model, defines), mutants in MUTANTS.items():
        yield from (Search(model, mutant, [*defines.split(), f"MUTANT={mutant}"], mutant) for mutant in mutants.split())


def declared_mutants(model):
    """Every mutant that the model or what it includes defines."""
    text = open(os.path.join(HERE, f"{model}.pml"), encoding="utf-8").read()
    for included in re.findall(r'^#include "(.*)"', text, re.MULTILINE):
        text += open(os.path.join(HERE, included), encoding="utf-8").read()
    return set(re.findall(r"^#define ([a-z_]+) [1-9]\d*\b", text, re.MULTILINE))


def check_that_no_mutant_is_forgotten():
    """Models that include the same file share its mutants: it is enough that one of them finds each."""
    declared, known = collections.defaultdict(set), collections.defaultdict(set)
    for model in {model for model, _, _ in MODELS}:
        declared[FAMILY.get(model, model)] |= declared_mutants(model)
    for (model, _), mutants in MUTANTS.items():
        known[FAMILY.get(model, model)] |= set(mutants.split())
    for family, mutants in declared.items():
        if forgotten := mutants - known[family]:
            sys.exit(f"run.py: mutants of {family} that nobody runs: {', '.join(sorted(forgotten))}")


def uses_provided(folder):
    with open(os.path.join(folder, "pan.h"), encoding="utf-8") as header:
        return re.search(r"^#define HAS_PROVIDED\b", header.read(), re.MULTILINE) is not None


def run(search, folder):
    os.makedirs(folder)
    defines = [f"-D{define}" for define in search.defines]
    generated = subprocess.run(["spin", *defines, "-a", os.path.join(HERE, f"{search.model}.pml")], cwd=folder,
                               capture_output=True, text=True)
    if generated.returncode != 0 or not os.path.exists(os.path.join(folder, "pan.c")):
        return Outcome(search, 0, 0.0, "spin: " + (generated.stdout + generated.stderr).strip()[-200:], False)
    flags = ["-O1" if search.mutant else "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", f"-DMEMLIM={MEGABYTES}"]
    if uses_provided(folder):
        flags.append("-DNOREDUCE")  # the order that Spin leaves out may matter to a provided clause
    subprocess.run(["gcc", *flags, "pan.c", "-o", "pan"], cwd=folder, check=True)
    start = time.monotonic()
    try:
        text = subprocess.run(["./pan", f"-m{DEEPEST}", "-n", "-w22"], cwd=folder, capture_output=True, text=True,
                              timeout=TIMEOUT_S).stdout
    except subprocess.TimeoutExpired:
        text = ""
    seconds = time.monotonic() - start
    states = re.search(r"^\s*([\d.e+]+) states, stored", text, re.MULTILINE)
    error = re.search(r"^pan:\d+: (.*?) \(at depth", text, re.MULTILINE)
    complete = "errors: 0" in text and not re.search(r"not completed|reached -DMEMLIM|depth too small", text)
    return Outcome(search, int(float(states.group(1))) if states else 0, seconds, error.group(1) if error else None,
                   complete)


def run_all(chosen, with_weak, jobs, folder):
    outcomes, weak = [], None
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        if with_weak:
            weak = pool.submit(run_weak, folder)
        waiting = [pool.submit(run, search, os.path.join(folder, str(number))) for number, search in enumerate(chosen)]
        for future in waiting:
            outcome = future.result()
            print(line_for(outcome), flush=True)
            outcomes.append(outcome)
        return outcomes, weak.result() if weak else []


def is_good(outcome):
    if outcome.search.mutant:
        return outcome.error is not None and not outcome.error.startswith("spin:")
    return outcome.complete and outcome.error is None


def what_came_out(outcome):
    if outcome.search.mutant:
        return shorten(outcome.error) if is_good(outcome) else "NOT FOUND"
    if is_good(outcome):
        return "0 errors"
    return "ERROR " + outcome.error if outcome.error else "SEARCH NOT COMPLETED"


def shorten(text, longest=90):
    return text if len(text) <= longest else text[:longest - 3] + "..."


def line_for(outcome):
    search = outcome.search
    name = f"mutant {search.name}" if search.mutant else search.name
    return f"{search.model:10} {name:44} {outcome.states:>11,} states {outcome.seconds:6.1f} s  {what_came_out(outcome)}"


# ---- test/weak: the real code under every behaviour of weak memory, within bounds --------------------------------

def run_weak(folder):
    """Builds and runs the explorer; one JSON object a line."""
    os.makedirs(folder, exist_ok=True)
    script = os.path.join(ROOT, "test", "weak", "build.sh")
    program = os.path.join(folder, "weak")
    subprocess.run(["sh", script, program], check=True)
    rows = []
    process = subprocess.Popen([program, "--json"], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        row = json.loads(line)
        rows.append(row)
        print(f"{'weak':10} {row['scenario'] + ': ' + row['orders']:62} {row['states']:>9,} states "
              f"{row['seconds']:6.1f} s  {row['result']}", flush=True)
    if process.wait() not in (0, 1):
        rows.append({"scenario": "explorer", "orders": "-", "states": 0, "seconds": 0.0, "result": "it crashed",
                     "good": False})
    return rows


# ---- report ---------------------------------------------------------------------------------------------------------

def cell(text):
    return str(text).replace("|", "\\|")


def markdown(outcomes, weak):
    rows = ["| model | search | states | seconds | result |", "|---|---|---|---|---|"]
    rows += [f"| {o.search.model} | {o.search.name} | {o.states:,} | {o.seconds:.1f} | {what_came_out(o)} |"
             for o in outcomes if not o.search.mutant]
    rows += ["", "| model | mutant | found after | by |", "|---|---|---|---|"]
    rows += [f"| {o.search.model} | {o.search.name} | {o.seconds:.1f} s | `{cell(what_came_out(o))}` |"
             for o in outcomes if o.search.mutant]
    if weak:
        rows += ["", "| weak memory | orders | states | seconds | result |", "|---|---|---|---|---|"]
        rows += [f"| {r['scenario']} | {cell(r['orders'])} | {r['states']:,} | {r['seconds']:.1f} | {cell(r['result'])} |"
                 for r in weak]
    return "\n".join(rows) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="NAME", help="channel, topic, latest, condition, notify, freed, looked or weak")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--report", metavar="FILE", help="write the tables as Markdown")
    parser.add_argument("--keep", metavar="DIR", help="leave the generated verifiers there (to replay a trail)")
    arguments = parser.parse_args()
    check_that_no_mutant_is_forgotten()
    if shutil.which("spin") is None:
        sys.exit("run.py: spin is missing: apt-get install spin")
    if arguments.report:
        os.makedirs(os.path.dirname(os.path.abspath(arguments.report)), exist_ok=True)
    folder = arguments.keep or tempfile.mkdtemp(prefix="handoff-models-")
    start = time.monotonic()
    try:
        chosen = [s for s in searches() if arguments.only in (None, s.model)]
        outcomes, weak = run_all(chosen, arguments.only in (None, "weak"), arguments.jobs, folder)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    if arguments.report:
        with open(arguments.report, "w", encoding="utf-8") as report:
            report.write(markdown(outcomes, weak))
    bad = sum(not is_good(o) for o in outcomes) + sum(not row["good"] for row in weak)
    print(f"{len(outcomes) + len(weak) - bad} as they must be, {bad} not, {time.monotonic() - start:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
