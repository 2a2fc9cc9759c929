#!/usr/bin/python3
"""Puts the tables of a run into docs/measurements/reliability.md.

usage: page.py PAGE FOLDER

Everything between <!-- NAME --> and <!-- end --> becomes what FOLDER/NAME.md holds; a table that was not made in this
run stays as it is, and is named on stderr.
"""

import re
import sys
from pathlib import Path

MARK = re.compile(r"<!-- (\w+) -->\n(.*?)<!-- end -->", re.DOTALL)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    page, folder = Path(sys.argv[1]), Path(sys.argv[2])

    def filled(match):
        table = folder / f"{match[1]}.md"
        if match[1] == "end" or not table.is_file():
            print(f"page.py: {table} is not there; '{match[1]}' stays as it was", file=sys.stderr)
            return match[0]
        return f"<!-- {match[1]} -->\n{table.read_text(encoding='utf-8').strip()}\n<!-- end -->"

    page.write_text(MARK.sub(filled, page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
