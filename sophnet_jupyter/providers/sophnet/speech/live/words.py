"""
Decode the words of a sentence, in all formats that SophNet sends
(docs/services/sophnet.md#live-speech).

Its document calls the field a string, its example has a list of what Java prints for an object.
"""

from __future__ import annotations

import re
from typing import Any

from .....events import Word
from ....service_json import BROKEN, decode

# A text may hold commas and brackets, so that the known names around it are what is looked for.
_PRINTED = re.compile(
    r"\s*Word\(beginTime=(?P<begin>[^,]*), endTime=(?P<end>[^,]*), text=(?P<text>.*), "
    r"punctuation=(?P<punctuation>.*?)(?:, fixed=(?P<fixed>\w*))?\)[\s,\]]*",
    re.DOTALL,
)
_NEXT = re.compile(r"(?=Word\(beginTime=)")


def words(said: Any) -> tuple[Word, ...]:
    """
    Words from a list of objects, or of objects printed as text; the list may be JSON text.

    What cannot be read is left out: the sentence stands in its own field.
    """
    if isinstance(said, str):
        try:
            said = decode(said)
        except BROKEN:
            said = [piece for piece in _NEXT.split(said) if piece.startswith("Word(")]
    if not isinstance(said, list):
        return ()
    return tuple(word for each in said if (word := _word(each)) is not None)


def _word(each: Any) -> Word | None:
    if isinstance(each, str):
        printed = _PRINTED.fullmatch(each)
        each = printed and {
            "beginTime": printed["begin"],
            "endTime": printed["end"],
            "text": printed["text"],
            "punctuation": printed["punctuation"],
            "fixed": printed["fixed"],
        }
    if not isinstance(each, dict) or not isinstance(each.get("text"), str):
        return None
    punctuation = each.get("punctuation")
    return Word(
        text=each["text"],
        begin=milliseconds(each.get("beginTime", each.get("begin_time"))),
        end=milliseconds(each.get("endTime", each.get("end_time"))),
        punctuation=punctuation if isinstance(punctuation, str) else "",
        fixed=each.get("fixed") in (True, "true"),
    )


def milliseconds(said: Any) -> int | None:
    """A time in milliseconds from a number, a number as text, or None."""
    try:
        return round(float(said))
    except (TypeError, ValueError, OverflowError):
        return None
