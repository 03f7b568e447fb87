"""An answer in a terminal: words as they come, thinking in grey, one line of figures."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from shutil import get_terminal_size
from typing import TextIO

from ...events import (
    Event,
    ReasoningDelta,
    RoundBegan,
    TextDelta,
    TextReplaced,
    ToolCallDelta,
    ToolResult,
)
from ...language import tr
from ...response import Response
from ..answer import Context
from ..answer.answer import asides, figures, round_words
from ..answer.parsed import in_words, records
from ..answer.tool_cards import outcome, plain_result
from ..media import thumbnails
from ..safe.control_characters import ControlFilter, plain
from ..safe.look import LONGEST_NAME, clipped, one_line
from .waiting import CHAT_PATIENCE, CTRL_C, WaitingLine, words

_GREY, _PLAIN = "\x1b[2m", "\x1b[0m"


class TerminalAnswer:
    """Prints. Escape sequences of a model never reach the terminal, however they are cut."""

    def __init__(
        self,
        context: Context,
        out: TextIO | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._context = context
        self._out = out or sys.stdout
        self._colours = self._out.isatty()
        self._filter = ControlFilter()
        self._model = ""
        self._waiting = WaitingLine(self._print_waiting, clock, CHAT_PATIENCE)
        self._thinking = False
        # The call whose arguments are being written.
        self._call: int | None = None

    def start(self, model: str) -> None:
        if pictures := self._context.pictures:
            self._print(self._grey(thumbnails.lines(pictures)) + "\n\n")
        if self._colours:
            # A line can be written over on a screen only.
            self._model = clipped(one_line(model), LONGEST_NAME)
            self._waiting.begin()

    def on_event(self, response: Response, event: Event) -> None:
        self._end_waiting()
        match event:
            case ReasoningDelta(text=text):
                self._switch(thinking=True)
                self._print(self._filter.feed(text))
            case TextDelta(text=text):
                self._switch(thinking=False)
                self._print(self._filter.feed(text))
            case TextReplaced(text=text, quiet=True):
                self._print(
                    self._grey(f"\n— {tr('what stands above was a thought')} —\n") + plain(text)
                )
            case TextReplaced(text=text, notice=notice):
                said = one_line(notice) or tr("the service replaced its answer:")
                self._print(f"\n— {said} —\n{plain(text)}")
            case ToolCallDelta():
                self._print_call(response, event)
            case ToolResult():
                self._end_call()
                name = clipped(one_line(event.name), LONGEST_NAME)
                self._print(f"{outcome(event)} {name}: {plain_result(event)}\n")
            case RoundBegan(number=number):
                self._end_call()
                self._print(self._grey(round_words(number)) + "\n")

    def finish(self, response: Response) -> None:
        self._end_waiting()
        self._switch(thinking=False)
        self._end_call()
        if len(response.tool_results) < len(response.tool_calls):
            said = tr("not finished") if self._context.tools_run else tr("not run")
            self._print(f"  {said}\n")
        if self._context.form(response) in ("json", "table") and records(response.parsed)[1]:
            self._print(f"\n\n{in_words(response.parsed)}")
        self._print("".join(f"\n{line}" for line in asides(response)))
        self._print(f"\n{self._grey(figures(response, self._context))}\n")

    def _print_waiting(self, seconds: float) -> None:
        line = tr("waiting for {model} … {since}", model=self._model, since=words(seconds, CTRL_C))
        # One that wraps could not be written over.
        self._print(f"\r{self._grey(clipped(line, get_terminal_size().columns - 1))}\x1b[K\r")

    def _end_waiting(self) -> None:
        self._waiting.end()
        if self._waiting.said:
            self._waiting.said = False
            self._print("\r\x1b[K")

    def _print_call(self, response: Response, event: ToolCallDelta) -> None:
        """The name when a call begins, then its arguments as they come."""
        if self._call != event.index:
            self._switch(thinking=False)
            self._end_call()
            self._call = event.index
            name = clipped(one_line(response.tool_calls[event.index].name), LONGEST_NAME)
            self._print(f"\n→ {name or '?'} ")
            self._filter = ControlFilter()
        self._print(self._filter.feed(event.arguments))

    def _end_call(self) -> None:
        if self._call is not None:
            self._call = None
            self._filter = ControlFilter()
            self._print("\n")

    def _switch(self, *, thinking: bool) -> None:
        if not thinking:
            self._end_call()
        if thinking == self._thinking:
            return
        self._thinking = thinking
        # A sequence that one part left open must not swallow the beginning of the next.
        self._filter = ControlFilter()
        if self._colours:
            self._print(_GREY if thinking else _PLAIN)
        self._print(f"{tr('thinking')}: " if thinking else "\n\n")

    def _grey(self, text: str) -> str:
        return f"{_GREY}{text}{_PLAIN}" if self._colours else text

    def _print(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
