#!/usr/bin/python3
"""Prints the float that shared_float_writer (C++) writes: its number and the value, one line each."""

import argparse
import sys

import handoff


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--name", default="shared_float", help="of the shared value")
    options.add_argument("--count", type=int, default=0, help="values to print; 0: until Ctrl-C")
    options.add_argument("--wait", type=float, default=10, help="seconds to wait for a new value")
    chosen = options.parse_args()
    with handoff.Latest(chosen.name, "f4") as shared:
        printed = 0
        while chosen.count == 0 or printed < chosen.count:
            newest = shared.wait_newer(chosen.wait)
            print(newest.sequence, newest.value, flush=True)
            printed += 1


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
    except handoff.Timeout as error:
        sys.exit(f"{error}; start shared_float_writer, or wait longer with --wait")
