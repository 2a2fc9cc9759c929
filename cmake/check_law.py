#!/usr/bin/python3
"""Keeps the law of the house: which file may include what.

usage: check_law.py ROOT          look at the tree ROOT; exit 1 if the law is broken
       check_law.py --self-check  break every rule once, in a made-up tree, and see it noticed
"""

import re
import sys
import tempfile
from pathlib import Path

# A room may include itself and the rooms named here:
# platform <- sync <- segment <- participants <- slot <- {queue, broadcast} <- {channel | topic, latest}. The engines
# never meet, nor do the patterns.
BELOW_SLOT = ["platform", "described", "sync", "segment", "participants", "image"]
BELOW_ENGINES = [*BELOW_SLOT, "slot"]
ROOMS = {
    "platform": [],
    "described": [],
    "image": ["described"],
    "sync": ["platform"],
    "segment": ["platform", "described", "sync"],
    "participants": ["platform", "sync", "segment"],
    "slot": BELOW_SLOT,
    "queue": BELOW_ENGINES,
    "broadcast": BELOW_ENGINES,
    "channel": [*BELOW_ENGINES, "queue"],
    "topic": [*BELOW_ENGINES, "broadcast"],
    "latest": [*BELOW_ENGINES, "broadcast"],
    "inspect": [*BELOW_ENGINES, "queue", "broadcast", "channel", "topic", "latest"],
    "c": ["described", "segment", "image", "channel", "topic", "latest", "inspect"],
    "testing": ["platform"],
}
# The rooms of the programs, in the same way.
APPS = {"cli": [], "pictures": ["cli"], "mcap": ["cli"], "sender": ["cli", "pictures"], "receiver": ["cli", "pictures"],
        "tool": ["cli", "mcap"]}
# Public headers that belong to one room, and the public headers that may include them. All others are for everybody.
OWNER = {"channel.hpp": "channel", "typed.hpp": "channel", "topic.hpp": "topic", "latest.hpp": "latest",
         "testing.hpp": "testing", "inspect.hpp": "inspect", "handoff.hpp": "apps", "opencv.hpp": "apps",
         "asio.hpp": "apps"}
# An engine reports in the public terms of its pattern.
REPORTS_AS = {"queue": "channel"}
GATHERING = ["handoff.hpp", "opencv.hpp", "asio.hpp", "typed.hpp", "inspect.hpp"]
# The C interface: its headers include each other and these, and no C++.
LANGUAGE_HEADERS = ["stdbool.h", "stddef.h", "stdint.h", "string.h"]

OS_HEADER = re.compile(r"^(?!handoff/|opencv2/|boost/).*\.h$")
MAPPING = re.compile(r"^boost/interprocess/(mapped_region|.*shared_memory.*|file_mapping|managed_.*|.*_mapped_file|"
                     r"offset_ptr|allocators/.*|containers/.*)\.hpp$")
INCLUDE = re.compile(r'^\s*#\s*include\s*(<([^>]+)>|"([^"]+)")')
SOURCES = {".cpp", ".hpp", ".h"}


