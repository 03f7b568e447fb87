"""Score the answers of an evaluation: by rules at once, then by who has to be asked."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from ...errors import SettingsError
from ...language import tr
from ..judging import MARK
from ..rows import Ask, Item
from ..run import Run
from ..score import Asked, Case, Grade, Means, Score, is_missing
from ..scores import Check
from .answers import ScoredAnswer
from .asked import EvaluatedRows, worded

Embed = Callable[[Sequence[str]], Awaitable[list[Sequence[float] | None]]]
"""A vector for each text, None for one that has none."""


class Grading:
    """The grades of all answers, and the runs in which judges were asked."""

    def __init__(
        self,
        asked: EvaluatedRows,
        scores: Sequence[Score],
        ask: Ask,
        *,
        embed: Embed | None,
        judge: str,
        limits: Mapping[str, Any],
    ) -> None:
        self.notes: dict[str, list[str]] = {}
        self.runs: list[Run] = []
        self.keep: Callable[[Run, str], None] | None = None
        self.judging: Run | None = None
        self._asked, self._scores, self._ask = asked, list(scores), ask
        self._embed, self._judge, self._limits = embed, judge, dict(limits)
        self._grades: dict[str, dict[int, Grade]] = {}
        # Verdicts are paid for: those of a score that was stopped are kept, and the rest asked.
        self._open: dict[tuple[str, int, str], Run] = {}
        self._scoring = ""

    def of(self, number: int) -> dict[str, Grade]:
        """The grades of one answer, by the names of scores."""
        return {name: found[number] for name, found in self._grades.items() if number in found}

    def by_rules(self, answers: Sequence[ScoredAnswer]) -> None:
        """The scores that ask nobody."""
        came = [one for one in answers if not one.failed]
        for score in self._scores:
            if isinstance(score, Check):
                self._keep(score, answers, came, [score.mark(one) for one in self._cases(came)])

    async def by_asking(self, answers: Sequence[ScoredAnswer]) -> None:
        """The others, one after the other; what it raises comes through."""
        came = [one for one in answers if not one.failed]
        others = [score for score in self._scores if not isinstance(score, Check)]
        cases = self._cases(came, with_prompts=True) if others else []
        means = Means(ask=self._answered, embed=self._vectors)
        for score in others:
            graded = self._grades.get(score.name, {}).keys()
            if came and graded >= {one.number for one in came}:
                continue
            self._scoring = score.name
            marked = await score.marked(cases, means)
            self._keep(score, answers, came, marked.marks)
            self.notes[score.name] = marked.notes

    def _cases(self, came: Sequence[ScoredAnswer], *, with_prompts: bool = False) -> list[Case]:
        return [
            Case(
                number=one.row,
                row=one.columns,
                column=one.column.label,
                model=one.said.response.model or one.column.model,
                prompt=worded(self._asked.item(one.number).prompt) if with_prompts else "",
                repeat=one.repeat,
                answer=one.said.response,
                expect=self._asked.expect,
                expected=one.expected,
            )
            for one in came
        ]

    def _keep(
        self,
        score: Score,
        answers: Sequence[ScoredAnswer],
        came: Sequence[ScoredAnswer],
        marks: Sequence[Grade],
    ) -> None:
        """The grades of a score; an answer that failed is wrong, unless nothing was expected."""
        found = {one.number: mark for one, mark in zip(came, marks, strict=True)}
        expects = bool(getattr(score, "expects", False) and self._asked.expect)
        for one in answers:
            if one.failed:
                counts = not (expects and is_missing(one.expected))
                why = tr("no answer: {error}", error=one.said.error or tr("it failed"))
                found[one.number] = Grade(False if counts else None, why)
        self._grades[score.name] = found

    async def _answered(self, prompts: Sequence[str], model: str) -> list[Asked]:
        named = model or self._judge
        options = {"model": named} if named else {}
        key = self._scoring, len(prompts), named
        if (run := self._open.get(key)) is None:
            # Without keys each is a question of its own; those that are kept are told apart by what
            # is asked, and by which of equal ones they are.
            keys = _keys(prompts, f"{named}\0{self._scoring}") if self.keep else [""] * len(prompts)
            items = [
                Item(number=n, prompt=one, key=keys[n], options=options)
                for n, one in enumerate(prompts)
            ]
            run = self._open[key] = Run(items, self._ask, **self._limits)
            if self.keep:
                # A few milliseconds of a disk, which no stream is to wait for.
                await asyncio.to_thread(self.keep, run, self._scoring)
            self.runs.append(run)
        self.judging = run
        try:
            await run
        finally:
            self.judging = None
        del self._open[key]
        return [
            Asked(response=row.response if row.ending else None, error=row.error, cost=row.cost)
            for row in run.rows
        ]

    async def _vectors(self, texts: Sequence[str]) -> list[Sequence[float] | None]:
        if self._embed is None:
            raise SettingsError(tr("similar() needs embeddings, and this client has none."))
        return await self._embed(texts)


def _keys(prompts: Sequence[str], salt: str) -> list[str]:
    """What tells each question from the others, whatever marks it was given."""
    seen: Counter[str] = Counter()
    found = []
    for prompt in prompts:
        asked = MARK.sub("", prompt)
        said = f"{salt}\0{seen[asked]}\0{asked}"
        seen[asked] += 1
        found.append(hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest())
    return found
