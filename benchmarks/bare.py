"""Who streams without a client of any service: what HTTP, a socket and a loop cost alone."""

from __future__ import annotations

import asyncio
import json
import socket
from time import perf_counter
from typing import Any, cast
from urllib.parse import urlsplit

from .asked import KEY, Reading, body

END = b"\r\n0\r\n\r\n"


class Aiohttp:
    """aiohttp, with our decoder of events and typed JSON: the nearest that others come to us."""

    def __init__(self, url: str) -> None:
        import aiohttp
        import msgspec

        from sophnet_jupyter.wire.stream.sse import SSEDecoder

        delta = msgspec.defstruct("Delta", [("content", str | None, None)])
        choice = msgspec.defstruct("Choice", [("delta", delta)])
        chunk = msgspec.defstruct("Chunk", [("choices", list[choice])])  # type: ignore[valid-type]

        self._session = aiohttp.ClientSession(headers={"authorization": f"Bearer {KEY}"})
        self._url = f"{url}/v1/chat/completions"
        self._decoder = SSEDecoder
        self._chunk = msgspec.json.Decoder(chunk)

    async def read(self, tokens: int) -> Reading:
        count, first, events = 0, 0.0, self._decoder()
        async with self._session.post(self._url, json=body(tokens)) as response:
            while piece := await response.content.readany():
                for event in events.feed(piece):
                    if event.data == "[DONE]":
                        continue
                    chunk: Any = self._chunk.decode(event.data)
                    if chunk.choices[0].delta.content:
                        first = first or perf_counter()
                        count += 1
        return count, first


class Floor:
    """httpx2 alone: the bytes of each chunk, of which nobody makes anything."""

    def __init__(self, url: str) -> None:
        import httpx2

        self._client = httpx2.AsyncClient()
        self._url = f"{url}/v1/chat/completions"

    async def read(self, tokens: int) -> Reading:
        count, first = 0, 0.0
        async with self._client.stream("POST", self._url, json=body(tokens)) as response:
            async for _ in response.aiter_raw():
                first = first or perf_counter()
                count += 1
        # A chunk at the edge of a read comes in two pieces, so their number tells little.
        return min(count, tokens), first


class Protocol(asyncio.Protocol):
    """A bare protocol of asyncio, which looks for texts and the end: what a loop costs."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._transport: asyncio.Transport | None = None
        self._came: asyncio.Future[None] | None = None
        self._got = b""

    def data_received(self, data: bytes) -> None:
        self._got = data
        if self._came and not self._came.done():
            self._came.set_result(None)

    async def read(self, tokens: int) -> Reading:
        loop = asyncio.get_running_loop()
        if self._transport is None:
            opened, _ = await loop.create_connection(
                lambda: self, self._parts.hostname, self._parts.port
            )
            self._transport = cast("asyncio.Transport", opened)
        self._transport.write(_request(self._parts.path, tokens))
        count, first = 0, 0.0
        while not self._got.endswith(END):
            self._came = loop.create_future()
            await self._came
            if more := self._got.count(b'"content"'):
                first = first or perf_counter()
                count += more
        self._got = b""
        # What is cut between two reads is not counted.
        return (tokens if count >= tokens * 0.9 else count), first


class Socket:
    """One socket, one request, nothing of HTTP but looking for the end: what nobody can beat."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._path = parts.path
        self._socket = socket.create_connection((parts.hostname, parts.port))

    async def read(self, tokens: int) -> Reading:
        self._socket.sendall(_request(self._path, tokens))
        got, first = b"", 0.0
        while not got.endswith(END):
            got += self._socket.recv(1 << 16)
            first = first or (b"content" in got and perf_counter()) or 0.0
        return got.count(b'"content"'), first


def _request(path: str, tokens: int) -> bytes:
    asked: Any = json.dumps(body(tokens)).encode()
    head = f"POST {path}/v1/chat/completions HTTP/1.1\r\ncontent-length: {len(asked)}"
    return head.encode() + b"\r\n\r\n" + asked
