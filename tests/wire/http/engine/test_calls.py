"""What a token and a request cost, in calls of Python functions: of those nobody's load is part."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest

from sophnet_jupyter import Client

pytestmark = pytest.mark.anyio

FEW, MANY = 100, 1100


def event(text: str) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    data = b"data: " + json.dumps({"id": "1", "choices": [choice]}).encode() + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


def streamed(count: int) -> bytes:
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    return head + event("word ") * count + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"


@contextmanager
def playing(*answers: bytes) -> Iterator[str]:
    """A server in a thread, whose calls are not counted; it answers one request after another."""

    def serve() -> None:
        accepted, _ = listening.accept()
        with accepted:
            for answer in answers:
                accepted.recv(1 << 16)
                accepted.sendall(answer)
            accepted.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


async def calls(work: Callable[[], Awaitable[object]]) -> int:
    counted = 0

    def count(_: object, what: str, __: object) -> None:
        nonlocal counted
        counted += what == "call"

    sys.setprofile(count)
    try:
        await work()
    finally:
        sys.setprofile(None)
    return counted


async def test_a_token_costs_few_calls_and_a_whole_answer_not_many() -> None:
    body = json.dumps({"id": "1", "choices": [{"message": {"content": "word"}}]}).encode()
    whole = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
    whole += b"content-length: %d\r\n\r\n" % len(body) + body
    with playing(streamed(FEW), streamed(FEW), streamed(MANY), whole, whole) as url:
        client = Client("sk-a", url, model="m")

        async def read() -> None:
            async for _ in client.chat.stream("hi"):
                pass

        # The first of each imports what it needs.
        await read()
        few, many = await calls(read), await calls(read)
        await client.chat.create("hi")
        once = await calls(lambda: client.chat.create("hi"))
        await client.aclose()
    # Of those some are for each time that something arrives, which a busy machine divides.
    assert (many - few) / (MANY - FEW) <= 12
    assert once <= 600
