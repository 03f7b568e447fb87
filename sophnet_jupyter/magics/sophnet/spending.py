"""``%sophnet account``: what is left of the account, and what was spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from IPython.core.error import UsageError

from ...errors import quoted
from ...kernel.loop import run
from ...language import tr
from .. import sheet
from ..session.session import KernelSession

MOST_ROWS = 100


class Spent:
    """Shows the account of the key in use."""

    def __init__(self, session: KernelSession) -> None:
        self._session = session

    def account(self, rest: str) -> None:
        """The balance; with a day, or two, what was spent from the one to the other."""
        words = rest.split()
        if len(words) > 2:
            raise UsageError(tr("%sophnet account [FROM [TO]], as days: 2026-11-01."))
        client = self._session.client
        left = run(client.account.balance())
        amounts = {tr("left"): left.total, tr("paid in"): left.paid, tr("a gift"): left.gift}
        rows = {name: str(value) for name, value in amounts.items() if value is not None}
        if client.settings.sandbox:
            rows[tr("of")] = tr("play money: the sandbox costs nothing")
        if words:
            spent = run(client.account.usage(*words))
            rows[tr("{begin} to {end}", begin=spent.begin, end=spent.end)] = tr(
                "as the service writes it:"
            )
            rows |= dict(list(_facts(spent.summary))[:MOST_ROWS])
        sheet.table(self._session.shell, rows or {tr("left"): tr("the service does not say")})


def _facts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The values of nested JSON, each with the way to it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _facts(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _facts(inner, f"{name}[{number}]")
    else:
        yield name, quoted(value)
