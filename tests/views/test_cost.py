"""What an answer cost, in the line below it."""

from __future__ import annotations

import pytest

from sophnet_jupyter.events import Usage
from sophnet_jupyter.response import Response
from sophnet_jupyter.views.answer import Context
from sophnet_jupyter.views.answer.answer import figures


@pytest.mark.parametrize(
    ("price", "currency", "said"),
    [
        ("0.0002840", "USD", "5 out · 0.000284 USD"),
        ("12", "RMB", "5 out · 12 RMB"),
        ("0.0000000", "USD", "5 out"),
        ("", "", "5 out"),
    ],
)
def test_a_price_is_told_if_there_is_one(price: str, currency: str, said: str) -> None:
    usage = Usage(prompt_tokens=3, completion_tokens=5, price=price, currency=currency)
    assert figures(Response(usage=usage), Context()).endswith(said)
