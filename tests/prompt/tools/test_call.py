from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from sophnet_jupyter.prompt.tools.call import ToolOutcome, result_text, run
from sophnet_jupyter.prompt.tools.tools import as_tool


@dataclass
class Place:
    city: str


def called(function: Callable[..., Any], arguments: str, timeout: float = 10.0) -> ToolOutcome:
    return asyncio.run(run(as_tool(function), "f", arguments, timeout=timeout))


def test_arguments_become_what_the_annotations_say() -> None:
    def f(place: Place, count: int, ratio: float = 2.0) -> str:
        return f"{place.city} {count!r} {ratio!r}"

    assert called(f, '{"place":{"city":"Paris"},"count":3}').text == "Paris 3 2.0"
    # As models often write numbers.
    assert called(f, '{"place":{"city":"Paris"},"count":"3"}').text == "Paris 3 2.0"
    assert called(f, '{"place":{"city":"Paris"},"count":3.0}').text == "Paris 3 2.0"


def test_positional_only_and_further_arguments_arrive() -> None:
    def f(a: int, b: int = 2, /, *, c: int = 3, **more: object) -> str:
        return f"{a} {b} {c} {more}"

    assert called(f, '{"a":1,"c":9,"__class__":0}').text == "1 2 9 {'__class__': 0}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "not a JSON object"),
        ('{"n":"x"}', r"Expected `int`, got `str` - at `\$.n`"),
        ('{"n":1,"m":2}', "unknown field `m`"),
        ("{}", "missing required field `n`"),
        ("", "missing required field `n`"),
    ],
)
def test_wrong_arguments_are_told_and_nothing_is_run(arguments: str, said: str) -> None:
    ran = []

    def f(n: int) -> None:
        ran.append(n)

    outcome = called(f, arguments)
    assert outcome.error
    assert re.search(said, outcome.text)
    assert not ran


def test_an_exception_is_told_without_its_frames() -> None:
    def f() -> None:
        raise LookupError("no\nsuch city")

    outcome = called(f, "{}")
    assert outcome == ToolOutcome("Error: f raised LookupError: no such city.", error=True)


@pytest.mark.parametrize("error", [SystemExit(3), StopIteration("x"), KeyError("k")])
def test_no_exception_of_a_tool_ends_the_loop(error: BaseException) -> None:
    def f() -> None:
        raise error

    async def g() -> None:
        raise error

    assert called(f, "{}").error
    assert called(g, "{}").error


def test_a_cancellation_from_within_is_an_error_of_the_tool() -> None:
    async def f() -> None:
        raise asyncio.CancelledError

    assert "cancelled" in called(f, "{}").text


def test_a_key_is_taken_out_of_results_and_errors() -> None:
    def f(fail: bool) -> str:
        if fail:
            raise ValueError("key-123456 is wrong")
        return "the key is key-123456"

    def told(arguments: str) -> str:
        scrub = lambda text: text.replace("key-123456", "***")  # noqa: E731
        return asyncio.run(run(as_tool(f), "f", arguments, timeout=5, scrub=scrub)).text

    assert "123456" not in told('{"fail":true}') + told('{"fail":false}')


@pytest.mark.parametrize("kind", ["async", "thread"])
def test_a_slow_tool_is_given_up_in_time(kind: str) -> None:
    release = threading.Event()

    async def slowly() -> None:
        await asyncio.Event().wait()

    def blocking() -> None:
        release.wait()

    outcome = called(slowly if kind == "async" else blocking, "{}", timeout=0.05)
    release.set()
    assert outcome.error
    assert "0.05 s" in outcome.text


def test_an_unknown_tool_is_an_error_for_the_model() -> None:
    outcome = asyncio.run(run(None, "rm_rf", "{}", timeout=1))
    assert outcome == ToolOutcome("Error: there is no tool called 'rm_rf'.", error=True)


def test_results_are_text_json_or_what_python_shows() -> None:
    assert result_text("as it is") == "as it is"
    assert result_text({"a": [1, None, Place("Paris")]}) == '{"a":[1,null,{"city":"Paris"}]}'
    assert result_text(1 + 2j) == "(1+2j)"


def test_arrays_and_models_are_plain_values_in_a_result() -> None:
    class Array:
        def tolist(self) -> list[int]:
            return [1, 2]

    class Model:
        def model_dump(self, mode: str) -> dict[str, int]:
            return {"x": 1}

    assert result_text({"a": Array(), "m": Model()}) == '{"a":[1,2],"m":{"x":1}}'


def test_a_result_that_cannot_even_be_shown_does_no_harm() -> None:
    class Shy:
        def __repr__(self) -> str:
            raise RuntimeError

    endless: list[Any] = []
    endless.append(endless)
    assert result_text(Shy()) == "a Shy that cannot be shown"
    assert result_text(endless) == "[[...]]"


def test_a_long_result_is_cut_and_says_so() -> None:
    def f() -> str:
        return "x" * 50_000

    outcome = called(f, "{}")
    assert len(outcome.text) == 20_000
    assert outcome.text.endswith("cut: 20,000 of 50,000 characters")


def test_the_loop_stays_free_while_a_function_blocks() -> None:
    release = threading.Event()

    def f() -> str:
        return "released" if release.wait(60) else "stuck"

    async def both() -> ToolOutcome:
        task = asyncio.create_task(run(as_tool(f), "f", "{}", timeout=60))
        await asyncio.sleep(0)
        release.set()
        return await task

    assert asyncio.run(both()).text == "released"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"text": "two\nlines"}', "'two\\nlines' None"),
        ('\ufeff{"text": "mark"}', "'mark' None"),
        ('{"text": "x", "number": NaN}', "'x' None"),
        ('{"text": "x", "number": -Infinity}', "'x' None"),
        ('{"text": "half \\ud83d"}', "'half \ufffd' None"),
        ('{"text": "tab\there"}', "'tab\\there' None"),
        ('{"text": "whole \\ud83d\\ude00", "number": 2}', "'whole 😀' 2"),
    ],
)
def test_arguments_are_read_as_leniently_as_answers(arguments: str, said: str) -> None:
    def f(text: str, number: float | None = None) -> str:
        return f"{text!r} {number:g}" if number else f"{text!r} {number}"

    assert called(f, arguments).text == said


@pytest.mark.parametrize("result", ["cut \ud83d", {"a": ["\udc00"]}, {"\ud83d": 1}, ["\ud83d"]])
def test_half_a_letter_in_a_result_can_be_sent(result: object) -> None:
    def f() -> object:
        return result

    text = called(f, "{}").text
    text.encode()
    assert text


def test_half_a_letter_in_an_error_or_a_drawing_can_be_sent() -> None:
    def f() -> None:
        raise ValueError("cut \ud83d")

    class Drawn:
        def _repr_markdown_(self) -> str:
            return "**\ud83d**"

    called(f, "{}").text.encode()

    def g() -> object:
        return Drawn()

    shown = called(g, "{}").shown
    assert shown
    shown.markdown.encode()
