#!/usr/bin/python3
"""Looks at the frames of video_wall writers, in C++ or in Python, and checks each pixel. A slow reader loses frames and
prints how many; it slows no other process down."""

import argparse
import collections
import sys

import handoff
import wall


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--name", default="video_wall", help="of the topic")
    options.add_argument("--count", type=int, default=0, help="frames to look at; 0: until the last writer has left")
    options.add_argument("--wait", type=float, default=10, help="seconds to wait for a frame")
    chosen = options.parse_args()
    cameras, lost, wrong = collections.Counter(), 0, 0
    with handoff.Subscriber(chosen.name, **wall.TOPIC, pins=1) as subscriber:
        while chosen.count == 0 or cameras.total() < chosen.count:
            try:
                message = subscriber.next(chosen.wait)
            except handoff.EndOfStream:
                break
            with message:  # pinned: not overwritten while we read it
                lost += message.lost
                wrong += wall.number_of(message.array) == 0
                cameras[message.image.frame_id] += 1
    seen = ", ".join(f"{camera} {count}" for camera, count in sorted(cameras.items()))
    print(f"frames {cameras.total()}, lost {lost}, wrong checksums {wrong}; {seen}")
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        pass
    except handoff.Timeout as error:
        sys.exit(f"{error}; start video_wall_writer, or wait longer with --wait")
