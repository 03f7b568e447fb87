"""
A gateway for a team: a service of JupyterHub that has the team's key, and gives it to nobody.

Whoever asks shows the token of the Hub that each server has. The gateway asks the Hub whose it is,
counts, and sends the request on with the key of the team: HTTP, server-sent events and websockets.
Counts are of this process; what must outlive it belongs into a database.

| variable | what |
|---|---|
| ``TEAM_KEY_FILE`` | the file with the key, read for each request, so that it may be rotated |
| ``UPSTREAM`` | root of the service, ``https://www.sophnet.com/api/open-apis`` if unset |
| ``PER_MINUTE``, ``TOKENS_PER_DAY`` | what each user may ask; 60 and 1,000,000 if unset |
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import uvicorn
from jupyterhub.services.auth import HubAuth
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PREFIX = os.environ["JUPYTERHUB_SERVICE_PREFIX"].rstrip("/")
ROOT = "/api/open-apis"
UPSTREAM = os.environ.get("UPSTREAM", f"https://www.sophnet.com{ROOT}").rstrip("/")
KEY_FILE = Path(os.environ["TEAM_KEY_FILE"])
PER_MINUTE = int(os.environ.get("PER_MINUTE", "60"))
TOKENS_PER_DAY = int(os.environ.get("TOKENS_PER_DAY", "1000000"))

HUB = HubAuth(cache_max_age=60)
# Of one connection, or of who asks: none of the service's business.
DROPPED = frozenset(
    "host connection keep-alive transfer-encoding upgrade te trailer proxy-authorization cookie "
    "authorization accept-encoding set-cookie x-sophnet-user sec-websocket-key "
    "sec-websocket-version sec-websocket-extensions sec-websocket-protocol x-forwarded-for "
    "x-forwarded-host x-forwarded-port x-forwarded-proto".split()
)
TOKENS = re.compile(rb'"total_?tokens"\s*:\s*(\d+)', re.IGNORECASE)


@dataclass
class Count:
    """What one user has asked today."""

    day: str = ""
    requests: int = 0
    tokens: int = 0
    lately: deque[float] = field(default_factory=deque)


counts: defaultdict[str, Count] = defaultdict(Count)
upstream = httpx2.AsyncClient(
    timeout=httpx2.Timeout(900, connect=10), limits=httpx2.Limits(max_connections=None)
)


class Refused(Exception):
    """Why somebody is not let in, with the status to say so."""

    def __init__(self, status: int, message: str, wait: int = 0) -> None:
        super().__init__(message)
        headers = {"retry-after": str(wait)} if wait else {}
        body = {"error": {"message": message, "code": str(status)}}
        self.response = JSONResponse(body, status, headers)


class Hiding:
    """Takes the team's key out of what a service says, which may quote it, in as many bytes."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._held = b""

    def feed(self, piece: bytes) -> bytes:
        """More of an answer; what may be the beginning of the key is held back."""
        data = (self._held + piece).replace(self._key, b"*" * len(self._key))
        longest = range(min(len(self._key) - 1, len(data)), -1, -1)
        held = next(size for size in longest if data.endswith(self._key[:size]))
        self._held = data[len(data) - held :]
        return data[: len(data) - held]

    def rest(self) -> bytes:
        """What is held, once there is no more."""
        held, self._held = self._held, b""
        return held

    def text(self, text: str) -> str:
        return text.replace(self._key.decode(), "*" * len(self._key))


def team_key() -> str:
    """The key of now. Raises `Refused` where there is none."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if key := KEY_FILE.read_text("utf-8").strip():
            return key
    raise Refused(503, "The gateway has no key just now: tell whoever keeps this Hub.")


def token_of(asked: HTTPConnection) -> str:
    """The Hub's token of a request: in its header, or where a websocket has its key."""
    said = asked.headers.get("authorization", "").removeprefix("Bearer ").strip()
    return said or asked.query_params.get("apikey", "")


async def user_of(asked: HTTPConnection) -> dict[str, Any]:
    """Who asks, by the Hub. Raises `Refused`."""
    token = token_of(asked)
    user = await HUB.user_for_token(token, sync=False) if token else None
    if user is None or not HUB.check_scopes(HUB.access_scopes, user):
        raise Refused(401, "The Hub does not know this token, or it may not use this service.")
    return dict(user)


def count(name: str) -> Count:
    """Count one more request. Raises `Refused` for one too many."""
    one, now, today = counts[name], time.monotonic(), time.strftime("%Y-%m-%d")
    if one.day != today:
        one.day, one.requests, one.tokens = today, 0, 0
    while one.lately and now - one.lately[0] > 60:
        one.lately.popleft()
    if one.tokens >= TOKENS_PER_DAY:
        raise Refused(402, f"{name} has used up the {TOKENS_PER_DAY:,} tokens of today.")
    if len(one.lately) >= PER_MINUTE:
        wait = int(60 - (now - one.lately[0])) + 1
        raise Refused(429, f"{name} has asked {PER_MINUTE} times within a minute.", wait)
    one.lately.append(now)
    one.requests += 1
    return one


