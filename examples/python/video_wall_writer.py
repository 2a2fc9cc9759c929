#!/usr/bin/python3
"""Publishes frames of 1280x720 for video_wall readers, in C++ or in Python. It waits for no reader."""

import argparse
import itertools
import time

import handoff
import wall


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--name", default="video_wall", help="of the topic")
    options.add_argument("--camera", default="camera", help="name in the frames")
    options.add_argument("--count", type=int, default=0, help="frames; 0: until Ctrl-C")
    options.add_argument("--rate", type=float, default=30, help="frames per second, if the machine is fast enough")
    chosen = options.parse_args()
    with handoff.Publisher(chosen.name, **wall.TOPIC) as publisher:
        due = time.monotonic()
        for number in itertools.count(1) if chosen.count == 0 else range(1, chosen.count + 1):
            shape = (wall.HEIGHT, wall.WIDTH, wall.CHANNELS)
            with publisher.loan(shape, frame_id=chosen.camera, capture_time_ns=time.time_ns()) as loan:
                wall.draw(loan.array, number)
                publisher.publish(loan)
            due += 1 / chosen.rate
            time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
