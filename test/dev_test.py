#!/usr/bin/python3
"""./dev on a machine that a few lines of shell pretend: packages missing, sudo that refuses, a compiler that fails."""

import os
import pty
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

DEV = Path(__file__).resolve().parents[1] / "dev"
ON_GROUND = Path(__file__).resolve().parent / "on_ground.sh"


class Machine(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        (self.root / "bin").mkdir()
        self.dev = self.root / "dev"
        self.dev.write_bytes(DEV.read_bytes())
        self.dev.chmod(0o755)
        self.program("dpkg-query", "echo installed")
        self.program("ninja", "exit 1")

    def program(self, name, script):
        path = self.root / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def run_dev(self, *words, **options):
        environment = {**os.environ, "PATH": f"{self.root}/bin:{os.environ['PATH']}"}
        return subprocess.run([self.dev, *words], env=environment, text=True, timeout=20, check=False,
                              **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **options})

    def test_verbs_that_take_nothing_refuse_a_word(self):
        self.program("cmake", "echo cmake was started")
        self.assertIn("test takes nothing after it, or: all. It was given: now", self.run_dev("test", "now").stdout)
        for verb in ("sanitize", "build", "models", "arm64", "arm32", "format", "lint"):
            done = self.run_dev(verb, "now")
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"{verb} takes nothing after it, but was given: now", done.stdout)
            self.assertIn("./dev [--yes] VERB", self.run_dev(verb, "--help").stdout)

    def test_an_ordinary_user_without_rights_is_told_what_root_has_to_do(self):
        self.program("dpkg-query", "echo unknown")
        self.program("id", 'case $1 in -u) echo 1000 ;; *) echo somebody ;; esac')
        self.program("sudo", 'echo "somebody is not in the sudoers file." >&2; exit 1')
        done = self.run_dev("build")
        self.assertEqual(done.returncode, 1)
        self.assertIn("sudo does not let somebody install them. As root: apt-get install g++ cmake", done.stdout)
        self.assertNotIn("network", done.stdout)

    def at_a_terminal(self, typed, *words):
        """The output of ./dev at a terminal, and how it ends."""
        ours, theirs = pty.openpty()
        os.write(ours, typed)
        done = self.run_dev(*words, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        shown = os.read(ours, 65536).decode()
        os.close(ours)
        return shown, done.returncode

    def test_who_sits_at_a_terminal_is_asked_before_anything_is_installed(self):
        self.program("dpkg-query", "echo unknown")
        self.program("id", "echo 0")
        self.program("apt-get", f"echo \"$@\" >>{self.root}/installed")
        self.program("cmake", "true")
        installed = self.root / "installed"
        shown, code = self.at_a_terminal(b"n\n", "build")
        self.assertIn("To be installed with apt-get: g++ cmake", shown)
        self.assertIn("nothing was installed. To do it by hand: apt-get install g++ cmake", shown)
        self.assertEqual((code, installed.exists()), (1, False))
        for typed, words in ((b"\n", ("build",)), (b"", ("--yes", "build"))):
            shown, code = self.at_a_terminal(typed, *words)
            self.assertEqual("Go on?" in shown, "--yes" not in words)
            self.assertEqual((code, installed.exists()), (0, True), shown)
            installed.unlink()
        self.assertEqual(self.run_dev("build", stdin=subprocess.DEVNULL).returncode, 0)  # a script
        self.assertTrue(installed.exists())

    def test_a_build_that_fails_shows_why_and_ends_so(self):
        self.program("cmake", 'case $1 in --build) echo "[1/2] Building a.o"; echo "a.cpp:1: error: no"; exit 3 ;; esac')
        done = self.run_dev("build")
        self.assertEqual(done.returncode, 1)
        self.assertIn("a.cpp:1: error: no", done.stdout)
        self.assertNotIn("[1/2]", done.stdout)

    def test_what_an_earlier_build_left_behind_says_nothing_of_this_one(self):
        self.program("cmake", 'case $1 in --build) kill -INT $PPID; exit 1 ;; esac')
        self.assertNotEqual(self.run_dev("build").returncode, 0)
        for left in ("dev.log.failed", "dev.log.done"):
            (self.root / "build" / left).touch()
            self.program("cmake", "true")
            self.assertEqual(self.run_dev("build").returncode, 0)
            (self.root / "build" / left).touch()
            self.program("cmake", 'case $1 in --build) exit 1 ;; esac')
            self.assertEqual(self.run_dev("build").returncode, 1)

    def test_a_machine_without_proc_builds_one_file_at_a_time(self):
        self.program("awk", 'case $* in *meminfo*) exit 2 ;; esac; exec /usr/bin/awk "$@"')
        self.program("cmake", f'case $1 in --build) echo "$@" >{self.root}/words ;; esac')
        self.assertEqual(self.run_dev("build").returncode, 0)
        self.assertIn("-j 1", (self.root / "words").read_text())

    def test_a_test_is_skipped_in_words_where_its_ground_is_missing(self):
        def on_ground():
            return subprocess.run([ON_GROUND, "echo", "it ran"], env={**os.environ, "HANDOFF_ROOT": f"{self.root}/machine"},
                                  text=True, capture_output=True, check=False)

        for there, missing in ((), ("/dev/shm", "/proc")), (("proc/self/fd",), ("/dev/shm",)), (("dev/shm",), ()):
            for folder in there:
                (self.root / "machine" / folder).mkdir(parents=True)
            done = on_ground()
            self.assertEqual(done.returncode, 77 if missing else 0)
            self.assertEqual("it ran" in done.stdout, not missing)
            self.assertEqual([name for name in ("/dev/shm", "/proc") if name in done.stdout], list(missing))

    def test_all_tests_are_the_fast_ones_and_the_others_and_those_under_sanitizers(self):
        self.program("cmake", f'case $1 in --build) mkdir -p "$2"; echo "built $*" >>{self.root}/words ;; esac')
        self.program("ctest", f'echo "tested $*" >>{self.root}/words\n'
                              'case $* in *-N*) echo "Total Tests: 1" ;; *) echo "1/1 Test #1: a ...   Passed   0.1 sec" ;; esac')

        def words_of(*words):
            done = self.run_dev(*words)
            self.assertEqual(done.returncode, 0, done.stdout)
            lines = (self.root / "words").read_text().splitlines()
            (self.root / "words").unlink()
            return done.stdout.splitlines()[-1], [line for line in lines if "-N" not in line]

        last, fast = words_of("test")
        self.assertEqual(last, "1 passed, 0 failed")
        self.assertIn("--target handoff_programs handoff_fast_tests", fast[0])
        self.assertIn("-L ^fast$", fast[1])
        last, every = words_of("test", "all")
        self.assertEqual(last, "4 passed, 0 failed")
        self.assertEqual(every[:2], fast)
        self.assertIn("-LE ^fast$", every[3])
        self.assertEqual(sum(line.startswith("built") for line in every), 4)

    def test_a_terminal_sees_how_far_the_build_is(self):
        self.program("cmake", 'case $1 in --build) echo "[1/2] Building a.o"; echo "[2/2] Linking a" ;; esac')
        self.assertNotIn("[2/2]", self.run_dev("build").stdout)
        ours, theirs = pty.openpty()
        done = self.run_dev("build", stdout=theirs, stderr=theirs)
        os.close(theirs)
        self.assertEqual(done.returncode, 0)
        shown = os.read(ours, 65536).decode()
        os.close(ours)
        self.assertIn("[1/2]", shown)
        self.assertIn("[2/2]", shown)
        self.assertNotIn("Linking", shown)

    def test_every_command_of_a_page_is_in_the_help(self):
        known = self.run_dev("help").stdout
        root = DEV.parent
        pages = [page for page in root.rglob("*.md") if not {"build", "node_modules"} & set(page.relative_to(root).parts)]
        shown = {(page.name, *words) for page in pages
                 for words in re.findall(r"\./dev ([a-z]\w*)(?: ([a-z]\w*)\b(?![/.]))?", page.read_text(encoding="utf-8"))}
        self.assertGreater(len(shown), 10)
        for page, verb, more in sorted(shown):
            self.assertRegex(known, rf"(?m)^  {' '.join([verb, more]).strip()}\b", page)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
