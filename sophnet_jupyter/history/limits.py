"""
A limit on what is spent a day or a month, which several kernels keep together.

What a call may take is reserved in the store before it is sent, and replaced by what it took.
"""

from __future__ import annotations

import datetime
import os
import platform
import secrets
import sqlite3
import time
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from ..errors import SettingsError
from ..files.processes import is_alive
from ..language import tr
from ..settings import policy, spending_limit, usual_spending_limit
from .budget import CHARACTERS, EXPECTED_ANSWER, TOKENS, Budget, budget
from .history import History
from .index import fact, put_fact

Per = Literal["day", "month"]
# Seconds for which a limit that was read is not looked at again.
FRESH = 2.0
# Seconds after which nothing is under way any more, whoever reserved it.
LONGEST = 3600.0


class BudgetReached(SettingsError):
    """What was to be sent would have passed the limit, so that nothing was sent."""


@dataclass(frozen=True, slots=True)
class SpendingLimit:
    """So much ``per`` day or month."""

    limit: Budget
    per: Per

    def __str__(self) -> str:
        if self.per == "day":
            return tr("{limit} per day", limit=self.limit)
        return tr("{limit} per month", limit=self.limit)

    @property
    def since(self) -> str:
        """The first day that counts."""
        today = datetime.datetime.now().astimezone().date()
        return (today if self.per == "day" else today.replace(day=1)).isoformat()


def written(words: str, history: History) -> SpendingLimit:
    """A limit as people write it: ``20 CNY per day``. Raises `SettingsError`."""
    said, _, per = words.replace("--per", " per ").partition(" per ")
    span = per.strip() or "day"
    if span not in ("day", "month"):
        raise SettingsError(
            tr("A budget is per day or per month, not per {span!r:.20}.", span=span)
        )
    found = budget(said.strip(), history.prices())
    return SpendingLimit(found, "day" if span == "day" else "month")


def set_limit(history: History, words: str) -> SpendingLimit | None:
    """
    Set the limit of this user, or take it away with ``off``. Blocking.

    Raises `SettingsError` where the site has set it.
    """
    if locked := policy().locks("budget"):
        raise SettingsError(
            tr("The budget here is {budget}: decided by {by}.", budget=locked.value, by=locked.by)
        )
    limit = None if words.strip() == "off" else written(words, history)
    text = "" if limit is None else f"{limit.limit.amount} {limit.limit.unit} per {limit.per}"
    history.write(lambda rows: put_fact(rows, "budget", text or "0"))
    history.limit = None
    return limit


def current(history: History) -> SpendingLimit | None:
    """The limit in force: SOPHNET_BUDGET, else that of ``%sophnet budget``. Blocking."""
    now = time.monotonic()
    if history.limit is None or now - history.limit[0] > FRESH:
        words = spending_limit()
        # Reading would make the file, of which the first call is to tell.
        if not words and history.path.exists():
            kept = history.read(lambda rows: fact(rows, "budget"))
            words = "" if kept == "0" else kept or usual_spending_limit()
        elif not words:
            words = usual_spending_limit()
        history.limit = (now, written(words, history) if words else None)
    found = history.limit[1]
    assert found is None or isinstance(found, SpendingLimit)
    return found


def is_known_as_none(history: History) -> bool:
    """
    Whether it was read a moment ago that there is no limit.

    False for the first who asks later, and who is to look again; the others need not wait for that.
    """
    known, now = history.limit, time.monotonic()
    if known is None or known[1] is not None:
        return False
    if now - known[0] < FRESH or now - history.limit_looked_at < FRESH:
        return True
    history.limit_looked_at = now
    return False


def reserve(history: History, question: str, model: str, max_tokens: int | None) -> str:
    """
    Reserve what a call may take; returns an id, empty where there is no limit. Blocking.

    Raises `BudgetReached`.
    """
    limit = current(history)
    if limit is None:
        return ""
    name = secrets.token_hex(8)

    def work(rows: sqlite3.Connection) -> Decimal | None:
        spent, calls = _spent(rows, limit)
        waiting = _reserved(rows, limit)
        expected = _expected(history, limit, question, model, max_tokens)
        if calls:
            expected = min(expected, spent / calls) if spent else expected
        if spent + waiting + expected > limit.limit.amount:
            return max(Decimal(0), limit.limit.amount - spent - waiting)
        money, tokens = (Decimal(0), expected) if limit.limit.in_tokens else (expected, Decimal(0))
        who = (name, time.time(), platform.node(), os.getpid())
        values = (*who, int(tokens), float(money), limit.limit.unit)
        rows.execute("INSERT INTO reserved VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        return None

    left = history.write(work)
    if left is not None:
        raise BudgetReached(
            tr(
                "The budget of {limit} is used up: {left} is left. "
                "%sophnet usage shows what took it; %sophnet budget sets another, or off.",
                limit=limit,
                left=Budget(left, limit.limit.unit),
            )
        )
    return name


def told(history: History) -> tuple[SpendingLimit | None, Budget | None]:
    """The limit, and what of it is spent. Blocking."""
    limit = current(history)
    if limit is None:
        return None, None
    spent = history.read(lambda rows: _spent(rows, limit)[0])
    return limit, Budget(spent, limit.limit.unit)


def _spent(rows: sqlite3.Connection, limit: SpendingLimit) -> tuple[Decimal, int]:
    if limit.limit.in_tokens:
        query = "SELECT sum(tokens_in + tokens_out), sum(calls) FROM spent WHERE day >= ?"
        given = [limit.since]
    else:
        query = "SELECT sum(money), sum(calls) FROM spent WHERE day >= ? AND currency = ?"
        given = [limit.since, limit.limit.unit]
    total, calls = rows.execute(query, given).fetchone()
    return _decimal(total), int(calls or 0)


def _reserved(rows: sqlite3.Connection, limit: SpendingLimit) -> Decimal:
    """What is under way, without what processes have left that are gone."""
    total = Decimal(0)
    for name, at, host, process, tokens, money, currency in rows.execute(
        "SELECT * FROM reserved"
    ).fetchall():
        gone = host == platform.node() and not is_alive(process)
        # Clocks are set back: what seems to come yet is as old.
        if gone or abs(time.time() - at) > LONGEST:
            rows.execute("DELETE FROM reserved WHERE id = ?", [name])
        elif currency == limit.limit.unit:
            total += _decimal(tokens if currency == TOKENS else money)
    return total


def _expected(
    history: History, limit: SpendingLimit, question: str, model: str, max_tokens: int | None
) -> Decimal:
    asked, answer = len(question) // CHARACTERS + 1, max_tokens or EXPECTED_ANSWER
    if limit.limit.in_tokens:
        return Decimal(asked + answer)
    prices = [price for price in history.prices().listed if price.currency == limit.limit.unit]
    known = [price for price in prices if price.model.lower() == model.lower()] or prices
    if not known:
        return Decimal(0)
    return max((asked * each.input + answer * each.output) / 1_000_000 for each in known)


def _decimal(value: object) -> Decimal:
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)
