#!/usr/bin/python3
"""Finds the edges in pictures that image_service_client (C++) sends. The picture is read and the answer is written in
shared memory. Killed, it loses no picture: another server, or the next one, gets what it had in hand."""

import argparse
import signal
import sys

import handoff
import numpy as np

try:
    import cv2
except ImportError:
    cv2 = None


def find_edges(picture, answer):
    """picture: (height, width, 3), read-only; answer: (height, width) of uint8."""
    if cv2 is not None:
        gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        answer[:] = cv2.Canny(gray, 80, 160)
        return
    gray = picture.astype(np.int16).sum(axis=2) // 3
    steps = np.abs(np.diff(gray, axis=0, prepend=gray[:1])) + np.abs(np.diff(gray, axis=1, prepend=gray[:, :1]))
    answer[:] = np.where(steps > 40, 255, 0)


def serve(request):
    picture = request.array
    if picture.ndim != 3 or picture.shape[2] != 3:
        request.failed(f"a picture of 3 channels is needed, this has the shape {picture.shape}")
        return
    find_edges(picture, request.reply_array(picture.shape[:2]))
    request.processed()


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--name", default="image_service", help="of the channel")
    options.add_argument("--slots", type=int, default=8, help="pictures that can wait")
    options.add_argument("--pixels", type=int, default=1920 * 1080, help="of the largest picture")
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with handoff.Receiver(chosen.name, slot_count=chosen.slots, payload_bytes=3 * chosen.pixels,
                          reply_bytes=chosen.pixels) as receiver:
        while True:
            try:
                with receiver.receive() as request:
                    serve(request)
            except handoff.EndOfStream:
                continue  # the next client may come


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
