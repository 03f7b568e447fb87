"""Text in pictures, read from their pixels by RapidOCR, in Chinese and English."""

from __future__ import annotations

import asyncio
import hashlib
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from threading import Lock
from typing import Any

from .. import engine
from .layout import Block, Line, blocks

# A small file can unfold to any number of pixels.
MOST_PIXELS = 40_000_000
# The engine makes longer sides shorter itself; letters of a scan are still large enough.
LONGEST_SIDE = 2400
# Below this the engine guesses.
SURE = 0.5
# The engine's own default is every core, whose threads would spin while they wait.
THREADS = 2
# Pages that are remembered: in a notebook the same picture is read again and again.
KEPT = 32
# Who waits for a turn does so before it takes one of the loop's few threads.
turn = asyncio.Semaphore(1)
_one_at_a_time = Lock()


class Unreadable(Exception):
    """The bytes are no picture, or one that is too large."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """What stands in a picture of ``width`` × ``height`` pixels."""

    width: int
    height: int
    lines: Sequence[Line]

    @property
    def blocks(self) -> list[Block]:
        return blocks(self.lines)


_known: OrderedDict[bytes, Page] = OrderedDict()


def read(data: bytes) -> Page:
    """
    Read a picture. Blocking: two seconds for the first, then one or two for each.

    Raises `Missing`, or `Unreadable`.
    """
    digest = hashlib.sha256(data).digest()
    with _one_at_a_time:
        page = _known.get(digest) or _read(data)
        _known[digest] = page
        _known.move_to_end(digest)
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return page


def _read(data: bytes) -> Page:
    image = _opened(data)
    width, height = image.size
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    scale = width / image.width
    numpy = engine("numpy", "numpy")
    found = _reader()(numpy.asarray(image))
    if found.boxes is None or found.txts is None:
        return Page(width=width, height=height, lines=[])
    lines = [
        Line(text=text.strip(), box=_box(corners.tolist(), scale, width, height))
        for corners, text, sure in zip(found.boxes, found.txts, found.scores, strict=True)
        if sure >= SURE and text.strip()
    ]
    return Page(width=width, height=height, lines=lines)


@cache
def _reader() -> Any:
    params = {
        "Global.log_level": "critical",
        # Whether a line stands on its head: a page that does is turned before it is sent.
        "Global.use_cls": False,
        "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
    }
    return engine("rapidocr", "rapidocr").RapidOCR(params=params)


def _opened(data: bytes) -> Any:
    pillow = engine("PIL.Image", "pillow")
    try:
        with warnings.catch_warnings():
            # We have a limit of our own, and it is lower.
            warnings.simplefilter("ignore", pillow.DecompressionBombWarning)
            image = pillow.open(BytesIO(data))
        width, height = image.size
        if width * height > MOST_PIXELS:
            most = MOST_PIXELS // 10**6
            raise Unreadable(
                f"the picture is {width:,} × {height:,} pixels large, {most} million pixels are "
                "taken"
            )
        return image.convert("RGB")
    except Unreadable:
        raise
    except pillow.DecompressionBombError:
        raise Unreadable("the picture has too many pixels") from None
    except Exception:
        # Whatever a reader stumbles over, the file is to blame.
        raise Unreadable("the bytes are no picture, or a broken one") from None


def _box(
    corners: Sequence[Sequence[float]], scale: float, width: int, height: int
) -> tuple[int, int, int, int]:
    across, down = zip(*corners, strict=True)
    return (
        max(0, round(min(across) * scale)),
        max(0, round(min(down) * scale)),
        min(width, round(max(across) * scale)),
        min(height, round(max(down) * scale)),
    )
