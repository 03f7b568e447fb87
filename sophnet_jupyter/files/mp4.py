"""Size, length and completeness of an MP4 video, from its boxes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import msgspec

from ..language import tr

_HEAD = struct.Struct(">I4s")
# Boxes of the outermost level. What else stands at the end, behind a whole video, is no box.
_OUTER = frozenset(
    b"ftyp moov mdat moof mfra free skip wide uuid meta".split()
    + b"styp sidx ssix prft emsg pdin pnot udta".split()
)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Width and height in pixels, and ``seconds``; each 0 where the file does not say."""

    width: int = 0
    height: int = 0
    seconds: float = 0.0


def facts(data: bytes) -> Facts:
    """
    Read the facts of a video.

    Other kinds than MP4 and QuickTime have none. Raises `ValueError` for one that is cut off or has
    no video, with words that go on from ``it``.
    """
    if data[4:8] not in _OUTER:
        return Facts()
    try:
        return _video(data)
    except (struct.error, IndexError):
        raise ValueError(tr("is a broken video")) from None


def check(content: Path | bytes) -> Facts:
    """Check a video before it is kept: `facts`, also of a file. Raises `ValueError`."""
    return facts(content if isinstance(content, bytes) else content.read_bytes())


def _video(data: bytes) -> Facts:
    top = _outermost(data)
    if b"moov" not in top or not {b"mdat", b"moof"} & top.keys():
        raise ValueError(tr("is a video without pictures"))
    begin, end = top[b"moov"]
    width = height = 0
    seconds = 0.0
    for kind, (inner, after) in _boxes(data, begin, end):
        if kind == b"mvhd":
            seconds = _seconds(data, inner)
        elif kind == b"trak":
            head = dict(_boxes(data, inner, after)).get(b"tkhd")
            if head:
                # The last eight bytes, as numbers with sixteen bits behind the point.
                wide, high = struct.unpack_from(">II", data, head[1] - 8)
                width, height = max(width, wide >> 16), max(height, high >> 16)
    return Facts(width=width, height=height, seconds=seconds)


def _outermost(data: bytes) -> dict[bytes, tuple[int, int]]:
    """The boxes of a file, without stray bytes behind the last one."""
    found: dict[bytes, tuple[int, int]] = {}
    at = 0
    while at < len(data):
        whole = b"moov" in found and (b"mdat" in found or b"moof" in found)
        if whole and data[at + 4 : at + 8] not in _OUTER:
            break
        box = next(_boxes(data, at, len(data)), None)
        if box is None:
            break
        found[box[0]] = box[1]
        at = box[1][1]
    return found


def _seconds(data: bytes, begin: int) -> float:
    if data[begin] == 1:
        scale, length = struct.unpack_from(">IQ", data, begin + 20)
    else:
        scale, length = struct.unpack_from(">II", data, begin + 12)
    return float(length / scale) if scale else 0.0


def _boxes(data: bytes, begin: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """The type of each box between two offsets, and where its content begins and ends."""
    # Fewer bytes than a head has, and a head of zeros, are how some writers end a list of boxes.
    while end - begin >= _HEAD.size:
        size, kind = _HEAD.unpack_from(data, begin)
        if (size, kind) == (0, bytes(4)):
            return
        inner = begin + _HEAD.size
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, inner)
            inner += 8
        after = end if size == 0 else begin + size
        if after > end or after < inner:
            raise ValueError(tr("is a video that breaks off"))
        yield kind, (inner, after)
        begin = after
