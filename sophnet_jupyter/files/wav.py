"""WAV files: written, and their heads read; a streamed one says no length, which means hours."""

from __future__ import annotations

import struct
from typing import NamedTuple

# Before the samples of a plain file.
PLAIN_HEAD = 44


class Layout(NamedTuple):
    """Where the samples of a file begin, and what they are. PCM of ``bits`` a sample."""

    start: int
    sample_rate: int
    channels: int
    bits: int


def layout(data: bytes) -> Layout | None:
    """What the head of a WAV file says; None where it is none, or is not whole yet."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    at, found = 12, None
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        at += 8
        if name == b"data":
            return Layout(at, *found) if found else None
        if name == b"fmt " and at + 16 <= len(data):
            _, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data, at)
            found = (rate, channels, bits)
        # Chunks begin at even places.
        at += size + size % 2
    return None


def head(length: int, sample_rate: int, channels: int) -> bytes:
    """The head of a file whose 16-bit samples are ``length`` bytes long."""
    wide = 2 * channels
    form = (16, 1, channels, sample_rate, sample_rate * wide, wide, 16)
    # A longer sound than a head can name plays on all the same.
    size = min(length, 0xFFFFFFFF - PLAIN_HEAD)
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", *form, b"data", size
    )


def written(samples: bytes, sample_rate: int, channels: int = 1) -> bytes:
    """16-bit samples as a file. A frame at the end that is not whole is left out."""
    wide = 2 * channels
    whole = samples[: len(samples) // wide * wide]
    return head(len(whole), sample_rate, channels) + whole


def mended(data: bytes) -> bytes:
    """A WAV file whose head names its true length; any other sound as it is."""
    found = layout(data)
    if found is None:
        return data
    riff, sizes = struct.pack("<I", len(data) - 8), struct.pack("<I", len(data) - found.start)
    if data[4:8] == riff and data[found.start - 4 : found.start] == sizes:
        return data
    return data[:4] + riff + data[8 : found.start - 4] + sizes + data[found.start :]
