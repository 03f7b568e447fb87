from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.events import Replayed, Usage
from sophnet_jupyter.history.budget import TOKENS, Budget, Meter, budget
from sophnet_jupyter.history.prices import Cost, Prices, money, total
from sophnet_jupyter.response import Response

PRICES = """
[[price]]
service = "SophNet"
model = "DeepSeek-V3.2"
input = 2.0
cached = 0.5
output = 3
currency = "CNY"

[[price]]
service = "SophNet"
model = "DeepSeek-V3.2"
input = 4.0
output = 6
currency = "CNY"
from = 2026-06-01

[[price]]
service = "SophNet"
model = "qwen*"
input = 1
output = 1
currency = "CNY"
"""
USAGE = Usage(prompt_tokens=1_000_000, completion_tokens=2_000_000, total_tokens=3_000_000)
ANSWER = Response(service="SophNet", model="DeepSeek-V3.2", usage=USAGE)


@pytest.fixture
def prices(tmp_path: Path) -> Prices:
    return written(tmp_path, PRICES)


def written(folder: Path, text: str) -> Prices:
    (folder / "prices.toml").write_text(text, encoding="utf-8")
    return Prices.read(folder)


def test_an_answer_costs_its_tokens(prices: Prices) -> None:
    assert prices.cost(ANSWER) == Cost(Decimal(16), "CNY", "prices")


def test_cached_tokens_have_their_own_price(tmp_path: Path) -> None:
    prices = written(tmp_path, PRICES.replace("from = 2026-06-01", "from = 2999-06-01"))
    usage = Usage(prompt_tokens=1_000_000, cached_tokens=600_000, total_tokens=1_000_000)
    found = prices.cost(replace(ANSWER, usage=usage))
    assert found
    assert found.amount == Decimal("0.4") * 2 + Decimal("0.6") * Decimal("0.5")


def test_the_price_of_the_day_holds(prices: Prices) -> None:
    old = prices.find("sophnet", "deepseek-v3.2", datetime.date(2026, 5, 31))
    new = prices.find("SophNet", "DeepSeek-V3.2", datetime.date(2026, 6, 1))
    assert old
    assert new
    assert (old.input, new.input) == (2, 4)


def test_a_pattern_names_many_models(prices: Prices) -> None:
    assert prices.find("SophNet", "qwen3.7-max")
    assert prices.find("SophNet", "GLM-5.2") is None
    assert prices.find("Dify", "qwen3.7-max") is None


def test_the_services_own_price_goes_before_ours(prices: Prices) -> None:
    usage = Usage(prompt_tokens=1, price="0.0012", currency="USD")
    assert prices.cost(replace(ANSWER, usage=usage)) == Cost(Decimal("0.0012"), "USD", "service")


def test_what_nobody_knows_is_unknown_and_not_nothing(prices: Prices) -> None:
    assert prices.cost(replace(ANSWER, model="GLM-5.2")) is None
    assert prices.cost(replace(ANSWER, usage=None)) is None
    assert Prices().cost(ANSWER) is None


def test_an_answer_from_the_store_costs_nothing(prices: Prices) -> None:
    again = replace(ANSWER, replayed=Replayed(source="cache"))
    assert prices.cost(again) == Cost(Decimal(0), "CNY", "prices")


