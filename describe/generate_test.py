#!/usr/bin/python3
"""Whether generate.py notices what is stale, writes one new line everywhere, and refuses what it cannot write."""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = ["describe", "include", "src/described", "src/c", "bindings/node/index.d.ts", "bindings/python/handoff",
           "docs"]
OPTION = ('  { name = "colour_depth", type = "u32", least = 1, most = 32, default = 8, rule = "equal", says = "bits", '
          "abi = 9 },\n")
SLOT_COUNT = '  { name = "slot_count", type = "u32", least = 1'  # its line in the table of a channel's shape


class Generate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in WRITTEN:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            copy(ROOT / name, self.root / name)

    def run_it(self, *arguments):
        done = subprocess.run([sys.executable, ROOT / "describe/generate.py", *arguments, self.root], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout

    def edit(self, name, old, new):
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        self.assertTrue(old in text, f"{name} has no {old}")
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def test_a_tree_as_it_was_written_is_accepted(self):
        status, said = self.run_it("--check")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.run_it(), (0, ""))

    def test_what_is_stale_is_named_with_what_to_type_and_written_anew(self):
        self.edit("include/handoff/channel_shape.hpp", "messages that can exist at once", "messages that cannot exist")
        self.edit("docs/topic.md", "| `pin_budget` |", "| `budget` |")
        self.edit("src/described/described.hpp", '"slotCount"', '"slots"')
        status, said = self.run_it("--check")
        self.assertEqual((status, len(said.splitlines())), (1, 4), said)
        for word in ("include/handoff/channel_shape.hpp", "docs/topic.md", "src/described/described.hpp",
                     "type: describe/generate.py"):
            self.assertIn(word, said)
        self.run_it()
        self.assertEqual(self.run_it("--check")[0], 0)
        for name in ("include/handoff/channel_shape.hpp", "docs/topic.md", "src/described/described.hpp"):
            self.assertEqual((self.root / name).read_bytes(), (ROOT / name).read_bytes())

    def test_the_sentence_of_a_struct_stands_above_it_in_every_language(self):
        tables = tomllib.loads((ROOT / "describe/handoff.toml").read_text(encoding="utf-8"))
        headers = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "include").rglob("*.h*"))
        node = (ROOT / "bindings/node/index.d.ts").read_text(encoding="utf-8")
        said = {name: table["says"] for name, table in tables.items() if "says" in table}
        self.assertGreater(len(said), 4)
        for name, says in said.items():
            c = "handoff_" + re.sub(r"(?<=.)([A-Z])", r"_\1", name).lower()
            self.assertIn(f"\n/// {says}\nstruct {name} {{\n", headers)
            self.assertIn(f"\n/* {says} Begin with {c}_init. */\ntypedef struct {c} {{\n", headers)
            self.assertIn(f"\n/** {says} */\nexport interface {name} {{\n", node)

    def test_an_error_is_a_class_of_python(self):
        self.edit("describe/handoff.toml", '  { name = "stopped"', '  { name = "too_cold", says = "minus ten", message = "it froze" },\n'
                  '  { name = "stopped"')
        self.run_it()
        classes = (self.root / "bindings/python/handoff/_errors.py").read_text(encoding="utf-8")
        self.assertIn('\n\nclass TooCold(Error):\n    """Minus ten."""\n\n    code = 23\n', classes)
        self.assertIn('\n    code = 24\n', classes)

    def test_one_line_is_an_option_everywhere(self):
        self.edit("describe/handoff.toml", SLOT_COUNT, OPTION + SLOT_COUNT)
        self.run_it()
        for name, line in {
                "include/handoff/channel_shape.hpp": "<std::uint32_t> colour_depth{};  ///< bits (1 to 32; default 8; equal)",
                "include/handoff/c/channel.h": "    shape->colour_depth = HANDOFF_NOT_GIVEN;",
                "src/described/described.hpp": "inline constexpr Limit colour_depth{1, 32, 8}, slot_count",
                "bindings/python/handoff/__init__.pyi": "        colour_depth: int | None = None,",
                "bindings/node/index.d.ts": "  colourDepth?: number;",
                "docs/channel.md": "| `colour_depth` | `colourDepth` | 8 | the same | bits (1 to 32) |"}.items():
            self.assertTrue(line in (self.root / name).read_text(encoding="utf-8"), f"{name} has no line {line}")
        c = (self.root / "include/handoff/c/channel.h").read_text(encoding="utf-8")
        before, added = c.index("uint32_t mode;"), c.index("uint32_t colour_depth;")
        self.assertLess(before, added, "what a later version adds stands behind")
        self.assertIn("uint32_t reserved9;", c[added:])

    def test_a_region_without_an_end_is_refused_and_nothing_is_written(self):
        before = (self.root / "docs/topic.md").read_bytes()
        self.edit("include/handoff/wait.hpp", "    // end of generated\n", "")
        self.edit("describe/handoff.toml", '"messages kept"', '"messages that are kept"')
        status, said = self.run_it()
        self.assertEqual(status, 1)
        self.assertIn("wait.hpp: its last region has no end", said)
        self.assertEqual((self.root / "docs/topic.md").read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
