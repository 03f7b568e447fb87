"""One player for several voices that say the same: switched while it plays."""

from __future__ import annotations

import asyncio
from typing import Any

from ...events import Event
from ...files.kinds import HEAD, sniff
from ...runs.compare.answer import ColumnAnswer
from ...runs.compare.comparison import Comparison
from ...views.answer import Context
from ...views.compare import figures, grid
from ..panel.panel import Buffers, Command, Panel


class CompareVoices(Panel):
    """
    The sounds of a ``comparison`` in one player, which goes on at the same place in another voice.
    """

    file = "voices"

    def __init__(self, comparison: Comparison) -> None:
        super().__init__()
        self.comparison = comparison
        comparison.watcher = self

    async def follow(self) -> None:
        """Let all voices speak, and wait until they have."""
        self.phase = "answering"
        try:
            await self.comparison
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped"
            raise
        finally:
            self.settle()

    def began(self, answer: ColumnAnswer) -> None:
        self._tell_one(answer)

    def came(self, answer: ColumnAnswer, event: Event) -> None:
        """Sound is told when it is whole: half of one cannot be switched to."""

    def ended(self, answer: ColumnAnswer) -> None:
        self._tell_one(answer)

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "stop-voice", "voice": int(number)}:
                self.comparison.stop(self.comparison.cells[number].column)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        voices, sounds = [], []
        for number, answer in enumerate(self.comparison.cells):
            voices.append(self._facts(number, answer))
            sounds.append(b"" if answer.busy else answer.response.audio)
        return {"voices": voices}, sounds

    def still(self) -> tuple[str, str]:
        drawn = grid.bundle(self.comparison, Context())
        return drawn["text/html"], drawn["text/plain"]

    def _stop(self) -> None:
        self.comparison.stop()

    def _tell_one(self, answer: ColumnAnswer) -> None:
        number = self.comparison.cells.index(answer)
        sound = b"" if answer.busy else answer.response.audio
        self.tell("voice", [sound], voice=self._facts(number, answer))

    def _facts(self, number: int, answer: ColumnAnswer) -> dict[str, Any]:
        sound = b"" if answer.busy else answer.response.audio
        found = sniff(sound[:HEAD]) if sound else None
        turn = f" ×{answer.repeat}" if answer.repeat else ""
        line = "" if answer.busy else figures.line([answer])
        return {
            "number": number,
            "title": grid.title(answer.column) + turn,
            "figures": answer.problem or line,
            "mime": found.mime if found else "",
            "busy": answer.busy,
        }
