"""
A service that does nothing but answer, in a process of its own: chat, embeddings, endless tasks.

``python -m benchmarks.server`` prints its port and ends with its standard input. A path begins with
how it is to answer: ``/<tokens a second, 0 for all at once>/<ms by which the end comes late>/…``.
``GET /connections`` tells how many connections have carried a chat so far, and how many a look at a
task.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import threading
from contextlib import suppress
from functools import cache
from typing import Any

from .answer import tokens
from .vectors import encoded

CHUNK_SIZE = 153
# So many chunks go out with one write, which makes the server several times faster than any client.
BLOCK = 50
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"transfer-encoding: chunked\r\nx-request-id: benchmark\r\n\r\n"
)
END = b"0\r\n\r\n"
ANSWER = (
    b'{"id":"c-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"It was lit again."},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}}'
)

served = looked = looks = 0
begun = itertools.count()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    global served, looked, looks
    carried = asked = False
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            path, body = await _request(reader)
            if path == "/connections":
                counts = {"connections": served, "looked": looked, "looks": looks}
                writer.write(_whole(json.dumps(counts).encode()))
                continue
            if path.endswith("/embeddings"):
                writer.write(_whole(encoded(body.get("input_texts") or body["input"])))
                continue
            if "/imagegenerator/task" in path:
                if body:
                    writer.write(_task(str(next(begun))))
                    continue
                looks, looked, asked = looks + 1, looked + (not asked), True
                writer.write(_task(path.rpartition("/")[2]))
                continue
            if not body.get("stream"):
                writer.write(_whole(ANSWER))
                continue
            served += not carried
            carried = True
            rate, late = path.split("/")[1:3]
            await _stream(writer, body["max_tokens"], float(rate), float(late) / 1000)
    writer.close()


async def _request(reader: asyncio.StreamReader) -> tuple[str, dict[str, Any]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    path = head.split(" ", 2)[1]
    lengths = [line for line in head.lower().split("\r\n") if line.startswith("content-length:")]
    size = int(lengths[0].split(":")[1]) if lengths else 0
    return path, json.loads(await reader.readexactly(size) or b"{}")


async def _stream(writer: asyncio.StreamWriter, count: int, rate: float, late: float) -> None:
    last = framed(event(None)) + framed(b"data: [DONE]\n\n") + (b"" if late else END)
    if rate:
        writer.write(HEAD)
        await _paced(writer, count, rate)
    else:
        chunks = _chunks()
        last = b"".join(chunks[: count % BLOCK]) + last
        block = b"".join(chunks)
        # A short answer goes out whole: when a second half comes is the system's whim.
        last = last if count >= BLOCK else HEAD + last
        for number in range(count // BLOCK):
            writer.write(block if number else HEAD + block)
            await writer.drain()
    writer.write(last)
    await writer.drain()
    if late:
        await asyncio.sleep(late)
        writer.write(END)
        await writer.drain()


async def _paced(writer: asyncio.StreamWriter, count: int, rate: float) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for number, token in enumerate(tokens(count)):
        await asyncio.sleep(max(0.0, begun + number / rate - loop.time()))
        writer.write(framed(event(token)))
        await writer.drain()


def event(text: str | None) -> bytes:
    """One event, with a piece of text or with the finish reason."""
    choice = {"index": 0, "delta": {} if text is None else {"content": text}}
    chunk = {
        "id": "c-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{**choice, "finish_reason": "stop" if text is None else None}],
    }
    return b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"


@cache
def _chunks() -> list[bytes]:
    # Each another text, since litellm breaks off when a hundred of them are the same.
    room = CHUNK_SIZE - len(event(""))
    return [framed(event(f"{number} ".ljust(room, "x"))) for number in range(BLOCK)]


def framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _task(number: str) -> bytes:
    """A task that is under way, and always will be."""
    output = {"taskId": number, "taskStatus": "RUNNING"}
    return _whole(json.dumps({"requestId": "benchmark", "output": output}).encode())


def _whole(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


async def main() -> None:
    threading.Thread(target=_end_with_input, daemon=True).start()
    server = await asyncio.start_server(serve, "127.0.0.1")
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
