"""
An evaluation: prompts and models on the same rows, scored, with what can be said of them.

One class, and long for one: it is what a user holds, and most of it are doors to the modules
beside it.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ...errors import EvaluationFailed, SettingsError
from ...events import Usage
from ..looks import Drawn
from ..progress import RunProgress
from ..rows import Ask, Row
from ..run import PATIENCE, Run
from ..score import Grade, Score
from ..tables import Table
from ..verdicts import SCRIPTED
from . import summary
from .answers import Label, ScoredAnswer, records
from .asked import EvaluatedColumn, EvaluatedRows, worded
from .grading import Embed, Grading
from .summary import LABEL, ScoreFigure, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from .review import Reviews
    from .turned import Turned

Within = Callable[[], AbstractContextManager[None]]


class Evaluation(Drawn):
    """
    Answers of several prompts or models to the same rows, with their scores.

    ``await evaluation`` asks and scores, and gives the evaluation itself; ``async for`` gives each
    `Row` as it comes. Stopped, it keeps what has come, and awaited again it goes on. ``answers``
    are in the order of rows, columns and repetitions.
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
    ) -> None:
        self.asked = asked
        self.scores = list(scores)
        self.settings = dict(settings or {})
        self.at = datetime.now(UTC).isoformat(timespec="seconds")
        for score in self.scores:
            score.check(len(asked.rows), len(asked.columns), asked.expect)
        self._within = within
        limits: dict[str, Any] = {"concurrency": concurrency, "patience": patience}
        self.run = Run(asked.items(), ask, total=asked.total, **limits)
        self._grading = Grading(asked, self.scores, ask, embed=embed, judge=judge, limits=limits)
        self._labels: dict[int, Label] = {}
        self._answers: list[ScoredAnswer] | None = None

    # Asking.

    def __await__(self) -> Generator[Any, None, Evaluation]:
        return self._whole().__await__()

    def __aiter__(self) -> AsyncGenerator[Row, None]:
        return self._each()

    async def _each(self) -> AsyncGenerator[Row, None]:
        with self._within():
            async for row in self.run:
                yield row
        await self._whole()

    async def _whole(self) -> Evaluation:
        try:
            with self._within():
                await self.run
        finally:
            # Also of one that is stopped: what has come is scored, as far as nobody is asked.
            self._answers = None
            self._grading.by_rules(self._came())
            self._answers = None
        try:
            with self._within():
                await self._grading.by_asking(self._came())
        finally:
            self._answers = None
        return self

    def _came(self) -> list[ScoredAnswer]:
        return [one for one in self.answers if one.ended]

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

    @property
    def state(self) -> str:
        """As that of a run; ``judging`` while scores ask a model."""
        return "judging" if self._grading.judging else self.run.state

    @property
    def notes(self) -> list[str]:
        """Sentences of the scores: what a judge has lost, how often its verdicts flip."""
        return [note for notes in self._grading.notes.values() for note in notes]

    @property
    def usage(self) -> Usage:
        """The tokens that answers and verdicts took."""
        found = [self.run.usage, *(run.usage for run in self._grading.runs)]
        return Usage(
            prompt_tokens=sum(one.prompt_tokens for one in found),
            completion_tokens=sum(one.completion_tokens for one in found),
            total_tokens=sum(one.total_tokens for one in found),
        )

    @property
    def cost(self) -> dict[str, float]:
        """What both cost, by currency; empty where nobody knows a price."""
        found: dict[str, float] = {}
        for run in (self.run, *self._grading.runs):
            for currency, amount in run.cost.items():
                found[currency] = found.get(currency, 0.0) + amount
        return found

    def prompt_of(self, number: int) -> str:
        """A question as it is sent, in words."""
        return worded(self.asked.item(number).prompt)

    # What came.

    @property
    def columns(self) -> list[EvaluatedColumn]:
        """The prompts and models that are compared."""
        return self.asked.columns

    @property
    def answers(self) -> list[ScoredAnswer]:
        """All answers with their grades; one that was not asked for has no ending."""
        if self._answers is None or self.run.state in ("running", "paused"):
            self._answers = [self._answer(row) for row in self.run.rows]
        return self._answers

    def _answer(self, said: Row) -> ScoredAnswer:
        row, column, turn = self.asked.place(said.number)
        grades = self._grading.of(said.number)
        label = self._labels.get(said.number)
        if label is not None:
            grades[LABEL] = Grade(label.right, label.note)
        return ScoredAnswer(
            number=said.number,
            row=row,
            key=self.asked.keys[row],
            columns=self.asked.rows[row],
            column=column,
            repeat=turn,
            said=said,
            expected=self.asked.expected(row),
            grades=grades,
            label=label,
        )

    @property
    def sandbox(self) -> bool:
        """Whether any answer is the sandbox's, which says nothing about models."""
        return any(one.said.sandbox for one in self.answers)

    @property
    def score_names(self) -> list[str]:
        """The scores in their order, and `label` where somebody has labeled."""
        named = [score.name for score in self.scores]
        return [*named, LABEL] if self._labels and LABEL not in named else named

    @property
    def figures(self) -> list[ScoreFigure]:
        """The rate or mean of each score and column, with its interval."""
        return summary.figures(self.answers, self.columns, self.score_names)

    @property
    def compared(self) -> list[Verdict]:
        """Every two columns by each score, tested on the same rows."""
        return summary.compared(self.answers, self.columns, self.score_names)

    @property
    def verdicts(self) -> list[str]:
        """The verdict in sentences; that it is the sandbox's, and on few rows, comes first."""
        if not any(one.ended for one in self.answers):
            return ["Nothing is answered yet: await it."]
        said = summary.told(
            self.figures,
            self.compared,
            self.notes,
            sandbox=self.sandbox,
            rows=len({one.row for one in self.answers if one.ended}),
        )
        left = sum(not one.ended for one in self.answers)
        return [*said, f"{left:,} of {len(self.answers):,} were not asked."] if left else said

    @property
    def verdict(self) -> str:
        """The same in one text, a line each."""
        return "\n".join(self.verdicts)

    def to_records(self) -> list[dict[str, Any]]:
        """The rows of `to_frame` as dicts."""
        return records(self.answers, self.score_names, self.asked.table.columns)

    def to_frame(self) -> Any:
        """
        A row for each prompt, model, row and repetition.

        The row's own columns, ``prompt, model, repeat, answer, ending, error``, each score and
        ``<score>_why``, ``seconds, tokens_in, tokens_out, cost, sandbox``. In the library of the
        table, else of pandas or polars. Raises `SettingsError` where there is none.
        """
        found = self.to_records()
        names = dict.fromkeys(name for one in found for name in one)
        values = {name: [one.get(name) for one in found] for name in names}
        given = self.asked.table
        if given.is_frame and not hasattr(given.given, "iloc"):
            return type(given.given)(values, strict=False)
        return Table([{} for _ in found]).to_frame(values)

    def __repr__(self) -> str:
        counted = f"{len(self.asked.rows):,} rows × {len(self.columns)} · {self.state}"
        if not any(one.ended for one in self.answers):
            return f"<Evaluation {counted}>"
        return f"<Evaluation {counted}>\n{self.verdict}"

    # Judging by hand, and by a machine.

    def label(
        self,
        row: int,
        right: bool | None,
        note: str = "",
        *,
        prompt: str = "",
        model: str = "",
        repeat: int = 0,
    ) -> None:
        """
        Say of an answer that it is right or wrong, which becomes the score ``label``.

        ``row`` counts from 0; ``prompt`` and ``model`` tell which of several columns. None takes a
        label back. Raises `SettingsError` where there is no such answer.
        """
        found = [
            one
            for one in self.answers
            if one.row == row
            and one.repeat == repeat
            and prompt in ("", one.column.prompt)
            and model in ("", one.column.model)
        ]
        if len(found) != 1:
            raise SettingsError(
                f"{len(found)} answers are that: name a row from 0 to {len(self.asked.rows) - 1}, "
                "and prompt= and model= where there are several."
            )
        self.set_label(
            found[0].number, None if right is None and not note else Label(right=right, note=note)
        )

    def set_label(self, number: int, label: Label | None) -> None:
        """Label the answer of this number, or take its label away."""
        if label is None:
            self._labels.pop(number, None)
        else:
            self._labels[number] = label
        self._answers = None

    @property
    def labels(self) -> dict[tuple[int, str, int], Label]:
        """Labels by row, column and repetition."""
        found = sorted(self._labels.items())
        places = [(self.asked.place(number), label) for number, label in found]
        return {(row, column.label, turn): label for (row, column, turn), label in places}

    def check(
        self,
        *,
        at_least: float,
        prompt: str | None = None,
        score: str | None = None,
        model: str | None = None,
    ) -> None:
        """
        Raise `EvaluationFailed` unless every prompt has at least this rate by every score.

        ``prompt``, ``model`` and ``score`` narrow it; a score that is a number is checked where it
        is named. An answer that failed, was not asked for, or has no verdict counts as wrong, and
        to have no row at all is a failure.
        """
        lines = [
            line
            for line in self.figures
            if prompt in (None, line.column.prompt)
            and model in (None, line.column.model)
            and (line.score == score if score else line.kind == "rate")
        ]
        for name, given, known in (
            ("prompt", prompt, [one.prompt for one in self.columns]),
            ("model", model, [one.model for one in self.columns]),
            ("score", score, self.score_names),
        ):
            if given is not None and given not in known:
                raise SettingsError(f"No {name} here is called {given!r}: {', '.join(known)}.")
        said = summary.shortfalls(lines, self.answers, at_least)
        if not lines or not self.answers:
            said = ["No row was evaluated." if not self.answers else "No score here is a rate."]
        if said:
            raise EvaluationFailed([SCRIPTED, *said] if self.sandbox else said)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """
        Write it to ``.jsonl``, which `against` reads; what it is comes first in the file.

        Raises `SettingsError`.
        """
        from .kept import save

        return save(self, path)

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
