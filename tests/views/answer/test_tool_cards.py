from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sophnet_jupyter.events import Shown, ToolResult
from sophnet_jupyter.response import Response
from sophnet_jupyter.response.rounds import ToolCall
from sophnet_jupyter.views.answer.tool_cards import (
    LONGEST_ARGUMENTS,
    LONGEST_RESULT,
    card,
    plain_card,
    pretty,
    state_of,
)

CALL = ToolCall(id="1", name="weather", arguments='{"city": "Paris"}')
EVIL = "<img src=x onerror=alert(1)> $x$ \x1b]0;t\x07 \u202e"


def returned(text: str = "21", *, error: bool = False) -> ToolResult:
    return ToolResult(index=0, id="1", name="weather", text=text, error=error, seconds=0.125)


@pytest.mark.parametrize(
    ("arguments", "tools_run", "settled", "state"),
    [
        ('{"city": "Pa', True, False, "writing"),
        ('{"city": "Paris"}', True, False, "running"),
        ('{"city": "Paris"}', False, False, "writing"),
        ('{"city": "Paris"}', False, True, "wanted"),
        ('{"city": "Paris"}', True, True, "stopped"),
    ],
)
def test_a_call_without_a_result_stands_where_its_text_stands(
    arguments: str, tools_run: bool, settled: bool, state: str
) -> None:
    response = Response(tool_calls=(ToolCall(name="f", arguments=arguments),))
    assert state_of(response, 0, tools_run=tools_run, settled=settled) == state


@pytest.mark.parametrize(("error", "state"), [(False, "done"), (True, "failed")])
def test_a_result_settles_a_call(error: bool, state: str) -> None:
    response = Response(tool_calls=(CALL,), tool_results=(returned(error=error),))
    assert state_of(response, 0, tools_run=True, settled=False) == state


def test_a_card_says_what_was_called_with_what_and_what_came_of_it() -> None:
    html = card(CALL, "done", returned('{"celsius": 21}'))
    assert "weather" in html
    assert "Paris" in html
    assert "celsius" in html
    assert "✓ 0.12 s" in html
    assert plain_card(CALL, "done", returned()) == '→ weather {"city": "Paris"} ✓ 0.12 s\n  21'


def test_a_card_of_a_call_that_nobody_runs_says_so() -> None:
    assert "wants to call" in card(CALL, "wanted", None)
    assert plain_card(CALL, "wanted", None).endswith("not run")


def test_text_of_a_model_or_a_function_is_words() -> None:
    html = card(ToolCall(name=EVIL, arguments=EVIL), "failed", returned(EVIL, error=True))
    assert "<img" not in html
    assert "\x1b" not in html
    assert "\u202e" not in html
    words = plain_card(ToolCall(name=EVIL, arguments=EVIL), "failed", returned(EVIL, error=True))
    assert "\x1b" not in words
    assert words.count("\n") == 1


def test_json_does_not_bring_control_characters_back_by_their_numbers() -> None:
    text = r'{"a": "\u202e \u001b[2J \ud800"}'
    html = card(ToolCall(name="f", arguments=text), "done", returned(text))
    html.encode()
    assert not {"\u202e", "\x1b"} & set(html)


def test_what_is_long_is_cut_and_a_long_result_is_folded() -> None:
    long = ToolCall(name="f" * 900, arguments="[" + "1," * 50_000)
    html = card(long, "done", returned("word " * 50_000))
    assert len(html) < 20 * (LONGEST_ARGUMENTS + LONGEST_RESULT)
    assert "<details>" in html
    assert "returned · 250,000 characters" in html


@pytest.mark.parametrize("arguments", ["", "{}"])
def test_a_call_without_arguments_has_no_empty_block(arguments: str) -> None:
    assert "<pre" not in card(ToolCall(name="now", arguments=arguments), "running", None)


def test_a_result_is_shown_as_the_notebook_would_show_it() -> None:
    def drawn(**shown: Any) -> str:
        result = ToolResult(index=0, name="f", text="told", shown=Shown(**shown))
        return card(CALL, "done", result)

    table = drawn(rows=({"city": EVIL, "t": 20},), size="900 rows, 2 columns")
    assert "<table" in table
    assert "the first of 900 rows" in table
    assert "<img" not in table
    picture = drawn(image=b"\x89PNG\r\n\x1a\n")
    assert 'src="data:image/png;base64,' in picture
    assert "<strong>bold</strong>" in drawn(markdown=f"**bold** {EVIL}")
    assert "<img" not in drawn(markdown=EVIL)
    assert "what the model was told" in table


@pytest.mark.parametrize(
    "number", ["12E4", "1e999", "1.10", "12345678901234567890.5", "-0", "[12E4, 1e999]"]
)
def test_a_number_is_shown_as_it_was_written(number: str) -> None:
    call = ToolCall(id="1", name="f", arguments=f'{{"x": {number}}}')
    html = re.sub("<[^>]*>", "", card(call, "done", returned(number)))
    assert html.count(number) == 2


def test_json_is_laid_out_as_python_does_it() -> None:
    value = {"a": [1, {"b": []}], "c": {}, 'é "\\\n': None, "d": [[], [2.5, True]]}
    assert pretty(json.dumps(value)) == json.dumps(value, ensure_ascii=False, indent=2)
    assert pretty('{"a": ') is None
