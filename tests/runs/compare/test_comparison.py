"""Several answers to one question, as one value."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from functools import wraps
from typing import Any

import pytest

from sophnet_jupyter.errors import RequestRefused, SettingsError
from sophnet_jupyter.events import Event, Finished, Started, TextDelta, Usage
from sophnet_jupyter.runs.compare.comparison import Comparison
from sophnet_jupyter.runs.compare.grid import Column, grid

from ...waiting import until


def on_a_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a test on an event loop of its own."""

    @wraps(test)
    def run() -> None:
        asyncio.run(test())

    return run


class Service:
    """Answers each model with its script: texts, an error, or an event to wait for."""

    def __init__(self, script: Mapping[str, list[Any]]) -> None:
        self.script = script
        self.asked: list[str] = []
        self.left: list[str] = []

    async def __call__(self, column: Column, repeat: int) -> AsyncGenerator[Event, None]:
        self.asked.append(column.model)
        try:
            yield Started(service="S", model=column.model, sandbox=True)
            for one in self.script[column.model]:
                if isinstance(one, Exception):
                    raise one
                if isinstance(one, asyncio.Event):
                    await one.wait()
                else:
                    yield TextDelta(text=one)
            yield Usage(prompt_tokens=3, completion_tokens=5, price="0.002", currency="CNY")
            yield Finished(reason="stop")
        finally:
            self.left.append(column.model)


def compared(script: Mapping[str, list[Any]], **how: Any) -> tuple[Service, Comparison]:
    service = Service(script)
    return service, Comparison(grid("?", models=list(script), **how), service)


@on_a_loop
async def test_nothing_is_sent_until_it_is_awaited() -> None:
    service, comparison = compared({"a": ["x"], "b": ["y"]}, repeat=2)
    assert (service.asked, comparison.busy) == ([], False)
    assert await comparison is comparison
    assert [answer.text for answer in comparison] == ["x", "y"]
    assert comparison[1, 1].text == comparison[-1].text == "y"
    assert len(service.asked) == 4
    assert await comparison is comparison
    assert len(service.asked) == 4


@on_a_loop
async def test_who_waits_twice_waits_for_the_same_answers() -> None:
    gate = asyncio.Event()
    service, comparison = compared({"a": [gate, "x"]})
    first, second = (asyncio.ensure_future(comparison.run()) for _ in range(2))
    await until(lambda: service.asked)
    impatient = asyncio.ensure_future(comparison.run())
    await asyncio.sleep(0)
    impatient.cancel()
    gate.set()
    assert await first is await second is comparison
    assert service.asked == ["a"]
    with pytest.raises(SettingsError, match="asked already"):
        await anext(aiter(comparison))


@on_a_loop
async def test_a_column_that_fails_is_a_value_and_the_others_go_on() -> None:
    error = RequestRefused(service="S", status=400, message="no such model")
    _, comparison = compared({"a": ["some", error], "b": ["y"], "c": [ValueError("odd")]})
    await comparison
    assert [answer.ending for answer in comparison] == ["failed", "complete", "failed"]
    assert comparison[0].text == "some"
    assert comparison.errors == {(0, 0): error, (2, 0): comparison.cells[2].error}
    frame = comparison.to_frame()
    assert frame["error"].tolist()[1:] == ["", "ValueError: odd"]
    assert "no such model" in frame["error"][0]


@on_a_loop
async def test_changes_come_from_all_columns_as_they_happen() -> None:
    gate = asyncio.Event()
    _, comparison = compared({"slow": [gate, "late"], "quick": ["early"]})
    came = []
    async for change in comparison:
        if isinstance(change.event, TextDelta):
            came.append((change.column, change.repeat, change.event.text))
            gate.set()
    assert came == [(1, 0, "early"), (0, 0, "late")]


