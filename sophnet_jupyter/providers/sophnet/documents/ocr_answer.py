"""
Decode the replies of OCR, in the formats of both its models.

See docs/services/sophnet.md#ocr, rows S41, S42 and S43.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ....errors import AnswerUnreadable
from ....language import tr
from ....values.page import Block, Box
from ....wire.call import Reply
from ..access import SERVICE

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def decode(answer: Mapping[str, Any], reply: Reply) -> tuple[str, tuple[Block, ...]]:
    """
    The Markdown and the blocks of a reply.

    The Markdown stands beside the blocks, or in one object with them; where there is none, it is
    that of the blocks. Raises `AnswerUnreadable` where there is neither.
    """
    result = answer.get("result", answer.get("data"))
    places = [answer, result] if isinstance(result, dict) else [answer]
    listed = _list(result)
    texts = [text for place in places if (text := _markdown(place.get("markdown"))) is not None]
    if listed is None and not texts:
        what = tr("JSON without blocks and without Markdown")
        raise AnswerUnreadable(
            service=SERVICE, what=what, quote=reply.text[:80], setting=reply.setting
        )
    blocks = tuple(_block(each) for each in listed or () if isinstance(each, dict))
    text = texts[0] if texts else "\n\n".join(filter(None, (block.text for block in blocks)))
    return text, blocks


def box(position: object) -> Box | None:
    """Left, top, right, bottom, from text or an array; None where there is no box."""
    if isinstance(position, str):
        position = [float(number) for number in _NUMBER.findall(position)]
    if not isinstance(position, list) or len(position) != 4:
        return None
    if not all(isinstance(n, int | float) and abs(n) < 1e6 for n in position):
        return None
    left, top, right, bottom = (round(number) for number in position)
    return Box(min(left, right), min(top, bottom), max(left, right), max(top, bottom))


def _list(result: object) -> list[Any] | None:
    if isinstance(result, dict):
        inner = result.get("result", result.get("blocks"))
        return inner if isinstance(inner, list) else None
    return result if isinstance(result, list) else None


def _markdown(given: object) -> str | None:
    text = given.get("text") if isinstance(given, dict) else given
    return text if isinstance(text, str) else None


def _block(given: Mapping[str, Any]) -> Block:
    text = given.get("texts", given.get("text"))
    if isinstance(text, list):
        text = "\n".join(map(str, text))
    label = given.get("label")
    return Block(
        label=label if isinstance(label, str) else "",
        text=text if isinstance(text, str) else "",
        box=box(given.get("position")),
    )
