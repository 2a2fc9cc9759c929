#!/usr/bin/python3
"""Whether the pages hang together: every link between them leads somewhere, every decision says what became of it,
ARCHITECTURE.md and test/README.md name every folder, docs/performance.md shows rows of its measurements, docs/errors.md
every error, and a test runs or reads every code block; functions that a page names are there, its text is wrapped.

usage: check_pages.py REPOSITORY
"""

import re
import sys
import tomllib
from pathlib import Path

sys.dont_write_bytecode = True  # nothing is left in the source tree

from code_blocks import blocks_that_nothing_runs, commands_of_the_benchmark_that_fail  # noqa: E402

ROOT = Path(sys.argv[1]).resolve()
LINK = re.compile(r"\]\(([^)#\s]*)(#[^)\s]*)?\)")
OF_OTHERS = {"main", "help", "add_subdirectory", "handoff_contender", "handoff_rival", "frombuffer", "to_thread",
             "log", "once", "postMessage", "disable"}  # functions that pages name, of C++, CMake, Python and Node.js
STATUS = re.compile(r"^\*\*Status:\*\* (?:accepted|replaced by \[\d+\]\([^)]*\))(.*?)\.$", re.MULTILINE | re.DOTALL)


def pages():
    for path in sorted(ROOT.rglob("*.md")):
        if not {"build", "node_modules"} & set(path.relative_to(ROOT).parts):
            yield path


