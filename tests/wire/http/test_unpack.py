from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import AsyncIterator

import pytest

from sophnet_jupyter.wire.http.unpack import PIECE, BrokenCompression, unpacked

pytestmark = pytest.mark.anyio

BODY = random.Random(5).randbytes(5000) + b"the same again and again, " * 400


def bare(body: bytes) -> bytes:
    """Deflated without the two bytes in front, as some servers do."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


async def cut(data: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


async def whole(data: bytes, coding: str, size: int = 1 << 20) -> bytes:
    pieces = [piece async for piece in unpacked(cut(data, size), coding)]
    assert all(pieces)
    return b"".join(pieces)


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", bare(BODY)),
    ],
    ids=["gzip", "x-gzip", "deflate", "bare deflate"],
)
async def test_what_was_packed_comes_out_however_it_is_cut(
    coding: str, packed: bytes, size: int
) -> None:
    assert await whole(packed, coding, size) == BODY


async def test_a_little_that_expands_to_much_comes_in_bounded_pieces() -> None:
    bomb = gzip.compress(bytes(16 << 20))
    assert len(bomb) < 1 << 17
    sizes = [len(piece) async for piece in unpacked(cut(bomb, 1 << 20), "gzip")]
    assert sum(sizes) == 16 << 20
    assert max(sizes) <= PIECE


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", gzip.compress(BODY)[:-9]),
        ("gzip", gzip.compress(BODY)[:9]),
        ("gzip", b"no gzip"),
        ("deflate", zlib.compress(BODY)[:-5]),
        ("gzip", b"\x1f\x8b" + bytes(50)),
        ("br", b"anything"),
        ("gzip, gzip", gzip.compress(gzip.compress(BODY))),
    ],
    ids=["cut", "cut in its head", "no gzip", "cut deflate", "broken", "unasked", "twice"],
)
async def test_what_is_not_packed_as_it_says_is_broken(coding: str, data: bytes) -> None:
    with pytest.raises(BrokenCompression):
        await whole(data, coding)


async def test_nothing_at_all_is_nothing() -> None:
    assert await whole(b"", "gzip") == b""
