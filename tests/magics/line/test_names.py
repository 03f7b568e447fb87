from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.error import UsageError

from sophnet_jupyter.magics.line.names import schema, tools


@dataclass
class City:
    name: str


def get_weather(city: str) -> str:
    return city


def get_time() -> str:
    return "now"


NAMES: dict[str, Any] = {
    "get_weather": get_weather,
    "get_time": get_time,
    "both": [get_weather, get_time],
    "declared": {"name": "declared", "parameters": {}},
    "box": SimpleNamespace(inner=get_time),
    "City": City,
    "Cities": list[City],
    "number": 7,
}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["get_weather"], [get_weather]),
        (["get_weather,get_time"], [get_weather, get_time]),
        (["get_weather", "get_time"], [get_weather, get_time]),
        (["both"], [get_weather, get_time]),
        (["box.inner"], [get_time]),
        (["declared, get_time"], [NAMES["declared"], get_time]),
    ],
)
def test_tools_are_found_by_name(words: list[str], found: list[Any]) -> None:
    assert tools(words, NAMES) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("City", City),
        ("Cities", list[City]),
        ("list[City]", list[City]),
        ("list[list[int]]", list[list[int]]),
        ("declared", NAMES["declared"]),
    ],
)
def test_a_schema_is_found_by_name(words: str, found: Any) -> None:
    assert schema(words, NAMES) == found


def test_a_wrong_name_is_refused_with_what_comes_close() -> None:
    with pytest.raises(UsageError, match=r"no get_wether here\. Did you mean get_weather"):
        tools(["get_wether"], NAMES)
    with pytest.raises(UsageError, match=r"no Citty here\. Did you mean City"):
        schema("Citty", NAMES)
    with pytest.raises(UsageError, match="Define it"):
        tools(["zzz"], NAMES)


@pytest.mark.parametrize("word", ["number", "__import__('os')", "get_time()"])
def test_what_is_no_function_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="--tools"):
        tools([word], NAMES)


@pytest.mark.parametrize("word", ["number", "get_time", "list[number]"])
def test_what_is_no_form_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="--schema"):
        schema(word, NAMES)
