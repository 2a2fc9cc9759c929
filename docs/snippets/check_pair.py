#!/usr/bin/python3
"""Runs the two programs of docs/channel.md together: both must end well, and print what the page says they print.

usage: check_pair.py SENDER RECEIVER PAGE
"""

import re
import subprocess
import sys
from pathlib import Path

receiver = subprocess.Popen([sys.argv[2]], text=True, stdout=subprocess.PIPE)
sender = subprocess.Popen([sys.argv[1]], text=True, stdout=subprocess.PIPE)
printed = sender.communicate(timeout=50)[0] + receiver.communicate(timeout=50)[0]
shown = re.search(r"^They print:\n\n```\n(.*?)```$", Path(sys.argv[3]).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
if sender.returncode or receiver.returncode:
    sys.exit(f"sender ended with {sender.returncode}, receiver with {receiver.returncode}")
if printed != shown[1]:
    sys.exit(f"{sys.argv[3]} shows:\n{shown[1]}--- they print:\n{printed}")
