"""What a library says, in the reader's language: by its sentences, of which the usual are known."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .speaking import tr

_PLACE = re.compile(r"\\\{(\w+)\\\}")


def told_by(sentence: str, words: str) -> dict[str, str] | None:
    """What stands in the ``{places}`` of a sentence where ``words`` are that; None if not."""
    found = re.fullmatch(_PLACE.sub(r"(?P<\1>.+)", re.escape(sentence)), words, re.DOTALL)
    return found and found.groupdict()


def retold(words: str, known: Iterable[str]) -> str:
    """``words`` translated where they are one of the sentences ``known``, else as they are."""
    for sentence in known:
        if (facts := told_by(sentence, words)) is not None:
            return tr(sentence, **facts)
    return words
