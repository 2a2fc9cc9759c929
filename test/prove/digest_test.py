#!/usr/bin/python3
"""What the digest of the protocol's sources sees, and what it does not."""

import sys
import unittest

sys.dont_write_bytecode = True
from digest import PARTS, admits, digest, ledger, sources, stale_parts, without_comments


def same(left, right):
    return "".join(without_comments(left)) == "".join(without_comments(right))


class Digest(unittest.TestCase):
    def test_comments_and_white_space_do_not_count(self):
        self.assertTrue(same("a = 1;  // one\n", "/* two */ a=1;\n\n"))
        self.assertTrue(same("f(a,\n  b);", "f(a, b); // c"))
        self.assertTrue(same("n = 65'536;  // one\nm = 0xff'ffU;", "n = 65'536;  // another\nm = 0xff'ffU;"))

    def test_every_other_character_counts(self):
        self.assertFalse(same("a = 1;", "a = 2;"))
        self.assertFalse(same("n = 65'536;", "n = 65'537;"))
        self.assertFalse(same('s = "// kept";', 's = "// other";'))
        self.assertFalse(same("c = '\"'; // x", "c = '\\''; // x"))
        self.assertFalse(same('s = "/*"; a(); t = "*/";', 's = "/*"; b(); t = "*/";'))

    def test_it_reads_the_protocol(self):
        names = {path.name for path in sources()}
        self.assertTrue({"slot_protocol.cpp", "ring.cpp", "broadcast.cpp", "registry.cpp", "futex_condition.hpp",
                         "look_schedule.hpp", "segment.cpp", "lock_file.cpp"} <= names)
        self.assertRegex(digest(), "^[0-9a-f]{16}$")

    def test_each_part_says_which_protocol_it_tried(self):
        now = digest()
        self.assertEqual(stale_parts("", now), list(PARTS))
        first = ledger("", "abc", "a machine", [part for part in PARTS if part != "mutants"])
        self.assertEqual(stale_parts(first, now), ["mutants"])
        older = first.replace(now, "0123456789abcdef")
        self.assertEqual(stale_parts(older, now), list(PARTS))
        some = ledger(older, "def", "a machine", ["soak", "mutants"])
        self.assertEqual(stale_parts(some, now), [part for part in PARTS if part not in ("soak", "mutants")])
        self.assertIn("| soak | ", some)
        self.assertIn("| abc | 0123456789abcdef |", some)

    def test_a_page_says_which_parts_are_old(self):
        now = digest()
        some = ledger("", "abc", "a machine", ["soak", "models"])
        stale = stale_parts(some, now)
        self.assertTrue(admits(some, stale))
        self.assertFalse(admits(some, stale[1:]))  # it says more than is true
        self.assertFalse(admits(some, [*stale, "soak"]))  # the protocol has changed since
        self.assertFalse(admits(some, []))
        self.assertTrue(admits(ledger("", "abc", "a machine", PARTS), []))


if __name__ == "__main__":
    unittest.main()
