from __future__ import annotations

import time

import pytest

from sophnet_jupyter.prompt.forms.json_text import first_value


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, "}"]}',
        '  \n{"a": [1, "}"]}\n',
        '```json\n{"a": [1, "}"]}\n```',
        '```\n{"a": [1, "}"]}\n```\nThat is it.',
        'Here it is:\n\n```json\n{"a": [1, "}"]}',
        'Sure! {"a": [1, "}"]} Anything else {today}?',
        'I use {curly} words. {"a": [1, "}"]}',
        '<think>maybe {"b": 2}</think>{"a": [1, "}"]}',
        '```python\nprint({})\n```\n```json\n{"a": [1, "}"]}\n```',
    ],
)
def test_the_value_is_found_wherever_it_stands(text: str) -> None:
    assert first_value(text) == {"a": [1, "}"]}


def test_a_fence_inside_a_string_ends_nothing() -> None:
    assert first_value('{"code": "```\\nx\\n```"}') == {"code": "```\nx\n```"}


@pytest.mark.parametrize("text", ["", "  ", "none here", '{"a": 1', '{"a": NaN}', "{'a': 1}"])
def test_no_value_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"JSON|empty"):
        first_value(text)


@pytest.mark.parametrize("text", ["{" * 200_000, "[" * 200_000, "```\n" * 50_000, '{"a":' * 50_000])
def test_nonsense_costs_little_time(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(ValueError, match="JSON"):
        first_value(text)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "text", ["[" * 101 + "]" * 101, 'Here: {"a":' + "[" * 300 + "]" * 300 + "}"]
)
def test_a_value_of_too_many_levels_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="levels"):
        first_value(text)


def test_a_value_of_a_hundred_levels_is_read() -> None:
    assert first_value("[" * 100 + "]" * 100)