def test_sums_keep_currencies_and_sources_apart() -> None:
    costs = [
        Cost(Decimal(1), "CNY", "prices"),
        Cost(Decimal(2), "CNY", "service"),
        Cost(Decimal(4), "CNY", "prices"),
        None,
    ]
    assert total(costs) == ({("CNY", "prices"): Decimal(5), ("CNY", "service"): Decimal(2)}, 1)


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ("[[price]]\nservice = S", "line 2"),
        ('[[prices]]\nservice = "S"', "and nothing else"),
        ('price = "2"', "and nothing else"),
        ("price = [2]", "price 1 is no table"),
        ('[[price]]\nservise = "S"', "did you mean service?"),
        ('[[price]]\nservice = "S"\nmodel = "m"', "says no currency"),
        ('[[price]]\nservice = "S"\nmodel = "m"\ncurrency = "CNY"\ninput = 1', "says no output"),
        (PRICES.replace("input = 2.0", 'input = "much"'), "input is a number"),
        (PRICES.replace("input = 2.0", "input = -1"), "input is a number"),
        (PRICES.replace("input = 2.0", "input = nan"), "input is a number"),
        (PRICES.replace("from = 2026-06-01", 'from = "June"'), "from is a day"),
    ],
)
def test_a_slip_in_the_file_is_told_with_its_place(tmp_path: Path, slip: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        written(tmp_path, slip)
    assert str(tmp_path / "prices.toml") in str(caught.value)
    assert said in str(caught.value)


def test_without_a_file_there_are_no_prices(tmp_path: Path) -> None:
    assert Prices.read(tmp_path).listed == ()


@pytest.mark.parametrize(
    ("given", "amount", "unit"),
    [
        (200_000, 200_000, TOKENS),
        ("200000", 200_000, TOKENS),
        ("200_000 tokens", 200_000, TOKENS),
        ("2M-tokens", 2_000_000, TOKENS),
        ("50k tokens", 50_000, TOKENS),
        ("50k", 50_000, TOKENS),
        ("3万 tokens", 30_000, TOKENS),
        ("2.00 CNY", 2, "CNY"),
        ("2.00CNY", 2, "CNY"),
        ("cny 2", 2, "CNY"),
        ("¥2", 2, "CNY"),
        ("2 元", 2, "CNY"),
        ("$1,000.50", Decimal("1000.50"), "USD"),
        ("2.00", 2, "CNY"),
        ("20", 20, "CNY"),
        (2.5, Decimal("2.5"), "CNY"),
        (2.0, 2, "CNY"),
    ],
)
def test_a_budget_is_read_as_people_write_it(
    prices: Prices, given: Any, amount: Any, unit: str
) -> None:
    assert budget(given, prices) == Budget(Decimal(amount), unit)


@pytest.mark.parametrize(
    "given", [0, -1, "", "much", "2 CNY USD", "2 parrots", True, None, [2], "1.2.3"]
)
def test_what_is_no_budget_is_refused(prices: Prices, given: Any) -> None:
    with pytest.raises(SettingsError, match="udget"):
        budget(given, prices)


def test_money_without_prices_says_what_to_do() -> None:
    with pytest.raises(SettingsError, match=r"prices\.toml has none"):
        budget("2.00", Prices())
    with pytest.raises(SettingsError, match="needs the price of m"):
        Meter(Budget(Decimal(2), "CNY"), Prices(), service="SophNet", model="m")


def test_another_currency_than_that_of_the_price_is_refused(prices: Prices) -> None:
    with pytest.raises(SettingsError, match="priced in CNY"):
        Meter(budget("2 USD", prices), prices, service="SophNet", model="DeepSeek-V3.2")


def test_a_meter_keeps_its_limit_although_many_are_under_way(prices: Prices) -> None:
    meter = Meter(budget("10000 tokens", prices), prices, service="SophNet", model="m")
    one = Response(usage=Usage(prompt_tokens=60, completion_tokens=40, total_tokens=100))
    sent = 0
    while meter.reserve("a question", max_tokens=100):
        sent += 1
        if sent % 8 == 0:
            for _ in range(8):
                meter.settle(one)
    for _ in range(sent % 8):
        meter.settle(one)
    assert sent == 100
    assert meter.spent == 10_000


def test_what_fails_or_was_kept_gives_back_what_was_reserved(prices: Prices) -> None:
    meter = Meter(budget(1000, prices), prices, service="SophNet", model="m")
    assert meter.reserve(max_tokens=900)
    assert not meter.reserve(max_tokens=900)
    meter.settle(None)
    assert meter.reserve(max_tokens=900)
    meter.settle(replace(ANSWER, replayed=Replayed(source="cache")))
    assert meter.spent == 0


def test_money_is_told_with_its_currency() -> None:
    assert money(Decimal("2.5"), "CNY") == "2.50 CNY"
    assert money(Decimal("0.01234"), "CNY") == "0.0123 CNY"
    assert str(Budget(Decimal(2000000), TOKENS)) == "2,000,000 tokens"
