"""Evaluations that are kept: gone on with by name, and answered from what was kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.runs import known
from sophnet_jupyter.scores import exact, judge

from ..waiting import until

pytestmark = pytest.mark.anyio

PROMPTS = {"v1": "Classify as positive or negative: {review}", "v2": "Good or bad? {review}"}
ROWS = [{"review": f"I love lamp {n}", "label": "positive"} for n in range(8)]
SCORES = [exact(), judge("Is the answer one word?")]


@pytest.fixture
def open_client(sandbox: Any, tmp_path: Any, monkeypatch: Any) -> Callable[..., Client]:
    """A client as a new process has it: it knows no run but those in the store."""
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path))

    def client(**more: Any) -> Client:
        known._runs.clear()
        return Client(api_key=sandbox.key, base_url=sandbox.url, **more)

    return client


def _evaluation(client: Client, prompts: Any = PROMPTS, rows: Any = ROWS, **more: Any) -> Any:
    return client.chat.evaluate(prompts, rows, **{"expect": "label", "scores": SCORES, **more})


async def test_another_process_asks_only_what_has_no_answer(open_client: Any, seen: Any) -> None:
    async with open_client() as client:
        found = _evaluation(client, name="reviews", concurrency=1)
        waiting = asyncio.create_task(found._whole())
        await until(lambda: sum(one.ended for one in found.answers) >= 5)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        client.close_history()
        answered = sum(one.ended for one in found.answers if one.said.ending == "complete")
    before = len(seen())
    async with open_client() as client:
        again = await _evaluation(client, name="reviews", resume=True)
    assert all(one.said.ending == "complete" for one in again.answers)
    assert len(seen()) - before == 16 - answered + 16


async def test_answers_and_verdicts_that_are_there_are_not_paid_for_again(
    open_client: Any, seen: Any
) -> None:
    async with open_client() as client:
        first = await _evaluation(client, name="reviews")
        client.close_history()
    before = len(seen())
    async with open_client() as client:
        again = await _evaluation(client, name="reviews", resume=True)
    assert len(seen()) == before
    assert [one.grades for one in again.answers] == [one.grades for one in first.answers]
    assert again.usage == first.usage


async def test_what_changed_is_named_and_anyway_keeps_what_is_equal(
    open_client: Any, seen: Any
) -> None:
    async with open_client() as client:
        await _evaluation(client, name="reviews", scores=[exact()])
        client.close_history()
        known._runs.clear()
        other = {**PROMPTS, "v2": "Is it good? {review}"}
        with pytest.raises(SettingsError, match="the prompt or an option has changed"):
            _evaluation(client, other, name="reviews", scores=[exact()], resume=True)
        with pytest.raises(SettingsError, match="the table has changed"):
            _evaluation(client, rows=ROWS[1:], name="reviews", scores=[exact()], resume=True)
        before = len(seen())
        again = _evaluation(
            client, other, name="reviews", scores=[exact()], resume=True, anyway=True
        )
        await again
    assert len(seen()) - before == len(ROWS)


async def test_labels_may_change_under_answers_that_are_kept(open_client: Any, seen: Any) -> None:
    async with open_client() as client:
        await _evaluation(client, name="reviews", scores=[exact()])
        client.close_history()
        before = len(seen())
        rows = [{**row, "label": "negative"} for row in ROWS]
        known._runs.clear()
        again = await _evaluation(client, rows=rows, name="reviews", scores=[exact()], resume=True)
    assert len(seen()) == before
    assert all(one.expected == "negative" for one in again.answers)


async def test_equal_questions_are_answered_from_the_cache(open_client: Any, seen: Any) -> None:
    async with open_client() as client:
        first = await _evaluation(client, scores=[exact()], cache=True, repeat=2)
        client.close_history()
        before = len(seen())
        again = await _evaluation(client, scores=[exact()], cache=True, repeat=2)
    assert len(seen()) == before == 32
    assert [one.said.answer for one in again.answers] == [one.said.answer for one in first.answers]
    assert all(one.said.cached for one in again.answers)
    assert again.usage.total_tokens == 0


async def test_what_is_kept_nowhere_cannot_be_resumed(open_client: Any) -> None:
    async with open_client() as client:
        with pytest.raises(SettingsError, match="name="):
            _evaluation(client, resume=True)


async def test_a_client_that_keeps_everything_needs_no_name(open_client: Any, seen: Any) -> None:
    async with open_client(history=True) as client:
        await _evaluation(client, scores=[exact()])
        client.close_history()
        before = len(seen())
        known._runs.clear()
        await _evaluation(client, scores=[exact()], resume=True)
    assert len(seen()) == before
