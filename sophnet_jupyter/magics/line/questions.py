"""A prompt that ends in a question mark is a prompt. To IPython it would be a call for help."""

from __future__ import annotations

import re
from collections.abc import Callable

# `%sophchat?` and `%sophchat??` stay calls for help: they have no words before the mark.
_LINE = r"^(\s*(?:[\w,. \[\]'\"]+=\s*)?)%({names})[ \t]+(\S.*\?)[ \t]*$"

Transformer = Callable[[list[str]], list[str]]


def transformer(names: list[str]) -> Transformer:
    """An input transformer for IPython, to stand in ``input_transformers_cleanup``."""
    line_magic = re.compile(_LINE.replace("{names}", "|".join(names)))

    def sophnet_questions(lines: list[str]) -> list[str]:
        # In a cell magic everything below the first line is the prompt anyway.
        if lines and lines[0].startswith("%%"):
            return lines
        return [_call(line_magic.match(line.rstrip("\n")), line) for line in lines]

    return sophnet_questions


def _call(match: re.Match[str] | None, line: str) -> str:
    if match is None:
        return line
    return f"{match[1]}get_ipython().run_line_magic({match[2]!r}, {match[3]!r})\n"
