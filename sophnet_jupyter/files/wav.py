"""Read and write WAV files, including streamed ones whose header gives no length."""

from __future__ import annotations

import struct
from typing import NamedTuple

# Codings: whole numbers, and one that is named behind the other fields.
PCM, _EXTENSIBLE = 1, 0xFFFE
# Before the samples of a plain file.
PLAIN_HEAD = 44
# A file of zeros is nothing but empty chunks.
_MOST_CHUNKS = 1_000
_KNOWN = frozenset(
    (b"LIST", b"id3 ", b"ID3 ", b"C2PA", b"JUNK", b"bext", b"iXML", b"_PMX", b"cue ")
)
# What players of MP3 write behind any sound.
_TAGS = (b"TAG", b"ID3")


class Layout(NamedTuple):
    """
    Where the samples of a file begin, and their format: ``coding`` is `PCM` for whole numbers of
    ``bits`` each.
    """

    start: int
    sample_rate: int
    channels: int
    bits: int
    coding: int = PCM


def layout(data: bytes) -> Layout | None:
    """The header of a WAV file, parsed; None if it is not WAV, damaged, or incomplete."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    at, found = 12, None
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(data):
            break
        name, size = struct.unpack_from("<4sI", data, at)
        at += 8
        if name == b"data":
            return Layout(at, *found) if found else None
        if name == b"fmt " and at + 16 <= len(data):
            found = _format(data[at : at + size])
        at = _behind(data, at, size)
    return None


def _format(fields: bytes) -> tuple[int, int, int, int] | None:
    """Rate, channels, bits and coding; None where there are too few fields."""
    if len(fields) < 14:
        return None
    coding, channels, rate, _, block = struct.unpack_from("<HHIIH", fields)
    # The oldest form has no bits: a frame tells them.
    bits = struct.unpack_from("<H", fields, 14)[0] if len(fields) >= 16 else 8 * block
    if len(fields) < 16 and channels:
        bits //= channels
    if coding == _EXTENSIBLE and len(fields) >= 26:
        coding = struct.unpack_from("<H", fields, 24)[0]
    return rate, channels, bits, PCM if coding == _EXTENSIBLE else coding


def samples(data: bytes) -> bytes:
    """
    The samples of a WAV file, up to its end where the length is open. Empty if there are none.
    """
    whole = with_true_length(data)
    found = layout(whole)
    if found is None:
        return b""
    return whole[found.start : found.start + _length(whole, found)]


def without_tail(data: bytes, length: int) -> bytes:
    """The ``length`` bytes of samples that a header announces, without chunks after them."""
    return data[:length] if _is_chunks(data, 0, length) else data


def head(length: int, sample_rate: int, channels: int) -> bytes:
    """The header of a file whose 16-bit samples are ``length`` bytes long."""
    wide = 2 * channels
    form = (16, 1, channels, sample_rate, sample_rate * wide, wide, 16)
    # A longer sound than a head can name plays on all the same.
    size = min(length, 0xFFFFFFFF - PLAIN_HEAD)
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", *form, b"data", size
    )


def written(samples: bytes, sample_rate: int, channels: int = 1) -> bytes:
    """A WAV file of these 16-bit samples. An incomplete frame at the end is left out."""
    wide = 2 * channels
    whole = samples[: len(samples) // wide * wide]
    return head(len(whole), sample_rate, channels) + whole


def with_true_length(data: bytes, *, joined: bool = False) -> bytes:
    """
    A WAV file with the true length in its header; any other sound unchanged.

    Only what cannot be is changed: lengths of a file that was streamed, or was never closed, are 0
    or beyond its end. What stands behind the samples of a file that was closed stays there; of
    pieces that were ``joined`` the head tells the length of the first, and all else is samples.
    """
    found = layout(data)
    if found is None:
        return data
    named, rest = _length(data, found), len(data) - found.start
    riff: int = struct.unpack_from("<I", data, 4)[0]
    counted = riff > 0 and abs(riff + 8 - len(data)) <= 1
    closed = named > 0 and (counted or (not joined and riff > 0))
    behind = closed or _is_chunks(data, found.start, named)
    length = named if named <= rest and (behind or named == rest) else rest
    if riff == 0 or riff + 8 > len(data) + 1 or length != named:
        riff = len(data) - 8
    if (riff, length) == (struct.unpack_from("<I", data, 4)[0], named):
        return data
    sizes = struct.pack("<I", length)
    head = data[:4] + struct.pack("<I", riff) + data[8 : found.start - 4]
    return head + sizes + data[found.start :]


def _length(data: bytes, found: Layout) -> int:
    """The length of the samples by their own header."""
    length: int = struct.unpack_from("<I", data, found.start - 4)[0]
    return length


def _is_chunks(data: bytes, begin: int, length: int) -> bool:
    """True if only complete chunks follow; the last one, of a known name, may be cut off."""
    at = begin + length
    if not 0 <= at < len(data):
        return False
    if data[at : at + 3] in _TAGS or len(data) - at == 1:
        return True
    at = _behind(data, begin, length)
    for _ in range(_MOST_CHUNKS):
        if at in (len(data), len(data) + 1):
            return True
        if at + 8 > len(data) or not _is_name(data[at : at + 4]):
            return False
        name, size = struct.unpack_from("<4sI", data, at)
        if at + 8 + size > len(data) + 1:
            return name in _KNOWN
        at = _behind(data, at + 8, size)
    return False


def _behind(data: bytes, begin: int, size: int) -> int:
    """The offset of the next chunk, after a padding byte, which some writers omit."""
    at = begin + size
    if size % 2 and _is_name(data[at : at + 4]) and not _is_name(data[at + 1 : at + 5]):
        return at
    return at + size % 2


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and all(32 <= letter < 127 for letter in name) and name.strip() != b""
