"""What a button of the panel finds, as a list with the reason of each row beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...errors import SettingsError
from ...explore.exploration import Exploration
from ...explore.tables import columns_of
from ...language import tr
from .telling import LISTED


@dataclass(frozen=True, slots=True)
class FoundRows:
    """A list beside the map: ``rows`` are positions with what is told of each, worst first."""

    title: str
    note: str
    rows: list[tuple[int, str]]


def find(exploration: Exploration, what: str, column: str) -> FoundRows | None:
    """Select rows that do not belong. Raises `SettingsError`; None for what is no such thing."""
    if what == "duplicates":
        frame = exploration.duplicates()
        told = _told(frame, "similarity", "kept")
        beside = [tr("{score:z.2f} like {kept}", score=score, kept=kept) for score, kept in told]
        note = tr("Each is like a row that stays; they are selected. Undo takes that back.")
        return _listed(exploration, frame, tr("Duplicates"), note, beside)
    if what == "outliers":
        frame = exploration.outliers()
        beside = [f"{distance:z.2f}" for (distance,) in _told(frame, "distance")]
        note = tr("Furthest from their neighbors first; they are selected.")
        return _listed(exploration, frame, tr("Outliers"), note, beside)
    if what == "mislabeled":
        if column in ("", "cluster", "trust", "kind") or column not in exploration.columns:
            raise SettingsError(
                tr("Color by the column of labels first: wrong ones are found there.")
            )
        frame = exploration.mislabeled(column)
        told = _told(frame, column, "suggested", "share")
        beside = [f"{own} → {other} {share:.0%}" for own, other, share in told]
        note = tr(
            "Rows whose neighbors have another {column}, surest first; they are selected.",
            column=column,
        )
        return _listed(exploration, frame, tr("Wrong labels"), note, beside)
    return None


def _told(frame: Any, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*columns_of(frame, *names), strict=True))


def _listed(
    exploration: Exploration, frame: Any, title: str, note: str, beside: list[str]
) -> FoundRows:
    rows = exploration.order_of(frame).tolist()
    title = f"{title}: {len(rows):,}"
    return FoundRows(title, note, list(zip(rows, beside, strict=True))[:LISTED])
