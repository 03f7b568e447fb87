"""
Test a connection step by step: name, port, proxy, certificate.

Sends no request of any service and no key, so it may knock at an address that is not trusted yet.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from ...language import tr
from .trust import tls_context

T = TypeVar("T")


class ProxyRefused(Exception):
    """The proxy refused the connection. The text is its status line."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """The peer of a connection. ``expires`` is in seconds since the epoch, None without TLS."""

    seconds: float
    tls: str = ""
    issuer: str = ""
    expires: float | None = None


async def in_daemon_thread(work: Callable[[], T]) -> T:
    """
    Run a blocking function on a daemon thread.

    asyncio's own threads hold up the end of the process, and a name server that is silent can take
    half a minute.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(error: BaseException | None, value: T | None) -> None:
        if outcome.done():
            return
        if error:
            outcome.set_exception(error)
        else:
            outcome.set_result(value)  # type: ignore[arg-type]

    def attempt() -> None:
        value, error = None, None
        try:
            value = work()
        except Exception as raised:
            error = raised
        with suppress(RuntimeError):  # nobody waits any more, and the loop has closed
            loop.call_soon_threadsafe(settle, error, value)

    Thread(target=attempt, daemon=True).start()
    return await outcome


async def resolve(host: str) -> list[str]:
    """The addresses of a name. Raises `socket.gaierror`."""
    found = await in_daemon_thread(lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def connect(url: str, *, ca_bundle: str = "", proxy: str = "") -> Peer:
    """
    Connect to the host of ``url``, with TLS if it needs that, and close.

    Raises `ProxyRefused`, `ssl.SSLError` or `OSError`.
    """
    begin = time.monotonic()
    target, through = urlsplit(url), urlsplit(proxy)
    nearest = through if proxy else target
    reader, writer = await asyncio.open_connection(
        nearest.hostname, _port(nearest), happy_eyeballs_delay=0.25
    )
    try:
        if proxy and through.scheme == "https":
            await writer.start_tls(tls_context(ca_bundle), server_hostname=through.hostname)
        if target.scheme != "https":
            return Peer(seconds=time.monotonic() - begin)
        if proxy:
            await _pass_proxy(reader, writer, target, through)
        await writer.start_tls(tls_context(ca_bundle), server_hostname=target.hostname)
        secured: ssl.SSLObject = writer.get_extra_info("ssl_object")
        return _peer(secured, time.monotonic() - begin)
    finally:
        # Not waited for: a TLS peer may take its time to say goodbye.
        writer.transport.abort()


async def _pass_proxy(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    target: SplitResult,
    proxy: SplitResult,
) -> None:
    place = f"{target.hostname}:{_port(target)}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if proxy.username:
        pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}")
    writer.write("\r\n".join([*lines, "", ""]).encode())
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        raise ProxyRefused(tr("it closed the connection")) from None
    status_line = head.partition("\r\n")[0]
    if status_line.split(" ")[1:2] != ["200"]:
        raise ProxyRefused(status_line)


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _peer(secured: ssl.SSLObject, seconds: float) -> Peer:
    certificate = secured.getpeercert() or {}
    # Typed as a union of every field's form; an issuer is a tuple of pairs in tuples.
    fields = dict(pair for part in certificate.get("issuer", ()) for pair in part)  # type: ignore[misc]
    expires = certificate.get("notAfter")
    return Peer(
        seconds=seconds,
        tls=secured.version() or "",
        issuer=str(fields.get("organizationName") or fields.get("commonName") or "?"),
        expires=ssl.cert_time_to_seconds(str(expires)) if expires else None,
    )
