"""The value of an evaluation: its answers with their scores, its figures, verdicts and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ...errors import EvaluationFailed, SettingsError
from ...events import Usage
from ...language import tr
from ..progress import STATES
from ..rows import Row
from ..run import Run
from ..score import Grade, Score
from ..tables import Table
from ..verdicts import in_rows, scripted
from . import summary
from .answers import Label, ScoredAnswer, records
from .asked import EvaluatedColumn, EvaluatedRows, worded
from .grading import Grading
from .summary import LABEL, ScoreFigure, Verdict


class Evaluated:
    """
    Answers of several prompts or models to the same rows, with what they are worth.

    ``answers`` are in the order of rows, columns and repetitions, and there at any time.
    """

    def __init__(
        self,
        asked: EvaluatedRows,
        scores: Sequence[Score],
        run: Run,
        grading: Grading,
        settings: Mapping[str, Any],
    ) -> None:
        self.asked = asked
        self.scores = list(scores)
        self.run = run
        self.settings = dict(settings)
        self.at = datetime.now(UTC).isoformat(timespec="seconds")
        self._grading = grading
        self._labels: dict[int, Label] = {}
        self._answers: list[ScoredAnswer] | None = None
        # Means are resampled, which takes a while, and are asked for again and again.
        self._figures: list[ScoreFigure] | None = None
        self._compared: list[Verdict] | None = None

    @property
    def state(self) -> str:
        """As that of a run; ``judging`` while scores ask a model."""
        if self._grading.judging:
            return "judging"
        spent = any(run.state == "budget" for run in self._grading.runs)
        return "budget" if spent else self.run.state

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

    def _came(self) -> list[ScoredAnswer]:
        return [one for one in self.answers if one.ended]

    # What came.

    @property
    def columns(self) -> list[EvaluatedColumn]:
        """The prompts and models that are compared."""
        return self.asked.columns

    @property
    def answers(self) -> list[ScoredAnswer]:
        """All answers with their grades; one that was not asked for has no ending."""
        if self._answers is None or self.run.state in ("running", "paused"):
            self._renew()
            self._answers = [self._answer(row) for row in self.run.rows]
        return self._answers

    def _renew(self) -> None:
        """Forget what was worked out: there are other answers, grades or labels."""
        self._answers = self._figures = self._compared = None

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
    def engines(self) -> frozenset[str]:
        """What has made the sandbox's answers; empty words stand for its script."""
        return frozenset(one.said.engine for one in self.answers if one.said.sandbox)

    @property
    def score_names(self) -> list[str]:
        """The scores in their order, and `label` where somebody has labeled."""
        named = [score.name for score in self.scores]
        return [*named, LABEL] if self._labels and LABEL not in named else named

    @property
    def figures(self) -> list[ScoreFigure]:
        """The rate or mean of each score and column, with its interval."""
        answers = self.answers
        if self._figures is None:
            self._figures = summary.figures(answers, self.columns, self.score_names)
        return self._figures

    @property
    def compared(self) -> list[Verdict]:
        """Every two columns by each score, tested on the same rows."""
        answers = self.answers
        if self._compared is None:
            self._compared = summary.compared(answers, self.columns, self.score_names)
        return self._compared

    @property
    def verdicts(self) -> list[str]:
        """The verdict in sentences; that it is the sandbox's, and on few rows, comes first."""
        if not any(one.ended for one in self.answers):
            return [tr("Nothing is answered yet: await it.")]
        said = summary.told(
            self.figures,
            self.compared,
            self.notes,
            engines=self.engines,
            rows=len({one.row for one in self.answers if one.ended}),
        )
        left = sum(not one.ended for one in self.answers)
        if left:
            said.append(tr("{left:,} of {all:,} were not asked.", left=left, all=len(self.answers)))
        return said

    @property
    def comparing(self) -> set[str]:
        """Those of `verdicts` that say of two columns which is better, or that none is."""
        several = len({figure.score for figure in self.figures}) > 1
        return summary.comparing(self.compared, several=several)

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
        rows, state = in_rows(len(self.asked.rows)), tr(STATES[self.state])
        counted = f"{rows} × {len(self.columns)} · {state}"
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
                tr(
                    "{n} answers are that: name a row from 0 to {last}, "
                    "and prompt= and model= where there are several.",
                    n=len(found),
                    last=len(self.asked.rows) - 1,
                )
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
        self._renew()

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
                raise SettingsError(
                    tr(
                        "No {what} here is called {given!r}: {known}.",
                        what=tr(name),
                        given=given,
                        known=", ".join(known),
                    )
                )
        said = summary.shortfalls(lines, self.answers, at_least)
        if not lines or not self.answers:
            said = [tr("No score here is a rate.")]
            if not self.answers:
                said = [tr("No row was evaluated.")]
        if said:
            engines = self.engines
            raise EvaluationFailed([scripted(engines), *said] if engines else said)
