"""What was used, summed by day, model, notebook or run."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass
from typing import Literal

from ..errors import SettingsError
from ..language import tr
from .history import History

By = Literal["day", "model", "notebook", "run"]
BY = ("day", "model", "notebook", "run")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """
    One line: ``money`` by currency and by whose figure it is, ``prices`` or ``service``, which are
    never added up. ``unknown`` counts calls whose price nobody knows.
    """

    name: str
    sandbox: bool
    calls: int
    tokens_in: int
    tokens_out: int
    characters: int
    money: dict[tuple[str, str], float]
    unknown: int


def usage(history: History, by: str = "model", since: float | None = None) -> list[Used]:
    """What was used, most first, or by day in their order. Blocking. Raises `SettingsError`."""
    if by not in BY:
        raise SettingsError(
            tr("--by is one of {known}, not {by!r:.30}.", known=", ".join(BY), by=by)
        )
    day = "" if since is None else datetime.datetime.fromtimestamp(since).date().isoformat()

    def work(rows: sqlite3.Connection) -> list[tuple[object, ...]]:
        return rows.execute(
            f"SELECT {by}, sandbox, currency, priced_by, sum(calls), sum(tokens_in), "  # noqa: S608
            "sum(tokens_out), sum(characters), sum(money), sum(unknown) FROM spent "
            f"WHERE day >= ? GROUP BY {by}, sandbox, currency, priced_by",
            [day],
        ).fetchall()

    found: dict[tuple[str, bool], Used] = {}
    for name, sandbox, currency, source, *sums in history.read(work):
        calls, tokens_in, tokens_out, characters, money, unknown = sums
        key = (str(name), bool(sandbox))
        before = found.get(key)
        amounts = dict(before.money) if before else {}
        known = before or _NOTHING
        if currency:
            amounts[str(currency), str(source)] = float(str(money))
        found[key] = Used(
            name=key[0],
            sandbox=key[1],
            calls=_plus(known.calls, calls),
            tokens_in=_plus(known.tokens_in, tokens_in),
            tokens_out=_plus(known.tokens_out, tokens_out),
            characters=_plus(known.characters, characters),
            money=amounts,
            unknown=_plus(known.unknown, unknown),
        )
    if by == "day":
        return sorted(found.values(), key=lambda used: (used.name, used.sandbox))
    return sorted(found.values(), key=lambda used: -(used.tokens_in + used.tokens_out))


_NOTHING = Used(
    name="", sandbox=False, calls=0, tokens_in=0, tokens_out=0, characters=0, money={}, unknown=0
)


def _plus(before: int, more: object) -> int:
    return before + int(str(more or 0))
