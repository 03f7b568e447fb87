"""A log of requests and how they ended, by which a test can see that a client hung up."""

from __future__ import annotations

import asyncio
import json
import traceback
import uuid
from collections import deque
from typing import Any, Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .mark import mark

KEPT = 200
KEPT_BODY = 1_000_000
# What is announced to be longer is not held in memory: the service reads it as it comes.
LONGEST_HELD = 64_000_000


class Entry:
    """One request. No header is kept, so no key can be."""

    def __init__(self, scope: Scope, body: bytes) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.body = _parsed(body)
        self.request_id = f"sandbox-{uuid.uuid4().hex[:16]}"
        self.status: int | None = None
        self.ended: Literal["finished", "hung up", "cut"] | None = None


class RequestLog:
    """The latest requests, and their connections."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.connections: set[tuple[str, int]] = set()

    def clear(self) -> None:
        self.entries.clear()
        self.connections.clear()

    def report(self) -> dict[str, Any]:
        """A JSON object: ``requests``, oldest first, and the number of ``connections``."""
        return {
            "requests": [vars(entry) for entry in self.entries],
            "connections": len(self.connections),
        }


class Journal:
    """
    Outermost middleware: reads the body, logs the request, cancels the answer on a disconnect.

    The whole body is read before the service sees it; from then on the only thing
    that can arrive is the client's hang-up, which this layer alone listens for. ``failed`` is
    the answer to a request at which the sandbox itself fails.
    """

    def __init__(self, app: ASGIApp, seen: RequestLog, failed: ASGIApp) -> None:
        self.app = app
        self.seen = seen
        self.failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if _announced(scope) > LONGEST_HELD:
            await self._pass(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            return
        entry = Entry(scope, body)
        # A fault that strikes only once must know the same request again.
        scope["fingerprint"] = hash((scope["method"], scope["path"], body))
        # Questions about the sandbox itself are none to a service.
        if scope["path"] not in ("/sandbox/seen", "/sandbox/engines"):
            self.seen.entries.append(entry)
            self.seen.connections.add(tuple(scope.get("client") or ("", 0)))
        await self._answer(entry, scope, body, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a long upload: the service reads it, and notices a disconnect itself."""
        entry = Entry(scope, b"")
        scope["fingerprint"] = hash((scope["method"], scope["path"], _announced(scope)))
        self.seen.entries.append(entry)
        self.seen.connections.add(tuple(scope.get("client") or ("", 0)))
        await self._guarded(scope, _watching(entry, receive), _noting(entry, scope, send), entry)
        entry.ended = entry.ended or "cut"

    async def _answer(
        self, entry: Entry, scope: Scope, body: bytes, receive: Receive, send: Send
    ) -> None:
        answering = asyncio.create_task(
            self._guarded(scope, _replay(body), _noting(entry, scope, send), entry)
        )
        watching = asyncio.create_task(_disconnected(receive))
        try:
            await asyncio.wait({answering, watching}, return_when=asyncio.FIRST_COMPLETED)
            if entry.ended is None:
                entry.ended = "cut" if answering.done() else "hung up"
            if entry.ended == "finished":
                await answering
        finally:
            answering.cancel()
            watching.cancel()
            await asyncio.wait({answering, watching})

    async def _guarded(self, scope: Scope, receive: Receive, send: Send, entry: Entry) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            if entry.ended == "hung up":
                return
            # A fault of the sandbox itself: shown where it runs, told to the client.
            traceback.print_exception(error)
            if entry.status is None:
                await self.failed(scope, receive, send)


def _announced(scope: Scope) -> int:
    """The length of the body by its header, else 0."""
    said = dict(scope["headers"]).get(b"content-length", b"0")
    return int(said) if said.isdigit() else 0


async def _read(receive: Receive) -> bytes | None:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes) -> Receive:
    left = [body]

    async def receive() -> Message:
        if not left:
            # Hang-ups reach the service as a cancellation, not as a message.
            await asyncio.Event().wait()
        return {"type": "http.request", "body": left.pop(), "more_body": False}

    return receive


def _watching(entry: Entry, receive: Receive) -> Receive:
    async def watched() -> Message:
        message = await receive()
        if message["type"] == "http.disconnect":
            entry.ended = entry.ended or "hung up"
        return message

    return watched


def _noting(entry: Entry, scope: Scope, send: Send) -> Send:
    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry.status = message["status"]
            headers = list(message.get("headers", []))
            # A service that has more to say of itself has said it.
            named = any(name == b"x-sandbox" for name, _ in headers)
            message["headers"] = [
                *headers,
                *([] if named else [mark(scope.get("engine", ""))]),
                (b"x-request-id", entry.request_id.encode()),
            ]
        elif not message.get("more_body"):
            # A refusal that nobody is there to read finishes nothing.
            entry.ended = entry.ended or "finished"
        await send(message)

    return noted


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _parsed(body: bytes) -> Any:
    if len(body) > KEPT_BODY:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
