from __future__ import annotations

import math
import re

import pytest

from sophnet_jupyter.events import TokenLogprob
from sophnet_jupyter.views.answer.tokens import ROWS, SHOWN, heat, lines


def token(text: str, probability: float, **others: float) -> TokenLogprob:
    beside = tuple((name, math.log(one)) for name, one in others.items())
    return TokenLogprob(text, math.log(probability), beside)


def strengths(html: str) -> list[float]:
    box = html[html.index("pre-wrap") :]
    return [float(one) for one in re.findall(r"rgba\(230,95,0,([.\d]+)\)", box)]


def test_the_less_likely_a_token_the_stronger_its_ground() -> None:
    found = strengths(heat([token("a", 1), token("b", 0.5), token("c", 0.01)]))
    assert found == sorted(found)
    assert found[0] == 0
    assert found[-1] > 0.5


def test_what_else_could_have_stood_there_is_folded_below() -> None:
    items = [token(" sunny", 0.5, rainy=0.3, cold=0.1), token(".", 1)]
    html = heat(items)
    assert "<details" in html
    assert "rainy 30 % · cold 10 %" in html
    assert "·sunny" in html
    assert lines(items) == ["·sunny            50 %, or rainy 30 % cold 10 %"]


def test_certain_tokens_need_no_table() -> None:
    html = heat([token("a", 1), token("b", 1, b=1)])
    assert "<details" not in html
    assert lines([token("a", 1)]) == []
    assert heat([]) == ""


def test_a_long_answer_is_bounded() -> None:
    html = heat([token("x" * 5_000, 0.5, y=0.4)] * 20_000)
    assert html.count("<span style") <= SHOWN + 10
    assert "19,400 more tokens" in html
    assert html.count("<tr>") == ROWS + 1


@pytest.mark.parametrize("logprob", [float("nan"), float("inf"), float("-inf"), -9999.0, 0.1])
def test_any_number_can_be_drawn(logprob: float) -> None:
    assert all(0 <= one <= 0.6 for one in strengths(heat([TokenLogprob("a", logprob)])))


def test_tokens_are_words() -> None:
    evil = "<img src=x onerror=alert(1)>\x1b[2J"
    html = heat([token(evil, 0.5, **{evil: 0.4})])
    assert "<img" not in html
    assert "\x1b" not in html + "".join(lines([token(evil, 0.5, **{evil: 0.4})]))
