"""What writers and readers of the video wall agree on: the topic, and what a frame looks like. As in wall.hpp."""

import numpy as np

WIDTH, HEIGHT, CHANNELS = 1280, 720, 3
TOPIC = {"history": 10, "payload_bytes": WIDTH * HEIGHT * CHANNELS, "loans": 2, "pin_budget": 4}
STAMP_WORDS = 2  # the number of the frame and its checksum, burnt into the first pixels


def checksum_of(words, number):
    """FNV-1a over the words of 64 bits behind the stamp."""
    total = 0xCBF29CE484222325 ^ number
    for word in words[STAMP_WORDS:].tolist():
        total = (total ^ word) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return total


def words_of(picture):
    return picture.reshape(-1).view("<u8")


def draw(picture, number):
    """A bar that wanders over a gradient; `picture` is the slot itself."""
    x = np.arange(WIDTH)
    bar = number * 8 % WIDTH
    row = np.stack([x >> (colour + 3) for colour in range(CHANNELS)], axis=1).astype(np.uint8)
    row[(x >= bar) & (x < bar + 40)] = 255
    picture[:] = row
    words = words_of(picture)
    words[:STAMP_WORDS] = number, checksum_of(words, number)


def number_of(picture):
    """The number of a frame whose pixels are whole, otherwise 0."""
    if picture.shape != (HEIGHT, WIDTH, CHANNELS):
        return 0
    words = words_of(picture)
    number, checksum = (int(word) for word in words[:STAMP_WORDS])
    return number if checksum_of(words, number) == checksum else 0
