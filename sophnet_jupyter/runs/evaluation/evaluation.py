"""An evaluation while it goes on, and what it can be handed over as."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from ...language import tr
from ..bell import Bell
from ..looks import Drawn
from ..progress import RunProgress
from ..rows import Ask, Item, Row
from ..run import PATIENCE, Run
from ..score import Score
from .asked import EvaluatedRows
from .evaluated import Evaluated
from .grading import Embed, Grading

if TYPE_CHECKING:
    from pathlib import Path

    from ..report.report import Report
    from .review import Reviews
    from .turned import Turned

Within = Callable[[], AbstractContextManager[None]]


class Evaluation(Evaluated, Drawn):
    """
    Answers of several prompts or models to the same rows, with their scores.

    ``await evaluation`` asks and scores, and gives the evaluation itself; ``async for`` gives each
    `Row` as it comes. Stopped, it keeps what has come, and awaited again it goes on.
    """

    def __init__(
        self,
        asked: EvaluatedRows,
        scores: Sequence[Score],
        ask: Ask,
        *,
        embed: Embed | None = None,
        judge: str = "",
        concurrency: int = 32,
        patience: float = PATIENCE,
        settings: Mapping[str, Any] | None = None,
        within: Within = nullcontext,
        request: Callable[[Item], object] | None = None,
        revive: Callable[[str], Any] | None = None,
        **how: Any,
    ) -> None:
        for score in scores:
            score.check(len(asked.rows), len(asked.columns), asked.expect)
        limits: dict[str, Any] = {"concurrency": concurrency, "patience": patience, **how}
        run = Run(asked.items(), ask, total=asked.total, make=asked.item, revive=revive, **limits)
        grading = Grading(asked, scores, ask, embed=embed, judge=judge, limits=limits)
        super().__init__(asked, scores, run, grading, settings or {})
        self._within = within
        self._request = request
        self._noted = False
        self._bell = Bell()
        self._followers = 0

    def keep_verdicts(self, keep: Callable[[Run, str], None]) -> None:
        """Have ``keep`` called with each run in which a judge is asked, and its score's name."""
        self._grading.keep = keep

    # Asking.

    def __await__(self) -> Generator[Any, None, Evaluation]:
        return self._whole().__await__()

    def __aiter__(self) -> AsyncGenerator[Row, None]:
        return self._each()

    async def _each(self) -> AsyncGenerator[Row, None]:
        self._followers += 1
        self._bell.ring()
        try:
            with self._within():
                async for row in self.run:
                    yield row
            await self._whole()
        finally:
            self._followers -= 1

    @property
    def is_followed(self) -> bool:
        """Whether somebody waits for it: it goes on, or is about to."""
        return self._followers > 0

    @property
    def begun(self) -> int:
        """How often somebody has begun to wait for it."""
        return self._bell.rung

    def begins(self, since: int) -> asyncio.Future[None]:
        """Done, on the running loop, once it was `begun` more often than ``since``."""
        return self._bell.next(since)

    async def _whole(self) -> Evaluation:
        self._followers += 1
        self._bell.ring()
        try:
            return await self._answered_and_scored()
        finally:
            self._followers -= 1

    async def _answered_and_scored(self) -> Evaluation:
        try:
            with self._within():
                await self.run
        finally:
            # Also of one that is stopped: what has come is scored, as far as nobody is asked.
            self._renew()
            self._grading.by_rules(self._came())
            self._renew()
        try:
            with self._within():
                await self._grading.by_asking(self._came())
        finally:
            self._renew()
        # Worked out here, where nobody waits for a panel or a cell to be drawn.
        await asyncio.to_thread(lambda: self.verdicts)
        if self.run.state == "done" and not self._noted:
            from .noted import note

            self._noted = True
            await asyncio.to_thread(note, self)
        return self

    def requests(self) -> list[object]:
        """What the first row sends for each prompt and model; nothing is sent by this."""
        if not self.asked.rows or self._request is None:
            return []
        columns = range(len(self.columns))
        return [self._request(self.asked.item(n * self.asked.repeat)) for n in columns]

    def stop(self) -> None:
        """End it: what is under way is hung up. From any thread."""
        for run in (self.run, *self._grading.runs):
            run.stop()

    def pause(self) -> None:
        """Send nothing more for now, until `go_on`."""
        self._going.pause()

    def go_on(self) -> None:
        """Send again after `pause`."""
        self._going.go_on()

    def progress(self) -> RunProgress:
        """The figures of this moment: of the answers, or while it judges of the verdicts."""
        return self._going.progress()

    @property
    def _going(self) -> Run:
        return self._grading.judging or self.run

    # Handing it over.

    def save(self, path: str | os.PathLike[str]) -> Path:
        """
        Write it to ``.jsonl``, which `against` reads; what it is comes first in the file.

        For others: ``.html`` is one page, verdict first, that opens without a network; ``.xlsx``
        and ``.csv`` have a row for each answer. Raises `SettingsError`.
        """
        from ..report import saving
        from .kept import save

        if os.fspath(path).lower().endswith(".jsonl"):
            return save(self, path, conceal=self.run.conceal)
        return saving.save(self.report(), path)

    def report(self) -> Report:
        """What `save` writes for others."""
        from ..report.report import Report
        from .kept import head

        facts = {name: value for name, value in head(self).items() if name != "verdicts"}
        return Report(
            title=tr("Evaluation"),
            value=self,
            verdict=self.verdicts,
            rows=self.to_records(),
            conceal=self.run.conceal,
            settings=facts,
            sandbox=self.sandbox,
            engines=self.engines,
        )

    def against(self, earlier: Evaluation | str | os.PathLike[str]) -> Turned:
        """
        This one and an earlier one, or its file, on the rows that both have: what has turned.

        The same tests as between two prompts. Raises `SettingsError`.
        """
        from .kept import read
        from .turned import turned

        return turned(self, earlier if isinstance(earlier, Evaluation) else read(earlier))

    def review(
        self,
        path: str | os.PathLike[str],
        *,
        rows: int = 200,
        by: str | None = None,
        blind: bool = True,
    ) -> Path:
        """
        Write a sheet (.xlsx) in which people without Python say what is right.

        At most ``rows`` answers, as many of each value of the column ``by``; ``blind`` leaves out
        who answered, and mixes them. Raises `SettingsError`, also without openpyxl.
        """
        from .review import write

        return write(self, path, rows=rows, by=by, blind=blind)

    def read_reviews(self, paths: str | os.PathLike[str] | Iterable[str]) -> Reviews:
        """
        Read such sheets, by a pattern like ``"review*.xlsx"``: what most say becomes `labels`.

        Returns the agreement of every two people (kappa, n) and the answers in dispute. Raises
        `SettingsError`.
        """
        from .review import read

        return read(self, paths)

    def to_latex(self) -> str:
        """The figures as a LaTeX table, for the package booktabs."""
        from .written import to_latex

        return to_latex(self)

    def methods(self) -> str:
        """How it was done, as a paragraph: models as answered, dates, settings, tests, prompts."""
        from .written import methods

        return methods(self)
