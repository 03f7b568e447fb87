"""An answer in a terminal: words as they come, thinking in grey, one line of figures."""

from __future__ import annotations

import sys
from typing import TextIO

from ..events import Event, ReasoningDelta, TextDelta, TextReplaced
from ..response import Response
from .answer import Context, figures
from .control_characters import ControlFilter, plain

_GREY, _PLAIN = "\x1b[2m", "\x1b[0m"


class TerminalAnswer:
    """Prints. Escape sequences of a model never reach the terminal, however they are cut."""

    def __init__(self, context: Context, out: TextIO | None = None) -> None:
        self._context = context
        self._out = out or sys.stdout
        self._colours = self._out.isatty()
        self._filter = ControlFilter()
        self._thinking = False

    def start(self, model: str) -> None:
        pass

    def on_event(self, response: Response, event: Event) -> None:
        match event:
            case ReasoningDelta(text=text):
                self._switch(thinking=True)
                self._print(self._filter.feed(text))
            case TextDelta(text=text):
                self._switch(thinking=False)
                self._print(self._filter.feed(text))
            case TextReplaced(text=text):
                self._print("\n— the service replaced its answer: —\n" + plain(text))

    def finish(self, response: Response) -> None:
        self._switch(thinking=False)
        for item in response.references:
            self._print(f"\n[{item.index}] {plain(item.title)} {plain(item.url)}".rstrip())
        for notice in response.notices:
            self._print(f"\n! {plain(notice)}")
        self._print(f"\n{self._grey(figures(response, self._context))}\n")

    def _switch(self, *, thinking: bool) -> None:
        if thinking == self._thinking:
            return
        self._thinking = thinking
        # A sequence that one part left open must not swallow the beginning of the next.
        self._filter = ControlFilter()
        if self._colours:
            self._print(_GREY if thinking else _PLAIN)
        self._print("thinking: " if thinking else "\n\n")

    def _grey(self, text: str) -> str:
        return f"{_GREY}{text}{_PLAIN}" if self._colours else text

    def _print(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
