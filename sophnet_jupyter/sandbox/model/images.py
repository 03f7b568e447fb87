"""What can be told about an image without understanding it."""

from __future__ import annotations

import base64
import binascii
import struct

from ..engines import Missing
from ..engines.pictures import colours, reading
from .script import Talk, quoted

# Pixels of the shorter side below which no words fit in, and letters that are quoted.
SMALLEST = 32
LONGEST = 400


def describe(talk: Talk) -> str:
    """
    Kind, size, colours and words of each image; a script cannot see what is in it.

    Blocking: where the engine is there that reads words, it takes a second or two for each.
    """
    lines = "\n".join(f"- {_facts(url, talk)}" for url in talk.images)
    return talk.says(
        f"A script cannot see, but this is what came with your prompt:\n\n{lines}",
        f"脚本看不见图像内容，但可以说出收到了什么：\n\n{lines}",
    )


def _facts(url: str, talk: Talk) -> str:
    if not url.startswith("data:"):
        return f"image at <{quoted(url, 200)}>"
    head, _, data = url.partition(",")
    kind = head.removeprefix("data:").split(";")[0]
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return f"{kind}, but its base64 cannot be read"
    size = _size(raw)
    facts = [kind, f"{size[0]} × {size[1]} pixels" if size else "", f"{len(raw):,} bytes"]
    if found := colours.main_colours(raw):
        chinese = "、".join(colours.CHINESE[name] for name in found)
        facts.append(talk.says(f"mostly {' and '.join(found)}", f"主要颜色：{chinese}"))
    if words := _words(raw) if size and min(size) >= SMALLEST else "":
        said = quoted(words, LONGEST)
        facts.append(talk.says(f"with the words “{said}”", f"图中文字：“{said}”"))
    return ", ".join(filter(None, facts))


def _words(raw: bytes) -> str:
    """The words in a picture; none where the engine that reads them is not installed."""
    try:
        return " ".join(line.text for line in reading.read(raw).lines)
    except (Missing, reading.Unreadable):
        return ""


def _size(raw: bytes) -> tuple[int, int] | None:
    """Width and height from the header of a PNG, GIF or JPEG."""
    if raw.startswith(b"\x89PNG\r\n\x1a\n") and len(raw) >= 24:
        width, height = struct.unpack(">II", raw[16:24])
        return width, height
    if raw.startswith((b"GIF87a", b"GIF89a")) and len(raw) >= 10:
        width, height = struct.unpack("<HH", raw[6:10])
        return width, height
    return _jpeg_size(raw) if raw.startswith(b"\xff\xd8") else None


def _jpeg_size(raw: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(raw) and raw[at] == 0xFF:
        marker, length = raw[at + 1], int.from_bytes(raw[at + 2 : at + 4], "big")
        # The frame headers, without the three markers among them that are none.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", raw[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
