"""
Many answers side by side while they arrive: what all of them draw travels in one message.

Each is drawn as any other answer is. A piece that grows is sent as what has changed behind the
beginning that it shares with the one before, so that eight answers cost little more than their
text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ...events import Event
from ...language import tr
from ...runs.compare.answer import ColumnAnswer
from ...runs.compare.comparison import Comparison
from ..answer import Context
from ..compare import grid
from .answer import KERNEL_RATE, LiveAnswer

# Paints of one column a second, and messages of all of them.
COLUMN_RATE = 8
MESSAGE_RATE = 10

At = tuple[int, int]
"""Which answer: column and repetition."""


class SideBySide(LiveAnswer):
    """An answer in a column: what it sends is told by others, so that only its painting costs."""

    def _pause(self) -> float:
        return max(1 / COLUMN_RATE, self._drawing / KERNEL_RATE)


class LiveColumns:
    """
    Draws all answers of a comparison, and tells the ``changes`` at most `MESSAGE_RATE` times a
    second.

    A change is ``{"at": [column, repetition], "busy": …, "pieces": [[name, keep, html], …]}``: the
    first ``keep`` UTF-16 units of the piece stay, and the rest is ``html``.
    """

    def __init__(
        self,
        comparison: Comparison,
        context: Context,
        tell: Callable[[list[dict[str, Any]]], object],
        *,
        ended: Callable[[ColumnAnswer], object] | None = None,
    ) -> None:
        self._comparison = comparison
        # Figures stand above a column, and what was sent with the question above all of them.
        self._context = replace(context, footer=False, pictures=())
        self._tell = tell
        self._ended = ended
        self._views: dict[At, SideBySide] = {}
        self.pieces: dict[At, dict[str, str]] = {}
        """What is drawn of each answer by now."""
        self._sent: dict[tuple[At, str], str] = {}
        self._changed: dict[At, dict[str, None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        for answer in comparison.cells:
            if answer.kept:
                self._draw_kept(answer)
        comparison.watcher = self

    def began(self, answer: ColumnAnswer) -> None:
        at = _at(answer)
        self._forget(at)
        view = SideBySide(_Pieces(self, at), self._context, stop=tr("Stop"))
        self._views[at] = view
        view.start(answer.column.model or tr("the model"))

    def came(self, answer: ColumnAnswer, event: Event) -> None:
        self._views[_at(answer)].on_event(answer.response, event)

    def ended(self, answer: ColumnAnswer) -> None:
        at = _at(answer)
        self._views.pop(at).finish(answer.response)
        if problem := grid.error(answer):
            self.publish(at, "error", problem)
        self._changed.setdefault(at, {})
        self.flush()
        if self._ended:
            self._ended(answer)

    def publish(self, at: At, piece: str, html: str) -> None:
        """Draw a piece of one answer, with the next message."""
        if self.pieces.setdefault(at, {}).get(piece) == html:
            return
        self.pieces[at][piece] = html
        self._changed.setdefault(at, {})[piece] = None
        if self._timer is None:
            # The first words of all columns come close together, and go together.
            self._timer = asyncio.get_running_loop().call_later(1 / MESSAGE_RATE, self.flush)

    def flush(self) -> None:
        """Tell now what has changed."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        changed, self._changed = self._changed, {}
        if changed:
            self._tell([self._change(at, names) for at, names in changed.items()])

    def whole(self) -> list[dict[str, Any]]:
        """All of it, for a view that has seen nothing yet. To be called after `flush`."""
        return [
            {**self._state(at), "pieces": [[name, 0, html] for name, html in pieces.items()]}
            for at, pieces in self.pieces.items()
        ]

    def _change(self, at: At, names: Mapping[str, None]) -> dict[str, Any]:
        pieces: list[list[Any]] = []
        for name in names:
            html = self.pieces[at].get(name, "")
            before = self._sent.get((at, name), "")
            shared = html[: _shared(before, html)]
            self._sent[at, name] = html
            pieces.append([name, _units(shared), html[len(shared) :]])
        return {**self._state(at), "pieces": pieces}

    def _state(self, at: At) -> dict[str, Any]:
        return {"at": list(at), "busy": at in self._views}

    def _forget(self, at: At) -> None:
        """Empty what an earlier answer has left; the names of pieces go on."""
        for name in self.pieces.get(at, {}):
            self.publish(at, name, "")
        self._changed.setdefault(at, {})

    def _draw_kept(self, answer: ColumnAnswer) -> None:
        self.pieces[_at(answer)] = {"0": grid.answer_html(answer.response, self._context)}


class _Pieces:
    """The surface of one answer."""

    watched = True

    def __init__(self, columns: LiveColumns, at: At) -> None:
        self._columns = columns
        self._at = at

    def publish(
        self, data: Mapping[str, Any], *, display_id: str | None = None, update: bool = False
    ) -> str:
        piece = display_id or str(len(self._columns.pieces.get(self._at, {})))
        self._columns.publish(self._at, piece, data["text/html"])
        return piece


def _at(answer: ColumnAnswer) -> At:
    return answer.column.number, answer.repeat


def _shared(before: str, after: str) -> int:
    """How many letters both begin with."""
    low, high = 0, min(len(before), len(after))
    while low < high:
        middle = (low + high + 1) // 2
        if before[:middle] == after[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _units(text: str) -> int:
    """How long a browser says that a text is."""
    return len(text) + sum(letter > "\uffff" for letter in text)
