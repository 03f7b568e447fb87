"""What the answers of a panel have taken, in one line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...errors import SophNetError
from ...language import tr
from ..exchange.exchange import Exchange


def spent(exchanges: Iterable[Exchange], client: Any, model: str) -> str:
    """
    Tokens, and money as far as anybody knows it: ``1,234 tokens · 0.0120 CNY``.

    What the service says and what the user's prices say are not added up; empty for nothing.
    """
    tokens = unknown = 0
    money: dict[tuple[str, str], float] = {}
    prices = _prices(client)
    for exchange in exchanges:
        response = exchange.response
        if response is None or response.usage is None or response.replayed:
            continue
        tokens += response.usage.total_tokens
        cost = prices.cost(response, model=model) if prices else None
        if cost is None:
            unknown += 1
        else:
            key = cost.currency, cost.source
            money[key] = money.get(key, 0.0) + float(cost.amount)
    if not tokens and not money:
        return ""
    said = [tr("{tokens:,} tokens", tokens=tokens)]
    for (currency, source), amount in sorted(money.items()):
        by = (" " + tr("by the service")) if source == "service" else ""
        said.append(f"{amount:,.4f} {currency}{by}")
    if money and unknown:
        said.append(tr("{unknown} unknown", unknown=unknown))
    return " · ".join(said)


def _prices(client: Any) -> Any:
    """The prices of this user; None where there are none, or their file is wrong."""
    history = getattr(client, "history", None)
    try:
        return history.prices() if history is not None else None
    except (SophNetError, OSError):
        return None
