"""
What a kernel says of the word at the cursor: Shift+Tab, and the words beside a completion.

IPython looks up names of Python and of magics. It has no place for more, as completion has one, so
the kernel's own method is asked second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Describe = Callable[[str, int], str]
"""Words on what stands at a place of a cell, in letters; empty where it is nothing of ours."""


def describe_words(shell: Any, describe: Describe) -> Callable[[], None]:
    """
    Have ``describe`` asked first when a front end inspects a word. Returns how to end that.

    Does nothing where there is no kernel, or one that inspects in another way.
    """
    kernel = getattr(shell, "kernel", None)
    usual = getattr(kernel, "do_inspect", None)
    if kernel is None or usual is None:
        return lambda: None

    def do_inspect(code: str, cursor_pos: int, *more: Any, **options: Any) -> Any:
        if found := describe(code, cursor_pos):
            data = {"text/plain": found}
            return {"status": "ok", "found": True, "data": data, "metadata": {}}
        return usual(code, cursor_pos, *more, **options)

    kernel.do_inspect = do_inspect

    def end() -> None:
        # Who has put another around it meanwhile keeps that.
        if vars(kernel).get("do_inspect") is do_inspect:
            del kernel.do_inspect

    return end
