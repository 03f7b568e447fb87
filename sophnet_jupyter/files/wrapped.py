"""
Coded sound behind a WAV head that calls it samples, as some recorders and proxies write it.

Heard as samples it would be noise, at the full loudness.
"""

from __future__ import annotations

from . import wav
from .kinds import HEAD, sniff

# A pair of samples may look like the head of a frame; not so many of them, one behind the other.
_FRAMES = 3
_MOST_HEADS = 3
# In thousands of bits a second: the third layer of MPEG 1, and of MPEG 2 and 2.5.
_RATES_1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES_2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SAMPLE_RATES = (44_100, 48_000, 32_000)


def unwrapped(data: bytes) -> bytes:
    """The coded sound in a WAV file whose head promises samples; any other file unchanged."""
    # A hostile file has heads in heads without end.
    for _ in range(_MOST_HEADS):
        found = wav.layout(data)
        if found is None or found.coding != wav.PCM or not _is_coded(data, found.start):
            break
        data = data[found.start :]
    return data


def _is_coded(data: bytes, begin: int) -> bool:
    head = data[begin : begin + HEAD]
    media = sniff(head)
    if media is None or media.kind not in ("audio", "video"):
        return False
    if head[0] != 0xFF:
        return True
    at = begin
    for _ in range(_FRAMES):
        size = _frame(data[at : at + 6])
        if not size:
            return False
        at += size
    return at <= len(data)


def _frame(head: bytes) -> int:
    """The length of the frame of MP3 or AAC that begins so; 0 where none does."""
    media = sniff(head)
    # Other kinds of files begin with that byte too, such as JPEG.
    if media is None or media.kind != "audio" or head[0] != 0xFF or len(head) < 6:
        return 0
    if media.suffix == ".aac":
        return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    version, bits, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    first = version == 3
    sample_rate = _SAMPLE_RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
    bit_rate = 1_000 * (_RATES_1 if first else _RATES_2)[bits - 1]
    return (144 if first else 72) * bit_rate // sample_rate + (head[2] >> 1 & 1)
