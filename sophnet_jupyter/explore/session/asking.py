"""What a chat model says about rows: names of clusters, a summary, a difference; and tags."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from time import monotonic
from typing import Any

import numpy as np

from ...errors import SettingsError, SophNetError
from ...events import Finished, TextDelta, TextReplaced
from ...language import tr
from ...options.arguments import words
from ..captions import caption
from . import prompts
from .cleaning import Cleaning
from .selecting import Positions

_EXAMPLES, _TOLD = 8, 60
# Seconds between two tellings of an answer that grows.
_TELLING = 0.1


class Asking(Cleaning):
    """Words about rows."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.prompt = ""
        """The last question to a chat model, as it was sent."""

    async def name_clusters(self, model: str | None = None, language: str | None = None) -> Any:
        """
        Have a chat model name all clusters in one request, and return `clusters`.

        Names that were typed are replaced too. Raises `SophNetError`, also where the answer holds
        no names; then nothing is changed.
        """
        await self
        asked = await asyncio.to_thread(self._naming, language)
        answer = await self._answer("names", asked, model)
        names = prompts.read_names(answer)
        count = len(self.cluster_words)
        names = {number: name for number, name in names.items() if 0 <= number < count}
        if not names:
            raise SophNetError(
                tr("The model named no cluster; it said: {answer!r}", answer=answer[:200])
            )
        self._names.update(names)
        self._forget("coloring")
        self._tell("clusters")
        return self.clusters

    async def summarize(self, rows: Any = None, model: str | None = None) -> str:
        """
        What rows are about, by a chat model: the selected ones, else those given.

        The text is kept as the column ``summary`` of these rows. Raises `SophNetError`.
        """
        await self
        where = self.positions(rows)
        if not len(where):
            raise SettingsError(tr("No row is selected: select some, or name rows."))
        shown = self._telling(where)
        answer = await self._answer("summary", prompts.summary(shown, len(where)), model)
        self._keep_column("summary", where, answer)
        return answer

    async def contrast(self, a: Any, b: Any, model: str | None = None) -> str:
        """In what two sets of rows differ, by a chat model. Raises `SophNetError`."""
        await self
        one, other = self.positions(a), self.positions(b)
        if not len(one) or not len(other):
            raise SettingsError(tr("Each side needs a row."))
        asked = prompts.contrast(self._telling(one), self._telling(other))
        answer = await self._answer("contrast", asked, model)
        self._keep_column("contrast", np.union1d(one, other), answer)
        return answer

    def tag(self, label: str, rows: Any = None) -> None:
        """
        Write a word beside rows, the selected ones if none are given: the column ``tag``.

        Raises `SettingsError`.
        """
        self._keep_column("tag", self.positions(rows), caption(words("label", label)))
        self._tell("tags")

    @property
    def tags(self) -> dict[str, int]:
        """How many rows have each tag."""
        column = self._columns.get("tag", [])
        return {tag: column.count(tag) for tag in dict.fromkeys(column) if tag is not None}

    def _naming(self, language: str | None) -> str:
        words = self.cluster_words
        told = [
            (number, words[number], [self._said(row) for row in self.examples(number, _EXAMPLES)])
            for number in range(len(words))
        ]
        return prompts.names(told, language)

    def _telling(self, rows: Positions) -> Sequence[str]:
        """So many rows that they are all read, evenly from all."""
        if len(rows) > _TOLD:
            rows = rows[np.linspace(0, len(rows) - 1, _TOLD).astype(int)]
        return [self._said(int(row)) for row in rows]

    async def _answer(self, kind: str, prompt: str, model: str | None) -> str:
        """Ask, and tell who watches what has come so far."""
        self.prompt = prompt
        self._tell("asked", prompt)
        text, ending, told = "", "", 0.0
        async with aclosing(self._service.ask(prompt, model=model)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    text += event.text
                elif isinstance(event, TextReplaced):
                    text = event.text
                elif isinstance(event, Finished):
                    ending = event.ending
                # The whole each time: so seldom that a long answer stays cheap.
                if ending or monotonic() - told > _TELLING:
                    told = monotonic()
                    self._tell("answer", {"about": kind, "text": text, "ending": ending})
        return text

    def _keep_column(self, name: str, rows: Positions, value: str) -> None:
        with self._lock:
            column = self._columns.setdefault(name, [None] * len(self))
            for row in rows:
                column[int(row)] = value
