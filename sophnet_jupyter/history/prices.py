"""
What answers cost, by the user's own ``prices.toml``.

    [[price]]
    service = "SophNet"
    model = "DeepSeek-V3.2"
    input = 2.0          # per million tokens
    cached = 0.4         # of which the service knew the beginning; as input where it is left out
    output = 3.0
    currency = "CNY"
    from = 2026-01-01    # the day from which it holds; always, where it is left out

No price is built in: services change them, and a wrong sum is worse than none.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ..errors import SettingsError, file_refused
from ..events import Usage
from ..language import tr
from ..response import Response

FILE = "prices.toml"
MILLION = Decimal(1_000_000)
NAMES = ("service", "model", "input", "cached", "output", "currency", "from")
NUMBERS = ("input", "cached", "output")


class Cost(NamedTuple):
    """
    What an answer has cost. ``source`` says whose figure it is: ``service`` or ``prices``; the two
    are never added up.
    """

    amount: Decimal
    currency: str
    source: Literal["service", "prices"]

    def __str__(self) -> str:
        return money(self.amount, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPrice:
    """Of one model, per million tokens, from a day on. ``model`` may hold ``*``."""

    service: str
    model: str
    input: Decimal
    output: Decimal
    cached: Decimal
    currency: str
    since: datetime.date

    def of(self, usage: Usage) -> Decimal:
        """What so many tokens cost."""
        cached = min(usage.cached_tokens or 0, usage.prompt_tokens)
        fresh = usage.prompt_tokens - cached
        tokens = (fresh * self.input, cached * self.cached, usage.completion_tokens * self.output)
        return sum(tokens, Decimal(0)) / MILLION


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of a user; none where there is no file. ``path`` is where they are looked for."""

    listed: tuple[ModelPrice, ...] = ()
    path: Path = Path(FILE)

    @classmethod
    def read(cls, folder: Path) -> Prices:
        """The prices in a folder. Raises `SettingsError` that names the place of a slip."""
        path = folder / FILE
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            return cls((), path)
        except UnicodeDecodeError:
            raise SettingsError(
                tr("{path} is not in UTF-8: save it so, and try again.", path=path)
            ) from None
        except OSError as error:
            raise file_refused(path, error) from None
        try:
            said = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{path}: {error}.") from None
        entries = said.get("price", [])
        if set(said) - {"price"} or not isinstance(entries, list):
            raise SettingsError(tr("{path} is a list of [[price]], and nothing else.", path=path))
        return cls(tuple(_price(entry, n, path) for n, entry in enumerate(entries, 1)), path)

    def find(self, service: str, model: str, day: datetime.date | None = None) -> ModelPrice | None:
        """The price of a model on a day, today's without one; None where none is known."""
        day = day or datetime.datetime.now().astimezone().date()
        found = [
            price
            for price in self.listed
            if price.service.lower() == service.lower()
            and fnmatchcase(model.lower(), price.model.lower())
            and price.since <= day
        ]
        # One that names the model goes before a pattern, a later one before an earlier.
        return max(found, key=lambda price: ("*" not in price.model, price.since), default=None)

    def cost(self, response: Response, *, model: str = "") -> Cost | None:
        """
        What an answer has cost, by its service or by these prices; None where nobody knows.

        ``model`` is the one that was asked, for an answer that does not name its own. One that came
        from the store has cost nothing.
        """
        usage = response.usage or Usage()
        if response.replayed:
            usage = Usage()
        elif usage.price:
            amount = _decimal(usage.price)
            return None if amount is None else Cost(amount, usage.currency, "service")
        elif response.usage is None or not self.listed:
            return None
        for name in (response.model, model):
            if name and (price := self.find(response.service, name)):
                return Cost(price.of(usage), price.currency, "prices")
        return None

    @property
    def currency(self) -> str:
        """The one currency of all prices; empty where there are none, or several."""
        known = {price.currency for price in self.listed}
        return known.pop() if len(known) == 1 else ""


def money(amount: Decimal, currency: str) -> str:
    """An amount for the reader: ``0.0123 CNY``, ``2.50 CNY``."""
    places = 2 if amount == 0 or abs(amount) >= 1 else 4
    return f"{amount:,.{places}f} {currency}".rstrip()


def total(costs: Sequence[Cost | None]) -> tuple[dict[tuple[str, str], Decimal], int]:
    """The sums by currency and source, and how many costs are unknown."""
    sums: dict[tuple[str, str], Decimal] = {}
    for cost in costs:
        if cost is not None:
            name = (cost.currency, cost.source)
            sums[name] = sums.get(name, Decimal(0)) + cost.amount
    return sums, sum(cost is None for cost in costs)


def _price(entry: object, number: int, path: Path) -> ModelPrice:
    where = tr("{path}, price {number}", path=path, number=number)
    if not isinstance(entry, Mapping):
        raise SettingsError(tr("{where} is no table.", where=where))
    for name in entry:
        if name not in NAMES:
            near = get_close_matches(name, NAMES, n=1)
            advice = tr("There is {names}.", names=", ".join(NAMES))
            if near:
                advice = tr("did you mean {near}?", near=near[0])
            raise SettingsError(
                tr("{where} has {name!r:.40}: {advice}", where=where, name=name, advice=advice)
            )
    words = {name: _word(entry, name, where) for name in ("service", "model", "currency")}
    numbers = {name: _number(entry, name, where) for name in NUMBERS if name in entry}
    if lacking := [name for name in ("input", "output") if name not in numbers]:
        raise SettingsError(
            tr(
                "{where} says no {name}, which is per million tokens.",
                where=where,
                name=lacking[0],
            )
        )
    since = entry.get("from", datetime.date.min)
    if isinstance(since, datetime.datetime):
        since = since.date()
    if not isinstance(since, datetime.date):
        raise SettingsError(
            tr("{where}: from is a day such as 2026-01-01, without quotes.", where=where)
        )
    return ModelPrice(
        service=words["service"],
        model=words["model"],
        currency=words["currency"],
        input=numbers["input"],
        output=numbers["output"],
        cached=numbers.get("cached", numbers["input"]),
        since=since,
    )


def _word(entry: Mapping[str, Any], name: str, where: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(tr("{where} says no {name}.", where=where, name=name))
    return value.strip().upper() if name == "currency" else value.strip()


def _number(entry: Mapping[str, Any], name: str, where: str) -> Decimal:
    value = entry[name]
    number = None if isinstance(value, bool) else _decimal(value)
    if number is None or number < 0:
        raise SettingsError(
            tr(
                "{where}: {name} is a number from 0, not {value!r:.40}.",
                where=where,
                name=name,
                value=value,
            )
        )
    return number


def _decimal(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
