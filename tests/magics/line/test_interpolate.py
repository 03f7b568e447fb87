from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from sophnet_jupyter.magics.line.interpolate import CELL, LONGEST_VALUE, TABLE_ROWS, interpolate
from sophnet_jupyter.response import Response


class Grumpy:
    def __str__(self) -> str:
        raise RuntimeError("no")

    @property
    def mood(self) -> str:
        raise RuntimeError("no")


NAMES: dict[str, Any] = {
    "city": "Beijing",
    "place": SimpleNamespace(name="Xi'an", inner=SimpleNamespace(code=7)),
    "table": {"key": "value", 3: "three", "a b": "spaced", "In": "not the input"},
    "rows": ["zero", "one"],
    "In": ["", "first", "second"],
    "Out": {2: "result"},
    "secret": "do not tell",
    "sly": "{secret} {city}",
    "grumpy": Grumpy(),
    "名字": "小明",
    "answer": Response(text="earlier words"),
}


def filled(prompt: str) -> str:
    return interpolate(prompt, NAMES, {3: "KeyError: 'x'"})[0]


@pytest.mark.parametrize(
    ("prompt", "sent"),
    [
        ("to {city}.", "to Beijing."),
        ("{city}{city}", "BeijingBeijing"),
        ("{place.name}", "Xi'an"),
        ("{place.inner.code}", "7"),
        ("{table[key]}", "value"),
        ("{table['key']}", "value"),
        ('{table["a b"]}', "spaced"),
        ("{table[3]}", "three"),
        ("{rows[-1]}", "one"),
        ("{In[2]} {Out[2]}", "second result"),
        ("{Err[3]}", "KeyError: 'x'"),
        ("{名字}", "小明"),
        ("{answer}", "earlier words"),
    ],
)
def test_a_name_that_resolves_is_replaced(prompt: str, sent: str) -> None:
    assert filled(prompt) == sent


@pytest.mark.parametrize(
    "prompt",
    [
        '{"json": 1}',
        "{'a': {'b': [1, 2]}}",
        "{unknown}",
        "{city.unknown}",
        "{rows[9]}",
        "{table[missing]}",
        "{place.name()}",
        "{city!r}",
        "{city:>10}",
        "{ city }",
        "{}",
        "{{city}}",
        "{{ city }}",
        "{Err[9]}",
        "{grumpy}",
        "{grumpy.mood}",
        "for (i=0;i<3;i++) {city;}",
        "f'{1+1}'",
        "\\frac{1}{2}",
    ],
)
def test_everything_else_with_braces_stays_as_written(prompt: str) -> None:
    assert filled(prompt) == prompt


def test_a_key_cannot_itself_be_a_field() -> None:
    assert filled("{table[{city}]}") == "{table[Beijing]}"


def test_a_replaced_text_is_never_looked_at_again() -> None:
    assert filled("{sly}") == "{secret} {city}"


def test_two_values_do_not_make_a_third_name() -> None:
    assert interpolate("{a}{b}", {"a": "{cit", "b": "y}", "city": "X"}, {})[0] == "{city}"


def test_a_variable_called_err_is_the_users() -> None:
    assert interpolate("{Err[3]}", {"Err": {3: "mine"}}, {3: "ours"})[0] == "mine"


def test_the_reader_is_told_what_was_put_in() -> None:
    _, inserted = interpolate("{city} {nothing} {rows[0]}", NAMES, {})
    assert inserted == ["{city} 7 characters", "{rows[0]} 4 characters"]


def test_a_long_value_is_cut_and_both_sides_are_told() -> None:
    text, [said] = interpolate("{x}", {"x": "a" * (LONGEST_VALUE + 5)}, {})
    assert text.endswith("(5 characters left out)")
    assert said == "{x} 20,000 of 20,005 characters"


def test_a_data_frame_becomes_a_table_that_keeps_its_order() -> None:
    frame = pd.DataFrame({"city": ["Beijing", "Xi|an"], "people": [21.8, 13.0]})
    text, [said] = interpolate("{df}", {"df": frame}, {})
    assert text.strip().splitlines() == [
        "| city | people |",
        "|---|---|",
        "| Beijing | 21.8 |",
        "| Xi\\|an | 13.0 |",
    ]
    assert said == "{df} 2 of 2 rows"


def test_a_large_data_frame_is_bounded_in_every_direction() -> None:
    frame = pd.DataFrame({f"c{n}": ["x" * 500] * 1000 for n in range(40)})
    text, [said] = interpolate("{df}", {"df": frame}, {})
    assert said == "{df} 20 of 1,000 rows, 12 of 40 columns"
    assert "(shown: 20 of 1,000 rows, 12 of 40 columns)" in text
    assert len(text) < TABLE_ROWS * 13 * (CELL + 5)


def test_columns_of_one_name_do_not_break_a_table() -> None:
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    text, _ = interpolate("{df}", {"df": frame}, {})
    assert "| 1 | 2 |" in text