def sent_on(asked: HTTPConnection, name: str, key: str) -> tuple[str, dict[str, str]]:
    """The address of the service and the headers for it, with the team's key."""
    headers = {each: value for each, value in asked.headers.items() if each not in DROPPED}
    query = parse_qsl(asked.url.query, keep_blank_values=True)
    if any(each == "apikey" for each, _ in query):
        query = [(each, key if each == "apikey" else value) for each, value in query]
    else:
        headers["authorization"] = f"Bearer {key}"
    # Who it is says the Hub, and not the request; an answer that is packed cannot be read here.
    headers |= {"x-sophnet-user": name, "accept-encoding": "identity"}
    path = asked.url.path.removeprefix(PREFIX + ROOT)
    return f"{UPSTREAM}{path}{'?' + urlencode(query) if query else ''}", headers


async def relay(request: Request) -> Response:
    """Send a request on, and its answer back as it comes."""
    try:
        name = str((await user_of(request))["name"])
        key = team_key()
        counted = count(name)
    except Refused as refused:
        return refused.response
    address, headers = sent_on(request, name, key)
    hiding = Hiding(key)
    body = request.stream() if "content-length" in request.headers else None
    asked = upstream.build_request(request.method, address, headers=headers, content=body)
    try:
        answer = await upstream.send(asked, stream=True)
    except httpx2.TransportError as error:
        return Refused(502, f"The service cannot be reached ({type(error).__name__}).").response
    heads = ((each, value) for each, value in answer.headers.items() if each not in DROPPED)
    back = {each: hiding.text(value) for each, value in heads}
    return StreamingResponse(passed(answer, counted, hiding), answer.status_code, back)


async def passed(answer: httpx2.Response, counted: Count, hiding: Hiding) -> AsyncIterator[bytes]:
    """The bytes of an answer as they come; what it says of tokens is counted at its end."""
    last = b""
    try:
        async for piece in answer.aiter_raw():
            last = (last + piece)[-20_000:]
            if shown := hiding.feed(piece):
                yield shown
        yield hiding.rest()
    finally:
        # Also where the reader has gone, so that the service hears of it.
        await answer.aclose()
        counted.tokens += int(next(iter(TOKENS.findall(last)[-1:]), 0))


async def relay_socket(socket: WebSocket) -> None:
    """Both directions of a websocket, until either side ends it."""
    try:
        name = str((await user_of(socket))["name"])
        key = team_key()
        count(name)
    except Refused as refused:
        await socket.send_denial_response(refused.response)
        return
    address, headers = sent_on(socket, name, key)
    parts = urlsplit(address)
    address = parts._replace(scheme="wss" if parts.scheme == "https" else "ws").geturl()
    try:
        async with connect(address, additional_headers=headers, max_size=None) as service:
            await socket.accept()
            sent, said = out(socket, service), back(socket, service, Hiding(key))
            ways = [asyncio.create_task(way) for way in (sent, said)]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)
            with contextlib.suppress(RuntimeError):
                await socket.close(service.close_code or 1000)
    except Exception as error:  # what it says may hold the key
        said = Refused(502, f"The service opened no socket ({type(error).__name__}).")
        with contextlib.suppress(RuntimeError):
            await socket.send_denial_response(said.response)


async def out(socket: WebSocket, service: ClientConnection) -> None:
    with contextlib.suppress(WebSocketDisconnect, ConnectionClosed):
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await service.send(message.get("text") or message.get("bytes") or "")


async def back(socket: WebSocket, service: ClientConnection, hiding: Hiding) -> None:
    with contextlib.suppress(ConnectionClosed, RuntimeError):
        async for message in service:
            if isinstance(message, str):
                await socket.send_text(hiding.text(message))
            else:
                await socket.send_bytes(hiding.feed(message) + hiding.rest())


async def usage(request: Request) -> Response:
    """What was asked today: one's own counts, and all for an admin of the Hub."""
    try:
        user = await user_of(request)
    except Refused as refused:
        return refused.response
    names = list(counts) if user.get("admin") else [str(user["name"])]
    found = ((name, counts[name]) for name in names)
    told = {name: {"requests": one.requests, "tokens": one.tokens} for name, one in found}
    return Response(json.dumps(told), media_type="application/json")


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
app = Starlette(
    routes=[
        Route(f"{PREFIX}/usage", usage),
        Route(f"{PREFIX}{ROOT}/{{path:path}}", relay, methods=METHODS),
        WebSocketRoute(f"{PREFIX}{ROOT}/{{path:path}}", relay_socket),
    ]
)

if __name__ == "__main__":
    here = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    # Addresses of websockets hold tokens: neither line of them is logged.
    uvicorn.run(
        app, host=here.hostname or "127.0.0.1", port=here.port or 10101, log_level="warning"
    )
