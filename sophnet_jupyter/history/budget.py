"""
Budgets, in tokens or in money: one way to write them for runs, evaluations and ``%sophnet budget``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ..errors import SettingsError
from ..language import tr
from ..response import Response
from .prices import Prices, money

TOKENS = "tokens"
# A bare number in words is money below this, and tokens from here on.
FEW = 1000
# Tokens of an answer that nobody has seen yet, and characters of a prompt to a token of it.
EXPECTED_ANSWER, CHARACTERS = 500, 2

_SIZES = {"": 1, "k": 1_000, "m": 1_000_000, "万": 10_000}
_SIGNS = {"¥": "CNY", "￥": "CNY", "元": "CNY", "rmb": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
_WRITTEN = re.compile(
    r"(?P<before>[^\d.\s]*)\s*(?P<number>\d[\d,_]*(?:\.\d+)?|\.\d+)\s*"
    r"(?P<size>(?:[kKmM](?![a-zA-Z])|万)?)[\s-]*(?P<after>[^\d\s]*)"
)


@dataclass(frozen=True, slots=True)
class Budget:
    """``amount`` of a ``unit``: ``tokens``, or a currency such as ``CNY``."""

    amount: Decimal
    unit: str

    def __str__(self) -> str:
        if self.unit == TOKENS:
            return tr("{n:,.0f} tokens", n=self.amount)
        return money(self.amount, self.unit)

    @property
    def in_tokens(self) -> bool:
        """Whether it counts tokens, for which no price is needed."""
        return self.unit == TOKENS


def budget(given: object, prices: Prices) -> Budget:
    """
    A budget as people write it: ``200_000`` and ``"2M-tokens"`` are tokens, ``"2.00 CNY"``,
    ``"¥2"`` and, where all prices have one currency, ``"2.00"`` are money.

    Raises `SettingsError`; whether the price of a model is known, `Meter` asks.
    """
    if isinstance(given, Budget):
        return given
    if isinstance(given, int) and not isinstance(given, bool):
        return _positive(Budget(Decimal(given), TOKENS))
    if isinstance(given, float | Decimal):
        given = f"{given:f}" if isinstance(given, Decimal) else repr(given)
        given = given if "." in given else f"{given}.0"
    found = _WRITTEN.fullmatch(given.strip()) if isinstance(given, str) else None
    if found is None:
        raise _no_budget(given)
    words = [word for word in (found["before"], found["after"]) if word]
    amount = _amount(found["number"]) * _SIZES[found["size"].lower()]
    if not words:
        written = found["number"] + found["size"]
        few = "." in written or (written.isdecimal() and amount < FEW)
        return _positive(Budget(amount, _currency(prices) if few else TOKENS))
    if len(words) > 1:
        raise _no_budget(given)
    word = words[0].lower()
    if word in ("token", "tokens", "tok"):
        return _positive(Budget(amount, TOKENS))
    currency = _SIGNS.get(word) or word.upper()
    if not re.fullmatch("[A-Z]{3}", currency):
        raise _no_budget(given)
    return _positive(Budget(amount, currency))


class Meter:
    """
    Counts what a run spends, and says before each send whether the budget still allows it.

    What is under way is reserved at what answers have cost so far, so that the limit is kept and
    not passed by 32 rows that were sent together. Used on one thread.
    """

    def __init__(
        self,
        limit: Budget,
        prices: Prices,
        *,
        service: str,
        model: str,
        priced_by_service: bool = False,
    ) -> None:
        """
        ``priced_by_service`` says that its answers name their price, as those of Dify do.

        Raises `SettingsError` where a budget in money has no price for the model.
        """
        self.limit = limit
        self.spent = Decimal(0)
        self._prices = prices
        self._model = model
        self._settled = 0
        self._reserved: list[Decimal] = []
        self._price = None if limit.in_tokens else prices.find(service, model)
        if not (limit.in_tokens or priced_by_service or self._price):
            raise SettingsError(
                tr(
                    "A budget in {unit} needs the price of {model}: add it to {path}, or "
                    'give the budget in tokens, such as "200k tokens".',
                    unit=limit.unit,
                    model=model,
                    path=prices.path,
                )
            )
        if self._price and self._price.currency != limit.unit:
            raise SettingsError(
                tr(
                    "{model} is priced in {currency}, and the budget is in {unit}.",
                    model=model,
                    currency=self._price.currency,
                    unit=limit.unit,
                )
            )

    @property
    def left(self) -> Decimal:
        """What is neither spent nor reserved."""
        return self.limit.amount - self.spent - sum(self._reserved, Decimal(0))

    def reserve(self, prompt: str = "", max_tokens: int | None = None) -> bool:
        """Reserve what one more answer may cost; False where the budget does not allow it."""
        expected = self._expected(prompt, max_tokens)
        if expected > self.left:
            return False
        self._reserved.append(expected)
        return True

    def settle(self, response: Response | None) -> None:
        """Put what an answer has cost in the place of what was reserved for it."""
        if self._reserved:
            self._reserved.pop(0)
        if response is None or response.usage is None or response.replayed:
            return
        self.spent += self._cost(response)
        self._settled += 1

    def _cost(self, response: Response) -> Decimal:
        usage = response.usage
        assert usage
        if self.limit.in_tokens:
            return Decimal(usage.total_tokens or usage.prompt_tokens + usage.completion_tokens)
        cost = self._prices.cost(response, model=self._model)
        return cost.amount if cost and cost.currency == self.limit.unit else Decimal(0)

    def _expected(self, prompt: str, max_tokens: int | None) -> Decimal:
        if self._settled:
            return self.spent / self._settled
        asked, answer = len(prompt) // CHARACTERS + 1, max_tokens or EXPECTED_ANSWER
        if self.limit.in_tokens:
            return Decimal(asked + answer)
        if self._price is None:
            return Decimal(0)
        return (asked * self._price.input + answer * self._price.output) / 1_000_000


def _currency(prices: Prices) -> str:
    if not prices.listed:
        raise _no_prices(prices)
    if not prices.currency:
        raise SettingsError(
            tr("{path} has several currencies: say which, as in 2.00 CNY.", path=prices.path)
        )
    return prices.currency


def _no_prices(prices: Prices) -> SettingsError:
    return SettingsError(
        tr(
            "A budget in money needs prices, and {path} has none: put some there "
            '(docs/history.md), or give the budget in tokens, such as "200k tokens".',
            path=prices.path,
        )
    )


def _no_budget(given: object) -> SettingsError:
    return SettingsError(
        tr(
            'A budget is a number of tokens, or money such as "2.00 CNY", not {given!r:.60}.',
            given=given,
        )
    )


def _positive(found: Budget) -> Budget:
    if found.amount <= 0:
        raise SettingsError(tr("A budget is more than nothing, not {amount}.", amount=found.amount))
    return found


def _amount(written: str) -> Decimal:
    try:
        return Decimal(written.replace(",", "").replace("_", ""))
    except InvalidOperation:
        raise _no_budget(written) from None
