"""Samples of any width and number of channels as 16 bits of one channel, without a decoder."""

from __future__ import annotations

# More than any recorder has; so few that a mean is exact in the arithmetic below.
MOST_CHANNELS = 256
# Frames that are mixed at once, which a processor has at hand.
_PART = 1 << 13
# Turns signed bytes into unsigned ones, lowest first, and back.
_FLIP = bytes(value ^ 0x80 for value in range(256))


def narrowed(samples: bytes, width: int) -> bytes:
    """The upper 16 bits of little-endian samples of ``width`` bytes; single bytes are unsigned."""
    whole = samples[: len(samples) // width * width]
    if width == 2:
        return whole
    narrow = bytearray(len(whole) // width * 2)
    if width == 1:
        narrow[1::2] = whole.translate(_FLIP)
    else:
        narrow[0::2] = whole[width - 2 :: width]
        narrow[1::2] = whole[width - 1 :: width]
    return bytes(narrow)


def mono(samples: bytes, channels: int) -> bytes:
    """The mean of the channels of each frame, rounded down. A part of a frame is left out."""
    wide = 2 * channels
    whole = samples[: len(samples) // wide * wide]
    if channels == 1:
        return whole
    step = _PART * wide
    return b"".join(_mean(whole[at : at + step], channels) for at in range(0, len(whole), step))


def _mean(frames: bytes, channels: int) -> bytes:
    """
    The means of all frames at once, each in 64 bits of one large number.

    A sum has less than 24 bits and is multiplied by 2³² / channels, so that its mean stands above
    the lower half, and nothing reaches into the next one.
    """
    count, wide = len(frames) // (2 * channels), 2 * channels
    lane, total = bytearray(8 * count), 0
    for at in range(0, wide, 2):
        lane[0::8] = frames[at::wide]
        lane[1::8] = frames[at + 1 :: wide].translate(_FLIP)
        total += int.from_bytes(lane, "little")
    scaled = (total * -(-(1 << 32) // channels)).to_bytes(8 * count, "little")
    mean = bytearray(2 * count)
    mean[0::2] = scaled[4::8]
    mean[1::2] = scaled[5::8].translate(_FLIP)
    return bytes(mean)
