"""Which test runs or reads each code block of the pages. A block that no list names is a mistake, and so is a line of a
list that no block needs.
"""

import re
from fnmatch import fnmatch

from transcripts import blocks

TOOL, PACKAGE, DEV = "docs/snippets/check_tool_pages.py", "test/package/use_package.cmake", "test/dev_test.py"
KILLS, NODE = "docs/snippets/check_transcripts.py", "test/bindings/node/docs_test.js"

# Page, how the block begins, and the test, whose text names the page. Blocks of C++ are in docs/snippets/*.cpp instead.
TESTED = (
    ("README.md", "./dev ", DEV),
    ("CONTRIBUTING.md", "./dev ", DEV),
    ("README.md", "== building", KILLS),
    ("docs/reliability.md", "receiver ", KILLS),
    ("docs/reliability.md", "kill.sh: ", KILLS),
    ("README.md", "$ handoff ", TOOL),
    ("docs/tool.md", "$ handoff ", TOOL),
    ("docs/tool.md", "$ kill ", TOOL),
    ("docs/tool.md", "what looks wrong", TOOL),
    ("docs/recordings.md", "$ handoff ", TOOL),
    ("docs/channel.md", "the channel '", TOOL),
    ("docs/channel.md", "sum ", "docs/snippets/check_pair.py"),
    ("docs/recordings.md", "const reader", "test/tool/recording_mcap_test.mjs"),
    ("README.md", "cmake -B build ", PACKAGE),
    ("README.md", "find_package(", PACKAGE),
    ("README.md", "c++ ", PACKAGE),
    ("docs/opencv.md", "find_package(", PACKAGE),
    ("docs/opencv.md", "c++ ", PACKAGE),
    ("docs/testing.md", "find_package(", PACKAGE),
    ("docs/testing.md", "c++ ", PACKAGE),
    ("docs/nodejs.md", "", NODE),
    ("docs/python.md", "apt-get ", "test/bindings/python/package_test.py"),
    ("docs/python.md", "python3 ", "test/bindings/python/package_test.py"),
    ("docs/python.md", "handoff: a write ", "test/bindings/python/readonly_test.py"),
    ("docs/python.md", "", "test/bindings/docs/python_page_test.py"),
    ("docs/examples/*.md", "", "docs/snippets/check_commands.py"),
    ("docs/design/layout.md", "", "docs/snippets/check_layout_page.py"),
    ("bench/README.md", "", "docs/snippets/code_blocks.py"),
)
# Page, how the block begins, and why nothing runs it.
NOT_RUN = (
    ("ARCHITECTURE.md", " sender ", "a drawing"),
    ("docs/design/*.md", "", "protocols in words: models/ and test/weak run them"),
    ("docs/measurements/reliability.md", "", "written by ./dev prove"),
    ("test/bindings/matrix/README.md", "peer ", "how matrix_test.py starts its programs"),
)


def names_page(root, test, page):
    text = (root / test).read_text(encoding="utf-8")
    return page.rsplit("/")[-1] in text or '"*.md"' in text


def row_of(page, text):
    return next((row for row in TESTED + NOT_RUN if fnmatch(page, row[0]) and text.startswith(row[1])), None)


def is_compiled(root, text):
    """All its lines are in one of the programs that the tests compile and run."""
    lines = {line.strip() for line in text.splitlines()}
    return any(lines <= {line.strip() for line in snippet.read_text(encoding="utf-8").splitlines() + [""]}
               for snippet in (root / "docs/snippets").glob("*.cpp"))


def blocks_that_nothing_runs(root, pages):
    used = set()
    for path in pages:
        page, content = str(path.relative_to(root)), path.read_text(encoding="utf-8")
        for language, text in blocks(content):
            beginning = text.splitlines()[0]
            if language == "cpp":
                if not is_compiled(root, text):
                    yield f"{page}: no program of docs/snippets has all lines of the block that begins with: {beginning}"
            elif row := row_of(page, text):
                used.add(row)
            else:
                yield f"{page}: nothing runs or reads the block that begins with: {beginning}"
        if content.count("\n```") + content.startswith("```") != 2 * len(blocks(content)):
            yield f"{page}: a block that is not closed, or indented"
    yield from (f"docs/snippets/code_blocks.py has a row that no block needs: {row}"
                for row in TESTED + NOT_RUN if row not in used)
    yield from (f"{test} does not name {page}" for page, _, test in TESTED if not names_page(root, test, page))


def commands_of_the_benchmark_that_fail(root):
    """The options are there, and a page that is to be filled has a place for it."""
    main = {"handoff_bench": "bench/main.cpp", "handoff_bench_crowd": "bench/crowd/main.cpp"}
    for _, text in blocks((root / "bench/README.md").read_text(encoding="utf-8")):
        for program, arguments in re.findall(r"^build/bin/(\w+)([^#\n]*)", text, re.MULTILINE):
            source = (root / main[program]).read_text(encoding="utf-8") if program in main else ""
            yield from (f"bench/README.md: {program} has no option --{option}"
                        for option in re.findall(r" --(\w+)", arguments) if f'add("{option}"' not in source)
            for page in re.findall(r"--page (\S+)", arguments):
                if not (root / page).is_file() or "<!-- bench:" not in (root / page).read_text(encoding="utf-8"):
                    yield f"bench/README.md: {program} cannot fill {page}"
        for target in re.findall(r"--target (\w+)", text):
            if target not in (root / "bench/CMakeLists.txt").read_text(encoding="utf-8"):
                yield f"bench/README.md: there is no target {target}"
