"""Runs over rows that are odd, at services that refuse, filter, or have had enough."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.errors import SophNetError

pytestmark = pytest.mark.anyio

Replies = Callable[[str, int], tuple[int, dict[str, str], Any]]
"""Status, headers and body for a prompt, and for how many requests there were before."""


@asynccontextmanager
async def service(reply: Replies) -> AsyncIterator[Client]:
    """A client of a service that answers what ``reply`` says."""
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    int(line.partition(b":")[2])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length")
                )
                body = json.loads(await reader.readexactly(length))
                status, headers, found = reply(str(body["messages"][-1]["content"]), asked)
                asked += 1
                data = json.dumps(found).encode()
                lines = {
                    "content-type": "application/json",
                    "content-length": str(len(data)),
                    **headers,
                }
                told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
                writer.write(f"HTTP/1.1 {status} x\r\n{told}\r\n".encode() + data)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with Client("a-key-of-tests", f"http://127.0.0.1:{port}", model="m") as client:
            yield client
    finally:
        server.close()


def _answer(text: str, finish: str = "stop") -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    return {"id": "x", "model": "m", "choices": [choice], "usage": usage}


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "x", "code": "x"}}


ROWS = [{"n": number} for number in range(6)]


def _refused(**headers: str) -> Replies:
    """Refuses the third row for ever, and answers the others."""

    def reply(prompt: str, asked: int) -> tuple[int, dict[str, str], Any]:
        if prompt == "row 2":
            return (
                429,
                {name.replace("_", "-"): value for name, value in headers.items()},
                _error("too many requests"),
            )
        return 200, {}, _answer(prompt)

    return reply


@pytest.mark.parametrize("wait", ["3600", "Fri, 31 Dec 2199 23:59:59 GMT"])
async def test_a_wait_that_is_longer_than_patience_fails_its_row_at_once(wait: str) -> None:
    async with service(_refused(retry_after=wait)) as client:
        run = await client.chat.map("row {n}", ROWS)
    assert [row.ending for row in run.rows].count("complete") == 5
    assert run.rows[2].ending == "failed"
    assert "429" in run.rows[2].error or "too many" in run.rows[2].error.lower()


async def test_who_is_refused_for_ever_fails_when_its_patience_ends() -> None:
    async with service(_refused()) as client:
        run = await client.chat.map("row {n}", ROWS, patience=1.0)
    assert [row.ending for row in run.rows].count("complete") == 5
    assert run.rows[2].ending == "failed"
    assert run.state == "done"


async def test_a_balance_that_ends_on_the_way_ends_the_run_and_keeps_what_came() -> None:
    def reply(prompt: str, asked: int) -> tuple[int, dict[str, str], Any]:
        if asked >= 20:
            return 402, {}, _error("Insufficient balance")
        return 200, {}, _answer(prompt)

    rows = [{"n": number} for number in range(60)]
    async with service(reply) as client:
        run = client.chat.map("row {n}", rows, concurrency=4)
        with pytest.raises(SophNetError):
            await run
        assert run.state == "failed"
        frame = run.to_frame()
        # Those that were under way beside the one that was refused may have been stopped.
        assert list(frame["ending"]).count("complete") == 20
        assert len(frame) == 60


async def test_an_answer_that_a_filter_has_cut_says_so_in_its_row() -> None:
    def reply(prompt: str, asked: int) -> tuple[int, dict[str, str], Any]:
        return 200, {}, _answer("I can", "content_filter" if prompt == "row 1" else "stop")

    async with service(reply) as client:
        run = await client.chat.map("row {n}", ROWS)
    cut = run.rows[1]
    assert cut.response.finish_reason == "content_filter"
    assert "filter" in f"{cut.error} {' '.join(cut.response.notices)}"
    assert sum(row.error == "" for row in run.rows) == 5


async def test_a_schema_that_never_fits_is_the_error_of_each_row() -> None:
    schema = {"type": "object", "properties": {"score": {"type": "integer"}}, "required": ["score"]}
    async with service(lambda prompt, asked: (200, {}, _answer("no form at all"))) as client:
        run = await client.chat.map("row {n}", ROWS, schema=schema)
    assert {row.ending for row in run.rows} == {"failed"}
    assert all(row.error for row in run.rows)
    # What was said is there all the same.
    assert {row.answer for row in run.rows} == {"no form at all"}


@pytest.mark.parametrize("rows", [[], [{"n": 0}]])
async def test_no_rows_and_one_are_tables(rows: list[dict[str, Any]]) -> None:
    async with service(lambda prompt, asked: (200, {}, _answer(prompt))) as client:
        run = await client.chat.map("row {n}", rows)
    assert run.state == "done"
    assert [row.answer for row in run.rows] == ["row 0"] * len(rows)
    assert len(run.to_frame()) == len(rows)


async def test_odd_columns_and_cells_are_sent_as_they_are() -> None:
    row = {
        "text.x": "a dot",
        "评论": "很好",
        "answer": "mine",
        "nan": math.nan,
        "none": None,
        "list": ["x", 1],
        "braces": "{df} {answer}",
        "tag": "</answer>",
        "long": "x" * 1_000_000,
    }
    said: list[str] = []

    def reply(prompt: str, asked: int) -> tuple[int, dict[str, str], Any]:
        said.append(prompt)
        return 200, {}, _answer("fine")

    template = "{text.x}|{评论}|{answer}|{nan}|{none}|{list}|{braces}|{tag}|{long}"
    async with service(reply) as client:
        run = await client.chat.map(template, [row])
    words = said[0].split("|")
    assert words[:5] == ["a dot", "很好", "mine", "", ""]
    assert words[6:8] == ["{df} {answer}", "</answer>"]
    assert len(words[8]) == 1_000_000
    frame = run.to_frame()
    assert list(frame["answer"]) == ["mine"]
    assert list(frame["answer_2"]) == ["fine"]
