"""Take the compression off a body, a bounded piece at a time: 1 kB can expand to 1 MB."""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, AsyncIterator

PIECE = 1 << 18
CODINGS = ("gzip", "x-gzip", "deflate")
ACCEPTED = "gzip, deflate"


class BrokenCompression(Exception):
    """What came is not compressed as its header says, or not to its end."""


async def unpacked(pieces: AsyncIterator[bytes], coding: str) -> AsyncGenerator[bytes, None]:
    """The body behind ``pieces``, which are compressed. Raises `BrokenCompression`."""
    if coding not in CODINGS:
        raise BrokenCompression
    packed = None
    async for raw in pieces:
        if packed is None:
            packed = zlib.decompressobj(_format(raw))
        try:
            while raw and not packed.eof:
                if piece := packed.decompress(raw, PIECE):
                    yield piece
                raw = packed.unconsumed_tail
        except zlib.error:
            raise BrokenCompression from None
    if packed is not None and not packed.eof:
        raise BrokenCompression


def _format(raw: bytes) -> int:
    """What kind of stream begins so. Some servers send a deflated one without its two bytes."""
    begins_with_header = raw[:1] == b"\x1f" or raw[0] & 0x0F == zlib.DEFLATED
    return zlib.MAX_WBITS | 32 if begins_with_header else -zlib.MAX_WBITS
