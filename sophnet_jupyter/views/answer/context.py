"""What the reader of an answer should know besides the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...response import Response
from ..media.thumbnails import Sent
from .formats import AnswerFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the reader should know about a question besides its answer."""

    inserted: Sequence[str] = ()
    # Fields of the question that resolved to nothing.
    left: Sequence[str] = ()
    conversation: str = ""
    pictures: Sequence[Sent] = ()
    # None is Markdown, or the value itself where the answer was read as one.
    format: AnswerFormat | None = None
    # Whether the functions that the model calls are run here.
    tools_run: bool = False
    # Whether the figures stand below the answer; in a comparison they stand above it.
    footer: bool = True
    # Of what was read only the headings.
    outline: bool = False

    def form(self, response: Response) -> AnswerFormat:
        return self.format or ("markdown" if response.parsed is None else "json")
