"""Reads the lists of seeded bugs: *.toml files of [[mutant]] and [[unseen]] tables.

[[mutant]]
id = "ring-no-tail-help"            names it on the command line
what = "..."                        one sentence: what is broken
file = "src/queue/ring.cpp"
old = '''...'''                     text of that file; occurs there exactly once
new = '''...'''                     what it is replaced with
killed_by = ["queue/ring_test/a_dead_linker_is_helped_by_the_next_linker"]    CTest names; each must go red
seconds = 20                        (20) a test that runs longer was killed by hanging

An [[unseen]] table has a `why` instead of `killed_by`: the argument why no test can notice it.
"""

import tomllib
from dataclasses import dataclass, field


# What the tests of a room start beside their own executable.
PROGRAMS_OF_ROOM = {"apps": ["handoff_sender", "handoff_receiver"], "tool": ["handoff_handoff"],
                    "examples": ["handoff_examples"]}


@dataclass
class Mutant:
    id: str
    what: str
    file: str
    old: str
    new: str
    killed_by: list = field(default_factory=list)
    why: str = ""
    seconds: int = 20

    def rooms(self):
        return {name.split("/")[0] for name in self.killed_by}

    def targets(self):
        """The CMake targets that hold its tests, and the programs that they start: room/suite/case lives in test_room."""
        return sorted({target for room in self.rooms() for target in ["test_" + room, *PROGRAMS_OF_ROOM.get(room, [])]})

    def needs_programs(self):
        """Some rooms exist only where sender, receiver and the tool are built."""
        return bool(self.rooms() & {"apps", "tool"})

    def applied_to(self, text):
        return text.replace(self.old, self.new)


def read(folder):
    mutants, unseen = [], []
    for path in sorted(folder.glob("*.toml")):
        with path.open("rb") as file:
            tables = tomllib.load(file)
        mutants += [Mutant(**table) for table in tables.get("mutant", [])]
        unseen += [Mutant(**table) for table in tables.get("unseen", [])]
    return mutants, unseen


def mistakes(root, mutants):
    """What is wrong with the list itself: a list that does not fit the tree any more is a failure, not a kill."""
    found = []
    ids = [mutant.id for mutant in mutants]
    found += [f"two mutants are called {twice}" for twice in sorted({i for i in ids if ids.count(i) > 1})]
    for mutant in mutants:
        path = root / mutant.file
        if not path.is_file():
            found.append(f"{mutant.id}: there is no file {mutant.file}")
            continue
        count = path.read_text(encoding="utf-8").count(mutant.old)
        if count != 1:
            found.append(f"{mutant.id}: its old text occurs {count} times in {mutant.file}, not once: bring the list "
                         f"up to date with the code\n{mutant.old}")
        if mutant.old == mutant.new:
            found.append(f"{mutant.id}: it changes nothing")
        if bool(mutant.killed_by) == bool(mutant.why):
            found.append(f"{mutant.id}: it needs tests that kill it, or an argument why none can")
    return found