@on_a_loop
async def test_leaving_early_hangs_up_on_all_columns() -> None:
    never = asyncio.Event()
    service, comparison = compared({"a": ["x", never], "b": ["y", never]})
    changes = aiter(comparison)
    while not isinstance((await anext(changes)).event, TextDelta):
        pass
    await changes.aclose()
    assert sorted(service.left) == ["a", "b"]
    assert [answer.ending for answer in comparison] == ["stopped", "stopped"]


@on_a_loop
async def test_cancelling_keeps_what_had_come_and_goes_on_to_cancel() -> None:
    never = asyncio.Event()
    service, comparison = compared({"a": ["x", never], "b": ["y"]})
    task = asyncio.ensure_future(comparison.run())
    await until(lambda: comparison[1].ending == "complete" and comparison[0].text)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [answer.ending for answer in comparison] == ["stopped", "complete"]
    assert service.left == ["b", "a"]


@on_a_loop
async def test_one_column_is_stopped_and_asked_again_alone() -> None:
    never = asyncio.Event()
    script: dict[str, list[Any]] = {"a": ["x", never], "b": ["y"]}
    service, comparison = compared(script)
    task = asyncio.ensure_future(comparison.run())
    await until(lambda: comparison[0].text)
    with pytest.raises(SettingsError, match="still being answered"):
        await comparison.again(0)
    comparison.stop(0)
    await task
    assert (comparison[0].ending, comparison[0].text) == ("stopped", "x")
    script["a"] = ["whole"]
    await comparison.again(comparison.columns[0])
    assert (comparison[0].ending, comparison[0].text) == ("complete", "whole")
    assert service.asked == ["a", "b", "a"]


@on_a_loop
async def test_a_column_stopped_before_its_first_word_is_stopped() -> None:
    _, comparison = compared({"a": [asyncio.Event()]})
    task = asyncio.ensure_future(comparison.run())
    await asyncio.sleep(0)
    comparison.stop()
    await task
    assert (comparison[0].ending, comparison.busy) == ("stopped", False)


@on_a_loop
async def test_the_frame_has_a_row_for_each_column_and_repetition() -> None:
    made = grid({"v1": "?", "v2": "??"}, models=["a"], settings={"temperature": [0]}, repeat=2)
    frame = (await Comparison(made, Service({"a": ["x"]}))).to_frame()
    assert list(frame.columns) == [
        *("column", "model", "prompt", "temperature", "repeat", "answer", "ending", "error"),
        *("first_token", "seconds", "tokens_in", "tokens_out", "cost", "currency", "sandbox"),
    ]
    assert frame["prompt"].tolist() == ["v1", "v1", "v2", "v2"]
    assert frame["repeat"].tolist() == [0, 1, 0, 1]
    assert frame["cost"].tolist() == [0.002] * 4
    assert frame["sandbox"].all()


@on_a_loop
async def test_the_best_column_is_found_by_a_figure_or_a_function() -> None:
    gate = asyncio.Event()
    error = RequestRefused(service="S", status=400, message="no")
    script = {"late": [gate, "long answer"], "early": ["short"], "none": [error]}
    _, comparison = compared(script)
    asyncio.get_running_loop().call_later(0.01, gate.set)
    await comparison
    assert comparison.best().model == "early"
    assert comparison[comparison.best(by=lambda answer: len(answer.text))].text == "long answer"
    with pytest.raises(SettingsError, match="by is one of first_token"):
        comparison.best(by="beauty")


@on_a_loop
async def test_two_answers_are_told_apart_by_words() -> None:
    _, comparison = compared({"a": ["It is warm."], "b": ["It is cold."]})
    await comparison
    assert str(comparison.diff(0, 1)) == "It is [-warm-]{+cold+}."
    assert repr(comparison.diff(1, 1)) == "<Difference of b and b: equal>"
    assert repr(comparison) == "<Comparison of 2 columns, 2 complete, sandbox>"


@on_a_loop
async def test_a_column_that_is_not_there_is_an_index_error() -> None:
    _, comparison = compared({"a": ["x"]})
    with pytest.raises(IndexError, match="columns 0 to 0"):
        comparison[1]
