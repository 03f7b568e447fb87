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


REAL = {"name": "Bo", "age": 3}
WRITTEN = '{"name": "Bo", "age": 3}'
EXAMPLE = '```json\n{"name": "a long name as an example", "age": 0}\n```'


@pytest.mark.parametrize(
    "text",
    [
        f"As [1] says: {WRITTEN}",
        f"As [1, 2] and [3] say, it is {WRITTEN} [4]",
        f"{'Said [1]. ' * 200}{WRITTEN}",
        f"{'A [note] on it. ' * 200}{WRITTEN}",
        f"For example:\n{EXAMPLE}\nThe answer is {WRITTEN}",
        f"The format is this:\n\n{EXAMPLE}\n\n```json\n{WRITTEN}\n```",
        f"{EXAMPLE}\nYours:\n```json\n{WRITTEN}\n```",
        f"{EXAMPLE}\n{WRITTEN}",
        f"例如：\n{EXAMPLE}\n结果：{WRITTEN}",
        f'Settings {{"a": 1}} were used: {WRITTEN}',
        f"Tags [] and [7] and {{}}: {WRITTEN}",
        f"```python\nprint([1, 2, 3, 4, 5])\n```\n{WRITTEN}",
    ],
)
def test_neither_a_citation_nor_an_example_is_taken_for_the_value(text: str) -> None:
    assert first_value(text) == REAL


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('First {"a": 1}, then {"a": 2}.', {"a": 1}),
        ("The answer is [7].", [7]),
        ("```json\n[1]\n```", [1]),
        ("[1]", [1]),
        ('See [1]: [{"a": 1}]', [{"a": 1}]),
        ('Primes: ["two", "three"]', ["two", "three"]),
        ('For example {"a": 1}', {"a": 1}),
    ],
)
def test_what_stands_alone_is_the_value_whatever_it_looks_like(text: str, value: object) -> None:
    assert first_value(text) == value


def test_the_value_that_fits_comes_before_a_larger_one() -> None:
    text = f'{{"log": "{"x" * 200}"}} {WRITTEN} [1]'
    assert first_value(text, lambda value: "name" in value) == REAL
    assert first_value("See [12345] or [4, 5].", lambda value: len(value) == 2) == [4, 5]


@pytest.mark.parametrize(
    "text",
    [
        'Here: {"a": {"b": 1}, "c": [1, 2',
        '```json\n{"a": {"b": 1}, "c": "and so',
        'Broken: {"a": {"b": 1}, "c": }',
        'Broken: {"a": NaN, "b": {"c": 1}}',
        f'{EXAMPLE}\nThe answer: {{"name": "Bo", ',
        "According to [1], it rains.",
    ],
)
def test_a_part_of_a_broken_value_is_no_value(text: str) -> None:
    with pytest.raises(ValueError, match="JSON"):
        first_value(text)


@pytest.mark.parametrize("text", ['{"' * 100_000, '{"a": "' * 50_000, "[1] " * 100_000])
def test_more_nonsense_costs_little_time_too(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(ValueError, match="JSON"):
        first_value(text)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'{"f": "\alpha + \sum"}', r"\alpha + \sum"),
        (r'Here: {"f": "\underline{x}"}', r"\underline{x}"),
        (r'{"f": "\\alpha \sum"}', r"\alpha \sum"),
        (r'{"f": "\u00e9 \"x\" \/"}', 'é "x" /'),
    ],
)
def test_latex_with_one_backslash_is_read_as_it_is(text: str, value: str) -> None:
    assert first_value(text) == {"f": value}