def includes_of(path):
    """(line number, spelling, is it in <>) of every include."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[2] or match[3], bool(match[2])


def files_in(folder):
    return sorted(f for f in folder.rglob("*") if f.suffix in SOURCES) if folder.is_dir() else []


def room_of(relative):
    """src/slot/x.hpp -> slot; src/error.cpp -> "" (the root, which sees public headers only)."""
    return relative.parts[1] if len(relative.parts) > 2 else ""


def check_source(relative, spelling, angled):
    room = room_of(relative)
    if room and room not in ROOMS:
        return f"the room '{room}' is not in the law; add it to ROOMS in cmake/check_law.py"
    allowed = {room, *ROOMS.get(room, [])}
    if not angled:
        other = spelling.split("/")[0] if "/" in spelling else None
        if other is None:
            return f'write "{room}/{spelling}": private headers are named from src/'
        return None if other in allowed else f"{room or 'src/'} may not include {other}"
    if spelling.startswith("handoff/"):
        owner = OWNER.get(spelling.removeprefix("handoff/"))
        return None if owner is None or owner in {*allowed, REPORTS_AS.get(room)} else f"{room or 'src/'} may not include what {owner} offers"
    if spelling.startswith("opencv2/"):
        return "OpenCV belongs in apps and <handoff/opencv.hpp>"
    if OS_HEADER.match(spelling) and room not in ("platform", "testing"):
        return "headers of the operating system belong in src/platform and src/testing"
    if MAPPING.match(spelling) and room != "segment":
        return "mappings of Boost.Interprocess belong in src/segment"
    return None


def check_public(relative, spelling, angled):
    name = relative.name
    if not angled:
        return "a public header includes public headers only, as <handoff/...>"
    in_c, includes_c = relative.suffix == ".h", spelling.startswith("handoff/") and spelling.endswith(".h")
    if in_c or includes_c:
        return None if in_c and (includes_c or spelling in LANGUAGE_HEADERS) else "C headers include C headers only"
    if spelling.startswith("handoff/"):
        owner = OWNER.get(spelling.removeprefix("handoff/"))
        if owner in ("testing", "apps") or (owner and name not in GATHERING):
            return f"{name} may not include {spelling.removeprefix('handoff/')}"
        return None
    if spelling.startswith("opencv2/"):
        return None if name == "opencv.hpp" else "OpenCV belongs in apps and <handoff/opencv.hpp>"
    if spelling.startswith("boost/asio"):
        return None if name == "asio.hpp" else "Boost.Asio belongs in apps and <handoff/asio.hpp>"
    if OS_HEADER.match(spelling) and name != "asio.hpp":  # which copies descriptors, and has no source file
        return "headers of the operating system belong in src/platform and src/testing"
    if spelling.startswith("boost/interprocess/"):
        return "users must not need Boost.Interprocess"
    return None


def check_app(relative, spelling, angled):
    if angled:
        return None
    room, other = room_of(relative), spelling.split("/")[0]
    if other in ROOMS:
        return "programs use public headers only, as <handoff/...>"
    if room not in APPS:
        return f"the room '{room}' is not in the law; add it to APPS in cmake/check_law.py"
    return None if other in (room, *APPS[room]) else f"{room} may not include {other}"


def mutual_folders(root, files):
    """Pairs of folders that include each other; a folder of src/ or apps/ is named as in the includes."""
    edges = {}
    for path in files:
        relative = path.relative_to(root)
        here = room_of(relative)
        for number, spelling, angled in includes_of(path):
            there = spelling.split("/")[0]
            if not angled and "/" in spelling and there != here:
                edges.setdefault((relative.parts[0], here, there), f"{relative}:{number}")
    for (top, here, there), place in sorted(edges.items()):
        back = edges.get((top, there, here))
        if back and here < there:
            yield f"{place}: {here} and {there} include each other (the other way: {back})"


def violations(root):
    found = []
    for folder, check in (("src", check_source), ("include/handoff", check_public), ("apps", check_app)):
        files = files_in(root / folder)
        for path in files:
            relative = path.relative_to(root)
            for number, spelling, angled in includes_of(path):
                wrong = check(relative, spelling, angled)
                if wrong:
                    found.append(f"{relative}:{number}: includes {spelling}: {wrong}")
        found.extend(mutual_folders(root, files))
    return found


GOOD = {
    "src/error.cpp": "#include <handoff/error.hpp>",
    "src/platform/a.hpp": "#include <unistd.h>",
    "src/sync/a.hpp": '#include "platform/a.hpp"',
    "src/image/a.cpp": "#include <handoff/image.hpp>",
    "src/segment/a.cpp": '#include <boost/interprocess/mapped_region.hpp>\n#include "sync/a.hpp"',
    "src/channel/a.cpp": '#include <handoff/channel.hpp>\n#include "slot/a.hpp"\n#include "queue/b.hpp"\n#include "channel/b.hpp"',
    "src/queue/a.cpp": '#include <handoff/channel.hpp>\n#include "slot/a.hpp"',
    "src/topic/a.cpp": '#include <handoff/topic.hpp>\n#include "broadcast/a.hpp"',
    "src/testing/a.cpp": "#include <sys/wait.h>\n#include <handoff/testing.hpp>",
    "src/c/a.cpp": '#include <handoff/c/topic.h>\n#include <handoff/topic.hpp>\n#include "segment/a.hpp"',
    "include/handoff/handoff.h": "#include <handoff/c/topic.h>",
    "include/handoff/c/topic.h": "#include <stdint.h>\n#include <handoff/c/common.h>",
    "include/handoff/opencv.hpp": "#include <opencv2/core.hpp>\n#include <handoff/channel.hpp>",
    "include/handoff/asio.hpp": "#include <boost/asio/post.hpp>\n#include <fcntl.h>\n#include <handoff/topic.hpp>",
    "include/handoff/channel.hpp": "#include <handoff/image.hpp>\n#include <vector>",
    "apps/sender/main.cpp": '#include <unistd.h>\n#include <opencv2/core.hpp>\n#include "sender/options.hpp"',
    "apps/tool/a.hpp": '#include "tool/recording/player.hpp"\n#include "mcap/reader.hpp"\n#include "cli/json.hpp"',
    "apps/receiver/a.hpp": '#include "pictures/output_folder.hpp"',
}
BAD = {
    "src/platform/b.cpp": ['#include "sync/a.hpp"', '#  include "channel/a.hpp"', "#include <handoff/channel.hpp>",
                           '#include "a.hpp"', "#include <opencv2/core.hpp>"],
    "src/sync/b.cpp": ["#include <unistd.h>", "#include <linux/futex.h>",
                       "#include <boost/interprocess/managed_shared_memory.hpp>"],
    "src/channel/b.cpp": ["#include <boost/interprocess/mapped_region.hpp>", "#include <handoff/testing.hpp>",
                          '#include "topic/a.hpp"', "#include <handoff/topic.hpp>", "#include <handoff/handoff.hpp>"],
    "src/queue/b.cpp": ['#include "broadcast/a.hpp"', '#include "channel/a.hpp"', "#include <handoff/topic.hpp>"],
    "src/broadcast/b.cpp": ['#include "queue/a.hpp"', '#include "topic/a.hpp"', "#include <handoff/channel.hpp>"],
    "src/topic/b.cpp": ['#include "queue/a.hpp"', '#include "channel/a.hpp"', "#include <handoff/channel.hpp>"],
    "src/misc/b.cpp": ["#include <vector>"],
    "src/b.cpp": ['#include "channel/a.hpp"'],
    "include/handoff/asio.hpp": ["#include <opencv2/core.hpp>", "#include <handoff/testing.hpp>"],
    "include/handoff/channel.hpp": ["#include <opencv2/core.hpp>", "#include <boost/asio/post.hpp>", '#include "slot/a.hpp"', "#include <fcntl.h>",
                                    "#include <boost/interprocess/mapped_region.hpp>",
                                    "#include <handoff/testing.hpp>", "#include <handoff/topic.hpp>"],
    "src/c/a.cpp": ["#include <unistd.h>", '#include "platform/a.hpp"'],
    "include/handoff/c/topic.h": ["#include <unistd.h>", "#include <vector>", "#include <handoff/topic.hpp>"],
    "include/handoff/topic.hpp": ["#include <handoff/c/topic.h>"],
    "apps/sender/main.cpp": ['#include "slot/a.hpp"'],
    "apps/sender/b.cpp": ['#include "receiver/a.hpp"', '#include "mcap/reader.hpp"'],
    "apps/cli/a.hpp": ['#include "pictures/output_folder.hpp"'],
    "apps/mcap/a.hpp": ['#include "tool/table.hpp"'],
    "apps/more/a.hpp": ['#include "cli/json.hpp"'],
}


def self_check():
    def tree_with(extra):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, text in {**GOOD, **extra}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text + "\n", encoding="utf-8")
            return violations(root)

    mistakes = [f"a good tree is refused: {wrong}" for wrong in tree_with({})]
    checked = 0
    for name, lines in BAD.items():
        for line in lines:
            checked += 1
            if not tree_with({name: line}):
                mistakes.append(f"{name} with {line} is not noticed")
    print("\n".join(mistakes) or f"{checked} violations noticed, a good tree accepted")
    return 1 if mistakes else 0


def main():
    if sys.argv[1:] == ["--self-check"]:
        return self_check()
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "src").is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    found = violations(Path(sys.argv[1]))
    print("\n".join(found) or "the law holds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