def without_blocks(text, others=""):
    """The page with empty lines where its blocks were."""
    return re.sub(r"```.*?```" + others, lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", without_blocks(text))


def anchors(text):
    """As the sites that show Markdown make them out of headings."""
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        yield "#" + re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def broken_links():
    for page in pages():
        text = page.read_text(encoding="utf-8")
        for target, anchor in LINK.findall(without_code(text)):
            if re.match(r"[a-z]+:", target):
                continue
            file = (page.parent / target).resolve() if target else page
            where = f"{page.relative_to(ROOT)}: {target}{anchor}"
            if not file.exists():
                yield f"{where} leads nowhere"
            elif anchor and anchor not in anchors(file.read_text(encoding="utf-8")):
                yield f"{where}: that page has no such heading"


def mistakes_of_decisions():
    """Each has a status, stands in the list, and what amends another is named by it."""
    folder, named = ROOT / "docs/decisions", {}
    overview = (folder / "README.md").read_text(encoding="utf-8")
    for page in sorted(folder.glob("[0-9]*.md")):
        number, text = int(page.name[:4]), page.read_text(encoding="utf-8")
        status = STATUS.search(text)
        title = re.match(r"# (\d+)\. (.*)", text)
        if not title or int(title[1]) != number:
            yield f"{page.name}: its title must begin with '# {number}. '"
        elif f"| {number} | [{title[2]}]({page.name}) |" not in overview:
            yield f"docs/decisions/README.md does not list {page.name} by its title"
        if not status:
            yield f"{page.name} has no line '**Status:** accepted' or 'replaced by'"
            continue
        for verb, others in re.findall(r"(amended by|amends) ((?:\[\d+\]\([^)]*\)(?: and )?)+)", " ".join(status[1].split())):
            named.setdefault((number, verb), set()).update(map(int, re.findall(r"\[(\d+)\]", others)))
    for (number, verb), others in named.items():
        back = "amends" if verb == "amended by" else "amended by"
        yield from (f"decision {number} is said to be {verb} {other}, and {other} does not say so"
                    for other in others if number not in named.get((other, back), ()))


def rooms_without_a_word():
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for parent in ("src", "apps", "bindings"):
        yield from (f"ARCHITECTURE.md does not name {parent}/{room.name}" for room in sorted((ROOT / parent).iterdir())
                    if room.is_dir() and f"`{parent}/{room.name}`" not in architecture)
    named = set(re.findall(r"`(\w+/\w+|\w+)`", architecture))
    yield from (f"ARCHITECTURE.md names {room}, which is not there" for room in sorted(named)
                if "/" in room and room.split("/")[0] in ("src", "apps", "bindings") and not (ROOT / room).is_dir())
    tests = (ROOT / "test/README.md").read_text(encoding="utf-8")
    yield from (f"test/README.md does not name {room.name}" for room in sorted((ROOT / "test").iterdir())
                if room.is_dir() and room.name != "__pycache__" and f"`{room.name}`" not in tests)


def errors_that_are_not_told():
    """docs/errors.md has number, name and sentence of every code, and of no other."""
    described = tomllib.loads((ROOT / "describe/handoff.toml").read_text(encoding="utf-8"))["Errc"]
    python = (ROOT / "bindings/python/handoff/_errors.py").read_text(encoding="utf-8")
    types = set(re.findall(r"^class (\w+)\(Error[^=]*code = (\d+)$", python, re.MULTILINE))
    page = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    yield from (f"docs/errors.md names {name}, which Python does not have"
                for code, name in re.findall(r"^\| (\d+) \| `\w+` \| `(\w+)`", page, re.MULTILINE)
                if (name, code) not in types)
    told = set(re.findall(r"^\| (\d+) \| `(\w+)` \| `\w+` \| (.*?) \|", page, re.MULTILINE))
    there = {(str(number), error["name"], error["message"])
             for number, error in enumerate(described["values"], described["first"])}
    yield from (f"docs/errors.md does not say: {' '.join(error)}" for error in sorted(there - told))
    yield from (f"docs/errors.md says of an error that is not there: {' '.join(error)}" for error in sorted(told - there))


def rows_that_nobody_measured():
    """The short table of docs/performance.md is made of rows of the long one."""
    measured = (ROOT / "docs/measurements/performance.md").read_text(encoding="utf-8").splitlines()
    table = re.search(r"^## In short\n\n(.*?)\n\n", (ROOT / "docs/performance.md").read_text(encoding="utf-8"),
                      re.MULTILINE | re.DOTALL)
    yield from (f"docs/performance.md shows a row that docs/measurements/performance.md does not have: {row}"
                for row in table[1].splitlines() if row not in measured)


def names_that_no_interface_has():
    """`name()` on a page is a function of a header, a binding or the sources. What changed and why may name old ones."""
    there = set(OF_OTHERS)
    for folder in ("include", "bindings", "src"):
        for file in (ROOT / folder).rglob("*.*"):
            if file.suffix in (".hpp", ".h", ".cpp", ".py", ".pyi", ".js", ".ts"):
                there.update(re.findall(r"\w+(?=[(<])", file.read_text(encoding="utf-8")))
    for page in pages():
        where = str(page.relative_to(ROOT))
        if where != "CHANGELOG.md" and not where.startswith("docs/decisions/"):
            for span in re.findall(r"`([^`\n]+)`", without_blocks(page.read_text(encoding="utf-8"))):
                yield from (f"{where}: `{span}`: no header and no binding has {name}()"
                            for name in re.findall(r"^(?:[\w:.]*[:.])?(\w+)\(", span) if name not in there)


def lines_that_are_too_long():
    """Text is wrapped at 120; tables, code and what programs wrote are not."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        if page.parent != ROOT / "docs/measurements":
            lines = without_blocks(text, r"|<!-- bench:.*?<!-- /bench -->").splitlines()
            yield from (f"{page.relative_to(ROOT)}:{number} has {len(line)} letters; text is wrapped at 120"
                        for number, line in enumerate(lines, 1) if len(line) > 120 and not line.startswith("|"))


def age_that_is_not_told():
    """docs/reliability.md says that its tables are old while their page says so."""
    words = " ".join((ROOT / "docs/reliability.md").read_text(encoding="utf-8").split())
    told = "made before the last changes of the protocol" in words
    if told != ("\nMade with another protocol" in (ROOT / "docs/measurements/reliability.md").read_text(encoding="utf-8")):
        yield "docs/reliability.md " + ("says that parts are old, and none is" if told else "does not say that parts are old")


def pages_that_are_too_long():
    for name, most in (("README.md", 170), ("docs/reliability.md", 120), ("docs/performance.md", 120)):
        lines = (ROOT / name).read_text(encoding="utf-8").count("\n")
        if lines > most:
            yield f"{name} has {lines} lines; {most} are enough"


wrong = [*errors_that_are_not_told(), *rows_that_nobody_measured(), *blocks_that_nothing_runs(ROOT, list(pages())),
         *commands_of_the_benchmark_that_fail(ROOT), *names_that_no_interface_has(), *age_that_is_not_told(),
         *pages_that_are_too_long(), *lines_that_are_too_long(), *rooms_without_a_word(), *broken_links(),
         *mistakes_of_decisions()]
sys.exit("\n".join(wrong) if wrong else 0)
