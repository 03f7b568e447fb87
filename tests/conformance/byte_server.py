"""A server on a real port that plays scripted bytes, and remembers what it was sent.

No HTTP library stands between a script and the socket: what such a library would never send is
what these tests are about. It runs on a thread of its own, so a client that blocks cannot stop it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

END = b"0\r\n\r\n"


class Act(Enum):
    """What a connection can do besides sending and pausing. All but SILENCE end it."""

    CLOSE = auto()
    RESET = auto()
    HALF_CLOSE = auto()
    SILENCE = auto()


@dataclass(frozen=True)
class Slowly:
    """Bytes that leave one by one, each in a segment of its own."""

    data: bytes


@dataclass(frozen=True, kw_only=True)
class Request:
    """What arrived. Header names are in lower case; ``raw`` is every byte of it."""

    raw: bytes
    line: str
    headers: dict[str, str]
    body: bytes
    connection: int


# Bytes are sent, a number is a pause in seconds.
Step = bytes | float | Act | Slowly
Script = Sequence[Step]
Answering = Callable[[Request], Script]


class ByteServer:
    """Answers the first request with the first script, and all beyond the last with the last."""

    def __init__(self) -> None:
        self._scripts: list[Script | Answering] = []
        self._started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="byte server", daemon=True)
        self._handlers: set[asyncio.Task[None]] = set()
        self.port = 0
        self.forget()

    def play(self, *scripts: Script | Answering) -> None:
        self._scripts = list(scripts)
        self.forget()

    def forget(self) -> None:
        """Count from nought again; connections that are open stay open and counted."""
        self.requests: list[Request] = []
        self.connections = 0
        self.hang_ups = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def open(self) -> int:
        """Connections that neither side has closed."""
        return len(self._handlers)

    def __enter__(self) -> ByteServer:
        self._thread.start()
        assert self._started.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        server.close()
        for handler in list(self._handlers):
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A plain function: asyncio would log a cancelled coroutine of its own as an error.
        handler = self._loop.create_task(self._serve(reader, writer))
        self._handlers.add(handler)
        handler.add_done_callback(self._handlers.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.connections = self.connections, self.connections + 1
        playing: asyncio.Task[None] | None = None
        try:
            while request := await _request(reader, number):
                if playing:
                    await asyncio.wait([playing])
                place = min(len(self.requests), len(self._scripts) - 1)
                self.requests.append(request)
                script = self._scripts[place]
                steps = script(request) if callable(script) else script
                playing = self._loop.create_task(_play(steps, writer))
        finally:
            # A script that has not come to its end by now has lost its listener.
            if playing and (not playing.done() or playing.exception()):
                self.hang_ups += 1
                playing.cancel()
                await asyncio.gather(playing, return_exceptions=True)
            writer.transport.abort()


async def _request(reader: asyncio.StreamReader, connection: int) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").strip().split("\r\n")
        headers = {name.lower(): value for name, value in (f.split(": ", 1) for f in fields)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return Request(raw=head + body, line=line, headers=headers, body=body, connection=connection)


async def _play(steps: Script, writer: asyncio.StreamWriter) -> None:
    for step in steps:
        match step:
            case bytes():
                writer.write(step)
                await writer.drain()
            case Slowly(data=data):
                for byte in data:
                    writer.write(bytes([byte]))
                    await asyncio.sleep(0)
            case Act.SILENCE:
                await asyncio.get_running_loop().create_future()
            case Act.RESET:
                _linger(writer, 0)
                writer.transport.abort()
            case Act.HALF_CLOSE:
                writer.write_eof()
            case Act.CLOSE:
                writer.close()
            case float() | int():
                await asyncio.sleep(step)


def _linger(writer: asyncio.StreamWriter, seconds: int) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, seconds))


def head(status: int = 200, content_type: str = "text/event-stream", **headers: object) -> bytes:
    """Status line and headers; underscores in names are written as hyphens."""
    fields = {"content-type": content_type} if content_type else {}
    fields |= {name.replace("_", "-"): str(value) for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def chunk(data: bytes) -> bytes:
    """One HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def streamed(*parts: Step, content_type: str = "text/event-stream", **headers: object) -> Script:
    """A chunked answer; each piece of bytes becomes one HTTP chunk. Without its end mark."""
    begin = head(content_type=content_type, transfer_encoding="chunked", **headers)
    # A piece without bytes is none: as a chunk it would be the end, and what follows too much.
    said = [part for part in parts if part != b""]
    return [begin, *(chunk(part) if isinstance(part, bytes) else part for part in said)]


def whole(
    body: bytes, status: int = 200, content_type: str = "application/json", **headers: object
) -> Script:
    """An answer in one piece that leaves the connection open."""
    return [head(status, content_type, content_length=len(body), **headers) + body]


@contextlib.contextmanager
def serving(*scripts: Script | Answering) -> Iterator[ByteServer]:
    with ByteServer() as server:
        server.play(*scripts)
        yield server


def eventually(condition: Callable[[], object], within: float = 45.0) -> None:
    """Wait for something that happens on another thread."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
