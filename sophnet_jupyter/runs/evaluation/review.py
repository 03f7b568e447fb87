"""Sheets in which people without Python say what is right, and what they agree on."""

from __future__ import annotations

import hashlib
import io
import math
import os
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from ...errors import SettingsError, quoted
from ...files.names import at_home
from ...files.saving import save_bytes
from ...language import tr
from ..figures import SEED, kappa
from ..verdicts import scripted
from .answers import Label, ScoredAnswer
from .evaluated import Evaluated

ID, RIGHT, NOTE = "id", "right?", "note"
HOW = (
    'Read each answer and write "yes" or "no" in the column "right?"; leave it empty where you '
    "cannot tell. The column id must stay as it is; rows may be sorted.",
    '请阅读每个回答，在 "right?" 一列填 yes 或 no；无法判断就留空。请勿改动 id 列，行序可以改变。',
)
_YES = {"yes", "y", "true", "1", "✓", "✔", "是", "对", "right", "correct"}
_NO = {"no", "n", "false", "0", "✗", "✘", "x", "×", "否", "错", "wrong"}
# What Excel takes into one cell, and what XML takes at all.
_LONGEST = 32_000
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LARGEST = 100_000_000
_MOST_LINES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """
    How far two agree on the ``n`` answers that both have judged.

    ``kappa`` is 1 where they always agree and 0 where no more than by chance; NaN where one word is
    all that was said.
    """

    one: str
    other: str
    n: int
    agreed: int
    kappa: float

    def __str__(self) -> str:
        said = tr(
            "{one} and {other}: {agreed:,} of {n:,} alike",
            one=self.one,
            other=self.other,
            agreed=self.agreed,
            n=self.n,
        )
        return said if math.isnan(self.kappa) else f"{said}, kappa {self.kappa:.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """
    What people said of the answers.

    ``agreement`` is of every two people, and of their common verdict with each score that is a
    rate; ``disputes`` are the answers on which they differ, with who said what.
    """

    labels: Mapping[int, Label]
    agreement: Sequence[Agreement]
    disputes: Sequence[tuple[ScoredAnswer, Mapping[str, bool]]]
    notes: Sequence[str] = ()

    def to_records(self) -> list[dict[str, Any]]:
        """The answers in dispute, with a column for each person."""
        return [
            {
                **one.columns,
                "prompt": one.column.prompt,
                "model": one.column.model,
                "answer": one.said.answer,
                **said,
            }
            for one, said in self.disputes
        ]

    def __repr__(self) -> str:
        head = tr(
            "<Reviews of {n:,} answers · {disputes:,} in dispute>",
            n=len(self.labels),
            disputes=len(self.disputes),
        )
        return "\n".join([head, *map(str, self.agreement), *self.notes])


def write(
    found: Evaluated, path: str | os.PathLike[str], *, rows: int, by: str | None, blind: bool
) -> Path:
    """See `Evaluation.review`."""
    target = at_home(path)
    if target.suffix.lower() != ".xlsx":
        raise SettingsError(tr("A review is a sheet: name it {name}.xlsx.", name=target.stem))
    if rows < 1:
        raise SettingsError(
            tr("rows is how many answers to review, at least 1, not {rows}.", rows=rows)
        )
    if by is not None and by not in found.asked.table.columns:
        known = quoted(", ".join(found.asked.table.columns[:12])) or tr("none")
        raise SettingsError(
            tr("by= names no column: {by!r}. There are {known}.", by=by, known=known)
        )
    answers = [one for one in found.answers if one.ended and not one.failed]
    if not answers:
        raise SettingsError(tr("There is nothing to review: no answer has come."))
    chosen = _chosen(answers, rows, by, mixed=blind)
    return save_bytes(_sheet(found, chosen, blind=blind), target)


def _chosen(
    answers: Sequence[ScoredAnswer], rows: int, by: str | None, *, mixed: bool
) -> list[ScoredAnswer]:
    """As many of each group, in turn, drawn with a fixed seed."""
    draw = random.Random(SEED)
    groups: dict[str, list[ScoredAnswer]] = defaultdict(list)
    for one in answers:
        groups[str(one.columns.get(by)) if by else ""].append(one)
    for group in groups.values():
        draw.shuffle(group)
    found: list[ScoredAnswer] = []
    while len(found) < rows and any(groups.values()):
        for group in groups.values():
            if group and len(found) < rows:
                found.append(group.pop())
    if mixed:
        draw.shuffle(found)
        return found
    return sorted(found, key=lambda one: one.number)


def _sheet(found: Evaluated, chosen: Sequence[ScoredAnswer], *, blind: bool) -> bytes:
    openpyxl = _openpyxl()
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.datavalidation import DataValidation

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "review"
    own = [name for name in found.asked.table.columns if name not in (ID, RIGHT, NOTE)]
    who = [] if blind else ["prompt", "model"]
    heads = [ID, *own, *who, "answer", RIGHT, NOTE]
    _append(sheet, 1, heads)
    for line, one in enumerate(chosen, 2):
        said = [] if blind else [one.column.prompt, one.column.model]
        values = [_id(one), *(one.columns.get(name) for name in own), *said, one.said.answer]
        _append(sheet, line, values)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    for place, name in enumerate(heads, 1):
        letter = openpyxl.utils.get_column_letter(place)
        sheet.column_dimensions[letter].width = {ID: 12, RIGHT: 10}.get(name, 40)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    letter = openpyxl.utils.get_column_letter(heads.index(RIGHT) + 1)
    choice = DataValidation(type="list", formula1='"yes,no"', allow_blank=True)
    sheet.add_data_validation(choice)
    choice.add(f"{letter}2:{letter}{len(chosen) + 1}")
    how = book.create_sheet("how")
    for line, text in enumerate([*([scripted(found.engines)] if found.sandbox else []), *HOW], 1):
        _append(how, line, [text])
    how.column_dimensions["A"].width = 100
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _append(sheet: Any, line: int, values: Iterable[Any]) -> None:
    for place, value in enumerate(values, 1):
        cell = sheet.cell(line, place)
        if isinstance(value, bool | int | float) and value == value:
            cell.value = value
            continue
        cell.value = "" if value is None else _ODD.sub(" ", str(value))[:_LONGEST]
        # A text that begins with = is no formula: of what a model wrote nothing is worked out.
        cell.data_type = "s"


def _id(one: ScoredAnswer) -> str:
    """Tells an answer apart without telling who gave it."""
    words = f"{one.key}|{one.column.version}|{one.column.model}|{one.column.number}|{one.repeat}"
    return hashlib.sha256(words.encode()).hexdigest()[:10]


def read(found: Evaluated, paths: str | os.PathLike[str] | Iterable[str]) -> Reviews:
    """See `Evaluation.read_reviews`."""
    files = _files(paths)
    answers = {_id(one): one for one in found.answers}
    notes: list[str] = []
    said: dict[str, dict[str, tuple[bool, str]]] = {}
    for file in files:
        who = file.stem if file.stem not in said else file.as_posix()
        said[who], odd = _read(file)
        unknown = said[who].keys() - answers.keys()
        if odd:
            notes.append(tr("{name}: {n:,} cells say neither yes nor no.", name=file.name, n=odd))
        if unknown:
            notes.append(
                tr("{name}: {n:,} ids are of no answer here.", name=file.name, n=len(unknown))
            )
        said[who] = {name: label for name, label in said[who].items() if name in answers}
    labels: dict[int, Label] = {}
    disputes: list[tuple[ScoredAnswer, Mapping[str, bool]]] = []
    for name in dict.fromkeys(name for each in said.values() for name in each):
        votes = {who: each[name] for who, each in said.items() if name in each}
        labels[answers[name].number] = _majority(votes)
        if len({right for right, _ in votes.values()}) > 1:
            disputes.append((answers[name], {who: right for who, (right, _) in votes.items()}))
    for number, label in labels.items():
        found.set_label(number, label)
    agreement = [*_between(said), *_with_scores(found, labels)]
    return Reviews(labels=labels, agreement=agreement, disputes=disputes, notes=notes)


def _files(paths: str | os.PathLike[str] | Iterable[str]) -> list[Path]:
    patterns = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    found = [one for each in patterns for one in _matching(at_home(each))]
    # What Excel keeps beside a sheet that is open is none.
    found = [one for one in dict.fromkeys(found) if not one.name.startswith("~$")]
    if not found:
        raise SettingsError(tr("No file is called {names}.", names=", ".join(map(str, patterns))))
    return found


def _matching(pattern: Path) -> list[Path]:
    # Only in a name, and not in the folder, which may have brackets in its own.
    return [pattern] if pattern.is_file() else sorted(pattern.parent.glob(pattern.name))


def _read(path: Path) -> tuple[dict[str, tuple[bool, str]], int]:
    """What one person said, by id, with notes; and how many cells say neither yes nor no."""
    lines = _lines(path)
    heads = [str(value or "").strip().lower() for value in next(lines, ())]
    if ID not in heads or RIGHT not in heads:
        raise SettingsError(
            tr(
                "{name} is no review: it has no columns {id} and {right}.",
                name=path.name,
                id=ID,
                right=RIGHT,
            )
        )
    places = heads.index(ID), heads.index(RIGHT), heads.index(NOTE) if NOTE in heads else -1
    found: dict[str, tuple[bool, str]] = {}
    odd = 0
    for line in lines:
        cells = [*line, *[None] * len(heads)]
        name = str(cells[places[0]] or "").strip()
        word = cells[places[1]]
        text = "" if word is None else str(word).strip().lower().removesuffix(".0")
        if not name or not text:
            continue
        if text not in _YES | _NO:
            odd += 1
            continue
        note = cells[places[2]] if places[2] >= 0 else None
        found[name] = text in _YES, quoted(note or "", 300)
    return found, odd


def _lines(path: Path) -> Iterator[tuple[Any, ...]]:
    openpyxl = _openpyxl()
    try:
        if path.stat().st_size > _LARGEST:
            raise SettingsError(
                tr("{name} is larger than {most} MB.", name=path.name, most=_LARGEST // 10**6)
            )
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            yield from book.worksheets[0].iter_rows(values_only=True, max_row=_MOST_LINES)
        finally:
            book.close()
    except SettingsError:
        raise
    except Exception as error:  # a broken archive or XML raises whatever its reader does
        said = quoted(error, 120)
        raise SettingsError(
            tr("{name} cannot be read as a sheet: {reason}.", name=path.name, reason=said)
        ) from None


def _majority(votes: Mapping[str, tuple[bool, str]]) -> Label:
    counted = Counter(right for right, _ in votes.values())
    right = None if counted[True] == counted[False] else counted[True] > counted[False]
    note = "; ".join(note for _, note in votes.values() if note)
    if right is None:
        note = note or tr("in dispute")
    return Label(right=right, note=note, by="review")


def _between(said: Mapping[str, Mapping[str, tuple[bool, str]]]) -> list[Agreement]:
    found: list[Agreement] = []
    for one, other in combinations(said, 2):
        both = sorted(said[one].keys() & said[other].keys())
        pairs = [(said[one][name][0], said[other][name][0]) for name in both]
        if pairs:
            found.append(_agreement(one, other, pairs))
    return found


def _with_scores(found: Evaluated, labels: Mapping[int, Label]) -> list[Agreement]:
    """How far people agree with each score: what a judge is worth."""
    answers = {one.number: one for one in found.answers}
    agreed: list[Agreement] = []
    for score in found.scores:
        pairs = [
            (label.right, grade.value)
            for number, label in labels.items()
            if label.right is not None
            and (grade := answers[number].grades.get(score.name)) is not None
            and isinstance(grade.value, bool)
        ]
        if pairs:
            agreed.append(_agreement(tr("people"), score.name, pairs))
    return agreed


def _agreement(one: str, other: str, pairs: Sequence[tuple[bool, bool]]) -> Agreement:
    agreed = sum(left == right for left, right in pairs)
    return Agreement(one=one, other=other, n=len(pairs), agreed=agreed, kappa=kappa(pairs))


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise SettingsError(tr("Sheets need openpyxl: pip install openpyxl.")) from None
    return openpyxl
