#!/usr/bin/python3
"""Breaks the library on purpose, one line at a time, and sees named tests go red.

usage: run.py [--list] [--only ID...] [--resume] [--build DIR] [--jobs N] [--report FILE]

The seeded bugs are in the *.toml files beside this program. The tree is copied into DIR (build/mutants), built there
once and found green; then each mutant is put in, built, and the tests that must kill it are run. Every one of them
must go red, or hang. Exit code 1 if a mutant survives one of its tests, or if the list does not fit the tree any more.

What was killed is written down in DIR/killed.json with a digest of the mutant
and of all that is compiled into handoff: --resume tries only what that file does not have.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True  # nothing is left in the source tree

import catalogue
from copied_tree import CopiedTree

ROOT = Path(__file__).resolve().parents[2]


class Outcome:
    """What became of one mutant."""

    def __init__(self, mutant):
        self.mutant = mutant
        self.red = []  # (name of a test, how)
        self.survived = []
        self.trouble = ""  # the list does not fit the tree
        self.seconds = 0.0

    def good(self):
        return not self.survived and not self.trouble

    def verdict(self):
        if self.trouble:
            return "NOT TRIED: " + self.trouble.splitlines()[0]
        words = [name + ("" if how == "red" else f" ({how})") for name, how in self.red]
        words += [f"SURVIVES {name}" for name in self.survived]
        return ", ".join(words)


class Notebook:
    """What was killed, by the mutant and the tree that it was put into; kept after each one, so that nothing is lost."""

    def __init__(self, file, root):
        self.file = file
        self.library = self.digest_of(root, "include", "src")
        self.programs = self.digest_of(root, "apps")
        self.killed = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}

    @staticmethod
    def digest_of(root, *folders):
        whole = hashlib.sha256()
        for folder in folders:
            for path in sorted((root / folder).rglob("*.[ch]*")):
                whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return whole.hexdigest()

    def key(self, mutant):
        told = (mutant.id, mutant.file, mutant.old, mutant.new, mutant.killed_by, self.library,
                self.programs if mutant.needs_programs() else "")
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]

    def outcome(self, mutant):
        """As it was, or None."""
        known = self.killed.get(self.key(mutant))
        if known is None:
            return None
        outcome = Outcome(mutant)
        outcome.red, outcome.seconds = [tuple(entry) for entry in known["red"]], known["seconds"]
        return outcome

    def keep(self, outcome):
        if outcome.good():
            self.killed[self.key(outcome.mutant)] = {"id": outcome.mutant.id, "red": outcome.red, "seconds": outcome.seconds}
            draft = self.file.with_suffix(".partial")
            draft.write_text(json.dumps(self.killed, indent=1), encoding="utf-8")
            draft.replace(self.file)


def try_out(tree, mutant, jobs):
    outcome = Outcome(mutant)
    begin = time.monotonic()
    original = tree.text_of(mutant.file)
    try:
        tree.write(mutant.file, mutant.applied_to(original))
        failure = tree.build(mutant.targets(), jobs)
        if failure:
            outcome.trouble = "it does not compile\n" + failure
            return outcome
        for name in mutant.killed_by:
            how = tree.run(name, mutant.seconds)
            if how == "green":
                outcome.survived.append(name)
            else:
                outcome.red.append((name, how))
    finally:
        tree.write(mutant.file, original)
        outcome.seconds = time.monotonic() - begin
    return outcome


def check_that_all_is_green(tree, mutants, jobs):
    """Without a mutant: builds what is needed, and returns what is wrong."""
    failure = (tree.configure(any(m.needs_programs() for m in mutants))
               or tree.build(sorted({t for m in mutants for t in m.targets()}), jobs))
    if failure:
        return ["the tree without a mutant cannot be built:\n" + failure]
    tree.find_tests()
    wrong = []
    for name in sorted({name for m in mutants for name in m.killed_by}):
        users = ", ".join(m.id for m in mutants if name in m.killed_by)
        if not tree.has_test(name):
            wrong.append(f"there is no test {name} (needed by {users})")
            continue
        how = tree.run(name, 60)
        if how != "green":
            wrong.append(f"{name} is not green without a mutant, but {how} (needed by {users})")
    return wrong


def report(outcomes, unseen):
    killed = sum(outcome.good() for outcome in outcomes)
    seconds = sum(outcome.seconds for outcome in outcomes)
    lines = [f"{killed} of {len(outcomes)} seeded bugs were killed by the tests named for them ({seconds:.0f} s).", "",
             "| seeded bug | what is broken | killed by | s |", "|---|---|---|---|"]
    for outcome in outcomes:
        lines.append(f"| `{outcome.mutant.id}` | {outcome.mutant.what} | {outcome.verdict()} | {outcome.seconds:.0f} |")
    lines += ["", "Changes that no test can notice (not tried):", "",
              "| change | what | why |", "|---|---|---|"]
    lines += [f"| `{change.id}` | {change.what} | {change.why} |" for change in unseen]
    return "\n".join(lines) + "\n"


def show(outcome):
    print(f"{'killed  ' if outcome.good() else 'SURVIVES' if outcome.survived else 'FAILED  '} {outcome.mutant.id}: "
          f"{outcome.verdict()} ({outcome.seconds:.1f} s)", flush=True)
    if outcome.trouble:
        print(outcome.trouble, flush=True)


def try_all(arguments, mutants, unseen):
    begin = time.monotonic()
    tree = CopiedTree(ROOT, Path(arguments.build))
    notebook = Notebook(Path(arguments.build) / "killed.json", ROOT)
    untried = [mutant for mutant in mutants if not arguments.resume or notebook.outcome(mutant) is None]
    wrong = check_that_all_is_green(tree, untried, arguments.jobs) if untried else []
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    print(f"without a mutant all is green ({time.monotonic() - begin:.0f} s)", flush=True)
    outcomes = []
    for mutant in mutants:
        outcome = notebook.outcome(mutant) if arguments.resume else None
        if outcome is None:
            outcome = try_out(tree, mutant, arguments.jobs)
            notebook.keep(outcome)
            show(outcome)
        outcomes.append(outcome)
    text = report(outcomes, unseen)
    if arguments.report:
        Path(arguments.report).write_text(text, encoding="utf-8")
    print("\n" + text.splitlines()[0])
    for outcome in outcomes:
        if not outcome.good():
            print(f"{outcome.mutant.id} ({outcome.mutant.what}): {outcome.verdict()}")
    return 0 if all(outcome.good() for outcome in outcomes) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="show the seeded bugs and check that they fit the tree")
    parser.add_argument("--only", nargs="+", metavar="ID", default=[], help="only these")
    parser.add_argument("--resume", action="store_true", help="only those that DIR/killed.json does not have")
    parser.add_argument("--build", default=str(ROOT / "build" / "mutants"), help="where to copy and build the tree")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="for the build")
    parser.add_argument("--report", metavar="FILE", help="write the table there, as Markdown")
    arguments = parser.parse_args()
    mutants, unseen = catalogue.read(Path(__file__).resolve().parent)
    mistakes = catalogue.mistakes(ROOT, mutants + unseen)
    mistakes += [f"there is no mutant {unknown}" for unknown in set(arguments.only) - {m.id for m in mutants}]
    if mistakes:
        print("\n".join(mistakes), file=sys.stderr)
        return 1
    if arguments.only:
        mutants = [mutant for mutant in mutants if mutant.id in arguments.only]
    if arguments.list:
        for mutant in mutants:
            print(f"{mutant.id:36} {mutant.what}\n{'':36} {', '.join(mutant.killed_by)}")
        print(f"{len(mutants)} seeded bugs, {len(unseen)} that no test can notice")
        return 0
    if shutil.which("cmake") is None:
        print("cmake is missing", file=sys.stderr)
        return 1
    return try_all(arguments, mutants, unseen)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.SubprocessError as failure:
        sys.exit(f"run.py: {failure}")
