"""Cut a text into pieces of the size a model's tokens have."""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"""
      [\u3400-\u9fff]{1,2}      # one or two Chinese characters
    | [ ]?[A-Za-z]{1,9}         # a word, or the start of a long one, with its space
    | [ ]?[0-9]{1,3}
    | \n+
    | [ \t]+
    | .                         # whatever is left, so that nothing can be lost
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str) -> list[str]:
    """Pieces that joined together are ``text`` again, to the last space."""
    return _PIECE.findall(text)
