"""`client.chat.map` against the sandbox, which answers as SophNet does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pandas as pd
import polars as pl
import pytest

import sophnet_jupyter
from sophnet_jupyter import Client
from sophnet_jupyter.errors import KeyRejected, RateLimited, SettingsError
from sophnet_jupyter.runs.known import _runs

from ..waiting import until

pytestmark = pytest.mark.anyio


@dataclass
class Review:
    answer: str
    score: int


@pytest.fixture
async def client(sandbox: SimpleNamespace) -> AsyncIterator[Client]:
    async with Client(api_key=sandbox.key, base_url=sandbox.url) as client:
        yield client


FRAME = pd.DataFrame({"text": [f"word {n}" for n in range(40)]}, index=range(100, 140))


async def test_a_table_comes_back_with_an_answer_for_each_row(client: Client) -> None:
    run = await client.chat.map("Echo {text}", FRAME)
    found = run.to_frame()
    assert list(found.index) == list(range(100, 140))
    assert found["text"].equals(FRAME["text"])
    assert set(found["ending"]) == {"complete"}
    assert found["sandbox"].all()
    assert found["tokens_in"].sum() == run.usage.prompt_tokens > 0


async def test_rows_come_one_by_one(client: Client) -> None:
    numbers = [row.number async for row in client.chat.map("Echo {text}", FRAME)]
    assert sorted(numbers) == list(range(40))


async def test_the_fields_of_a_schema_become_columns(client: Client) -> None:
    run = await client.chat.map("Read {text}", FRAME.head(3), schema=Review)
    found = run.to_frame()
    assert list(found.columns[:4]) == ["text", "answer", "score", "answer_2"]
    assert isinstance(run.rows[0].parsed, Review)
    assert run.renamed == {"answer": "answer_2"}


async def test_polars_stays_polars_and_dicts_become_a_frame(client: Client) -> None:
    run = await client.chat.map("Echo {text}", pl.DataFrame({"text": ["a", "b"]}))
    assert isinstance(run.to_frame(), pl.DataFrame)
    run = await client.chat.map("Echo {text}", [{"text": "a"}])
    assert list(run.to_frame()["ending"]) == ["complete"]


async def test_an_endless_source_is_read_as_far_as_somebody_reads(client: Client) -> None:
    def endless() -> Iterator[dict[str, Any]]:
        number = 0
        while True:
            yield {"n": number}
            number += 1

    run, seen = client.chat.map("Echo {n}", endless()), 0
    async for row in run:
        assert row.ending == "complete"
        seen += 1
        if seen == 20:
            break
    assert len(run.to_frame()) <= 20 + 64


async def test_who_stops_reading_has_what_came_and_goes_on_later(
    client: Client, seen: Callable[[], list[dict[str, Any]]]
) -> None:
    run = client.chat.map("Echo {text}", FRAME, concurrency=4)
    async for _ in run:
        break
    await until(lambda: run.state != "running")
    kept = int((run.to_frame()["ending"] == "complete").sum())
    assert 1 <= kept < 40
    await run
    assert (run.to_frame()["ending"] == "complete").all()
    assert 40 <= len(seen()) <= 40 + 4


async def test_a_rejected_key_ends_the_run(sandbox: SimpleNamespace) -> None:
    async with Client(api_key="wrong", base_url=sandbox.url) as client:
        run = client.chat.map("Echo {text}", FRAME)
        with pytest.raises(KeyRejected):
            await run
        assert run.state == "failed"


async def test_half_a_character_fails_its_own_row(client: Client) -> None:
    run = await client.chat.map("Echo {text}", [{"text": "\ud800"}, {"text": "a"}])
    assert [row.ending for row in run.rows] == ["failed", "complete"]
    assert "half a character" in run.rows[0].error


@pytest.mark.parametrize(
    ("template", "options"),
    [("{txt}", {}), ("{text}", {"temperature": 9}), ("", {}), ("{text}", {"temprature": 0})],
)
async def test_what_cannot_be_asked_is_refused_before_anything_is_sent(
    client: Client, template: str, options: dict[str, Any]
) -> None:
    with pytest.raises(SettingsError):
        client.chat.map(template, FRAME, **options)


async def test_answers_come_in_one_piece_unless_they_may_be_long(
    client: Client, seen: Callable[[], list[dict[str, Any]]]
) -> None:
    await client.chat.map("Echo {text}", FRAME.head(2))
    await client.chat.map("Echo {text}", FRAME.head(2), max_tokens=3000)
    await client.chat.map("Echo {text}", FRAME.head(2), thinking=True)
    streams = [request["body"]["stream"] for request in seen()]
    assert streams == [False, False, True, True, True, True]


async def test_a_refusal_that_speaks_of_the_account_ends_the_run_at_once(
    start_sandbox: Callable[..., Any],
) -> None:
    with start_sandbox("--fault", "quota") as sandbox:
        async with Client("sandbox", sandbox.url) as client:
            run = client.chat.map("Echo {text}", FRAME)
            with pytest.raises(RateLimited, match="quota"):
                await run
            assert run.state == "failed"
            assert len(sandbox.seen()) <= 32


async def test_a_run_with_equal_rows_is_whole_where_it_was_kept(client: Client) -> None:
    rows = [{"n": n % 3} for n in range(9)]
    await client.chat.map("Echo {n}", rows, name="equal ones")
    _runs.clear()
    kept = sophnet_jupyter.run("equal ones")
    assert (kept.state, kept.progress().equal) == ("done", 6)
    assert kept.rows[8].answer == kept.rows[2].answer
    again = await client.chat.map("Echo {n}", rows, name="equal ones", resume=True)
    assert (again.progress().kept, again.progress().equal) == (3, 6)
