"""What the tests of the pages share: the code blocks of a page, and whether two lines are the same but for figures."""

import re


def blocks(page):
    """(language, text) of every code block."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def shape(line):
    """The line without numbers, units, names in quotation marks, and the widths of columns."""
    line = re.sub(r"'[^']*'", "NAME", line)
    line = re.sub(r"\b(?=[a-f]*\d)[0-9a-f]{8,}\b", "N", line)
    line = re.sub(r"\d[\d.,]*(?: (?:B|kB|MB|GB|ns|us|ms|s|min)\b)?", "N", line)
    return " ".join(line.split())
