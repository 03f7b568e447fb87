"""The history in a panel: searched while one types, each answer beside the list."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from traitlets import Unicode

from ...errors import SettingsError
from ...history.calls import CallRecord
from ...history.history import History
from ...history.search import HistoryQuery
from ...kernel.loop import loop
from ...language import mark, tr
from ...settings import history_on
from ..panel.frame import Height
from ..panel.panel import Buffers, Command, Panel
from . import shown

# Calls that a page is sent at a time, and models it may choose among.
PAGE = 40
MOST_MODELS = 30
DAY = 86400.0
SPANS = {"today": 0.0, "week": 7 * DAY, "month": 31 * DAY}
_STILL = mark(
    "The history. What it holds is on the machine where it was asked, and not in this notebook: "
    "run this cell to search it."
)


class HistoryClient(Protocol):
    """The part of a client that the panel uses."""

    @property
    def history(self) -> History: ...


class HistoryPanel(Panel):
    """
    What was asked and answered: search while you type, read it beside the list, take it as a cell.

    A star keeps a question from being forgotten, and *Forget* removes one for good.
    ``client`` is one whose history it is, else that of this user; ``words`` is what it begins with.
    Nothing of the history is left in the notebook. Raises `SettingsError` when no client is given
    and none can be made.
    """

    file = "panel"

    words = Unicode("", help="What is searched for at first.").tag(sync=True)

    def __init__(
        self,
        client: HistoryClient | None = None,
        *,
        words: str = "",
        height: Height = "",
        layout: Any = None,
    ) -> None:
        super().__init__(height=height, layout=layout, words=words)
        self._client = self.client_for(client)
        # It shows what was kept, whoever has answered.
        self.sandbox = False
        self._answering: set[asyncio.Task[None]] = set()

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "find", "view": view, "asked": int(asked), "begin": int(begin)}:
                self._answer(self._found, view, command, asked, max(0, begin))
            case {"kind": "open", "view": view, "number": int(number)}:
                self._answer(self._opened, view, number)
            case {"kind": "cell", "view": view, "number": int(number)}:
                self._answer(self._cell, view, number)
            case {"kind": "star", "view": view, "number": int(number), "star": bool(star)}:
                self._answer(self._starred, view, number, star)
            case {"kind": "forget", "view": view, "number": int(number)}:
                self._answer(self._forgotten, view, number)

    def still(self) -> tuple[str, str]:
        return f"<i>{tr(_STILL)}</i>", tr(_STILL)

    def _answer(
        self, work: Callable[..., tuple[str, dict[str, Any]]], view: str, *what: Any
    ) -> None:
        """Read on another thread, and send what that gives to one view."""

        async def answered() -> None:
            kind, facts = await asyncio.to_thread(work, *what)
            self.tell(kind, to=view, **facts)

        self._keep(answered())

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Start it, and hold it until it is done: the loop itself holds no task."""
        task = loop().create_task(self._guard(lambda: work))
        task.add_done_callback(self._answering.discard)
        self._answering.add(task)

    def _found(self, command: Command, asked: int, begin: int) -> tuple[str, dict[str, Any]]:
        words = str(command.get("words") or "")
        wish = HistoryQuery(
            words=words,
            model=str(command.get("model") or ""),
            since=_since(str(command.get("since") or "")),
            failed=bool(command.get("failed")),
            star=bool(command.get("kept")),
            limit=PAGE + 1,
            skip=begin,
        )
        history = self._client.history
        found = history.search(wish)
        facts: dict[str, Any] = {
            "asked": asked,
            "begin": begin,
            "rows": [shown.row(one, words) for one in found[:PAGE]],
            "more": len(found) > PAGE,
            "said": "" if found else _nothing(wish),
        }
        if not begin:
            facts["models"] = history.models(MOST_MODELS)
        return "found", facts

    def _opened(self, number: int) -> tuple[str, dict[str, Any]]:
        call = self._call(number)
        return "opened", {"number": number, "html": shown.opened(call), "star": call.star}

    def _cell(self, number: int) -> tuple[str, dict[str, Any]]:
        return "cell", {"number": number, "text": shown.as_cell(self._call(number))}

    def _starred(self, number: int, star: bool) -> tuple[str, dict[str, Any]]:
        if not self._client.history.star(number, star=star):
            raise _gone(number)
        return "starred", {"number": number, "star": star}

    def _forgotten(self, number: int) -> tuple[str, dict[str, Any]]:
        gone = self._client.history.forget([number])
        if gone.kept:
            raise SettingsError(
                tr("#{number} has a star, and stays: take the star away first.", number=number)
            )
        return "forgotten", {"number": number}

    def _call(self, number: int) -> CallRecord:
        found = self._client.history.get(number)
        if found is None:
            raise _gone(number)
        return found


def _gone(number: int) -> SettingsError:
    return SettingsError(
        tr("There is no #{number} in the history any more: it was forgotten.", number=number)
    )


def _since(span: str) -> float | None:
    if span not in SPANS:
        return None
    now = time.localtime()
    midnight = time.mktime((*now[:3], 0, 0, 0, 0, 0, -1))
    return midnight - SPANS[span]


def _nothing(wish: HistoryQuery) -> str:
    if wish.skip:
        return ""
    narrowed = wish.model or wish.failed or wish.star or wish.since
    if wish.words or narrowed:
        return tr("Nothing of that is in the history.")
    if history_on():
        return tr("Nothing was asked yet that is kept: ask in a cell or a panel, and look again.")
    return tr("The history is off: %sophnet history on keeps what is asked next.")
