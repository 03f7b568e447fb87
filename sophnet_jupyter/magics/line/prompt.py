"""The text that a magic is about: behind its options, or below its line."""

from __future__ import annotations

from IPython.core.error import UsageError

from ...language import mark, tr


def prompt_of(words: str, cell: str | None, *, to: str, thing: str = mark("prompt")) -> str:
    """
    What a line or a cell says, as it is written.

    Raises `UsageError` where there is a text in both places, or in none: nothing ``to`` send.
    """
    if cell is not None and words:
        raise UsageError(
            tr(
                "The {thing} belongs below the line, not on it: {words!r}.",
                thing=tr(thing),
                words=words,
            )
        )
    text = words if cell is None else cell
    if not text.strip():
        raise UsageError(
            tr(
                "Nothing to {to}: write the {thing} behind or below the options.",
                to=tr(to),
                thing=tr(thing),
            )
        )
    return text
