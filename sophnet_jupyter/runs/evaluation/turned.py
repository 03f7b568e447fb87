"""An evaluation and an earlier one on the same rows: which answers turned, perhaps by chance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ...errors import SettingsError
from ...language import tr
from ..figures import difference
from ..looks import Drawn
from ..verdicts import few, scripted
from .answers import ScoredAnswer
from .asked import EvaluatedColumn
from .evaluated import Evaluated
from .kept import KeptEvaluation
from .summary import Verdict, by_row, line


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAnswer:
    """An answer whose score is another one than before."""

    score: str
    better: bool
    before: ScoredAnswer
    now: ScoredAnswer


@dataclass(frozen=True, kw_only=True)
class Turned(Drawn):
    """
    What has changed since an earlier evaluation.

    ``rows`` is how many both have; ``verdicts`` are sentences, the same tests as between prompts;
    ``answers`` those that turned, the worse first; ``engines`` have made the
    sandbox's answers among them.
    """

    rows: int
    verdicts: list[str]
    compared: list[Verdict]
    answers: list[TurnedAnswer] = field(default_factory=list)
    engines: Collection[str] = ()

    @property
    def worse(self) -> list[TurnedAnswer]:
        return [one for one in self.answers if not one.better]

    @property
    def better(self) -> list[TurnedAnswer]:
        return [one for one in self.answers if one.better]

    def __repr__(self) -> str:
        told = "\n".join(self.verdicts)
        counts = tr(
            "{better} better, {worse} worse", better=len(self.better), worse=len(self.worse)
        )
        return f"<Turned: {counts}>\n{told}"


def turned(now: Evaluated, earlier: Evaluated | KeptEvaluation) -> Turned:
    """Compare each column with the one of its name, on rows that are equal in both."""
    pairs = _pairs(now.columns, earlier.columns)
    keys = {one.key for one in earlier.answers} & {one.key for one in now.answers}
    if not keys:
        raise SettingsError(tr("The two evaluations have no row in common."))
    compared: list[Verdict] = []
    answers: list[TurnedAnswer] = []
    for before, after in pairs:
        old = _of(earlier.answers, before, keys)
        new = _of(now.answers, after, keys)
        for score in now.score_names:
            if score in earlier.score_names:
                compared.append(_verdict(score, after.label, old, new))
                answers += _turned(score, old, new)
    if not compared:
        raise SettingsError(tr("The two evaluations have no score in common."))
    left = len({one.key for one in now.answers} | {one.key for one in earlier.answers}) - len(keys)
    engines = now.engines | earlier.engines
    said = [scripted(engines)] if engines else []
    if now.sandbox != earlier.sandbox:
        said.append(tr("Only one of the two is the sandbox's: they cannot be compared."))
    said += [warning] if (warning := few(len(keys))) else []
    several = len({one.score for one in compared}) > 1
    said += [line(one.score, one.sentence, several=several) for one in compared]
    said += [tr("{n:,} rows are in one of them only, and left out.", n=left)] if left else []
    answers.sort(key=lambda one: (one.better, one.now.row))
    return Turned(
        rows=len(keys), verdicts=said, compared=compared, answers=answers, engines=engines
    )


def _pairs(
    now: Sequence[EvaluatedColumn], earlier: Sequence[EvaluatedColumn]
) -> list[tuple[EvaluatedColumn, EvaluatedColumn]]:
    if len(now) == len(earlier) == 1:
        return [(earlier[0], now[0])]
    known = {one.label: one for one in earlier}
    found = [(known[one.label], one) for one in now if one.label in known]
    if not found:
        raise SettingsError(
            tr(
                "The earlier evaluation has {known}, and none of {asked}.",
                known=", ".join(known),
                asked=", ".join(one.label for one in now),
            )
        )
    return found


def _of(
    answers: Sequence[ScoredAnswer], column: EvaluatedColumn, keys: set[str]
) -> list[ScoredAnswer]:
    return [one for one in answers if one.column.number == column.number and one.key in keys]


def _verdict(
    score: str, label: str, old: Sequence[ScoredAnswer], new: Sequence[ScoredAnswer]
) -> Verdict:
    before, after = _by_key(old, score), _by_key(new, score)
    rows = sorted(before.keys() & after.keys())
    found = difference([before[row] for row in rows], [after[row] for row in rows])
    return Verdict(score=score, one=label, other=label, difference=found, p=found.p, earlier=True)


def _by_key(answers: Sequence[ScoredAnswer], score: str) -> dict[str, float | None]:
    keys = {one.row: one.key for one in answers}
    return {keys[row]: value for row, value in by_row(answers, score).items()}


def _turned(
    score: str, old: Sequence[ScoredAnswer], new: Sequence[ScoredAnswer]
) -> list[TurnedAnswer]:
    before = {(one.key, one.repeat): one for one in old}
    found: list[TurnedAnswer] = []
    for now in new:
        was = before.get((now.key, now.repeat))
        if was is None:
            continue
        one, other = was.grades.get(score), now.grades.get(score)
        if one is None or other is None:
            continue
        if one.value is not None and other.value is not None and one.value != other.value:
            better = float(other.value) > float(one.value)
            found.append(TurnedAnswer(score=score, better=better, before=was, now=now))
    return found
