"""Where a text is LaTeX, whose braces are no variables, and what JSON makes of its commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..language import tr

# \frac, \sqrt[3] and \frac{a}{b}, up to where the next group begins; within maths also with blanks.
_COMMAND = re.compile(r"\\[A-Za-z]+\*?(?:\[[^\[\]\n]*\])?(?:\{[^{}\n]*\})*\Z")
_SPACED = re.compile(r"\\[A-Za-z]+\*?[ ]?(?:\[[^\[\]\n]*\][ ]?)?(?:\{[^{}\n]*\}[ ]?)*\Z")
_LONGEST_COMMAND = 300
_MATHS = re.compile(
    r"\$\$.+?\$\$|\$[^$\n]+\$|\\\(.+?\\\)|\\\[.+?\\\]|\\begin\{(\w+\*?)\}.+?\\end\{\1\}",
    re.DOTALL,
)
# What JSON's \f, \b, \t, \n and \r leave of the commands that begin so. The words after a tab or
# the end of a line are none that a text would go on with.
_EATEN = re.compile(
    "(?:\f(?:rac|orall)|\b(?:ar|egin|eta|f|igcup|ig[lr]?|inom|mod|oldsymbol|ot|oxed)"
    "|\t(?:an|au|ext(?:bf|it|rm)?|frac|heta|ilde|imes|o|op|riangle)"
    "|\n(?:abla|eg|eq|ot|otin|u)|\r(?:angle|ceil|floor|ho|ight|m))(?![A-Za-z])"
)
_LETTERS = {"\f": "f", "\b": "b", "\t": "t", "\n": "n", "\r": "r"}


def spans(text: str) -> list[tuple[int, int]]:
    """Where maths stands between its marks."""
    return [match.span() for match in _MATHS.finditer(text)]


def is_argument(text: str, start: int, *, spaced: bool = False) -> bool:
    r"""
    Whether the brace at ``start`` opens a group of LaTeX: ``x_{``, ``\frac{``, ``${``.

    With ``spaced`` also behind blanks, as in ``\frac {``, which only maths takes so.
    """
    before = text[max(0, start - _LONGEST_COMMAND) : start]
    if spaced:
        return _SPACED.search(before) is not None
    return before[-1:] in ("^", "_", "$") or _COMMAND.search(before) is not None


def is_doubtful(text: str, start: int) -> bool:
    """Whether that may be no LaTeX after all: ``report_{``, or a price, ``${``."""
    before = text[max(0, start - 3) : start]
    return re.search(r"(?:[A-Za-z0-9]{2}_|(?<![\\$])\$)\Z", before) is not None


def eaten(value: Any) -> str:
    r"""
    A sentence where a text in decoded JSON has lost a command to an escape; else nothing.

    ``"\frac"`` with one backslash is a form feed and ``rac``.
    """
    for text in _texts(value):
        if found := _EATEN.search(text):
            command = f"\\{_LETTERS[found[0][0]]}{found[0][1:]}"
            return tr(
                "{command} in this JSON was written with one backslash, which JSON reads as "
                "a control character: the text has lost it. Ask for two, as in \\{command}.",
                command=command,
            )
    return ""


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
