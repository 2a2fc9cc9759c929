"""What docs/python.md shows works when pasted."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).resolve().parents[3] / "docs/python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```\n(?:\n(?:It prints|They print):\n\n```\n(.*?)```\n)?", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_a_block_of_the_page_works_when_pasted(number):
    code, printed = BLOCKS[number]
    done = subprocess.run([sys.executable, "-"], input=code, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == printed


def test_no_block_of_the_page_is_left_out():
    install, refusal = 2, 1  # of ../python/package_test.py, and of readonly_test.py
    assert PAGE.count("```sh\n") == install
    printed = sum(bool(printed) for _, printed in BLOCKS)
    assert PAGE.count("```") == 2 * (install + refusal + len(BLOCKS) + printed)


def test_the_page_starts_with_ten_lines_that_work():
    assert len(BLOCKS) >= 4 and PAGE.index("```python") < 600
    assert len(BLOCKS[0][0].splitlines()) == 10 and BLOCKS[0][1]
