"""Fetch the sources of an answer: with the key from SophNet itself, else without."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import replace
from typing import get_args
from urllib.parse import SplitResult, urlsplit

from ...errors import SettingsError
from ...events import Reference
from ...files.kinds import TEXTS, Kind
from ...language import tr
from ...wire.call import Call, Reply, content_type
from ...wire.files.download import Downloader
from ...wire.files.receive import charset
from ...wire.retry import READ
from ...wire.wire import Wire
from ..service_json import BROKEN, decode
from .access import checked, parse_error

LIMIT = 16 << 20
_USUAL_PORTS = {"http": 80, "https": 443}
# Where a page names its own letters, in an encoding that has ASCII's for that.
_NAMED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


async def fetch(wire: Wire, downloads: Downloader, reference: Reference) -> str | bytes:
    """
    Text where it is one, else the bytes of the file.

    Files and questions of the knowledge base open only with the key
    (docs/services/sophnet.md#references), which goes to the origin that was configured and nowhere
    else. A page of the web is anybody's: it is fetched without the key, from public addresses, at
    most `LIMIT` bytes of it.

    Raises `SophNetError`.
    """
    if not reference.url:
        raise SettingsError(
            tr("Reference {index} has no address, only its excerpt.", index=reference.index)
        )
    if reference.type == "web" or not _is_at(reference.url, await _root(wire)):
        found = await downloads.fetch(reference.url, kinds=get_args(Kind), limit=LIMIT)
        is_text = found.said.startswith(TEXTS)
        return _text(found.data, found.charset) if is_text else found.data
    return _content(await _with_key(wire, urlsplit(reference.url)))


async def source(wire: Wire, downloads: Downloader, url: str, *, limit: int) -> bytes:
    """
    The bytes of a file of the knowledge base; the key goes with the request as in `fetch`.

    Raises `SophNetError`.
    """
    if _is_at(url, await _root(wire)):
        reply = await _with_key(wire, urlsplit(url), limit)
        if not reply.ok:
            raise parse_error(reply, _object(reply.body))
        if content_type(reply.headers) == "application/json" and _object(reply.body):
            checked(reply)
        return reply.body
    return (await downloads.fetch(url, kinds=get_args(Kind), limit=limit)).data


async def _root(wire: Wire) -> str:
    """The root address of the service; starts the sandbox where there is none yet."""
    root = wire.origin.base_url
    if not root and wire.origin.locate:
        root = await asyncio.to_thread(wire.origin.locate)
    return root


async def _with_key(wire: Wire, address: SplitResult, limit: int = LIMIT) -> Reply:
    # Beside the root that the wire joins its paths to, so that it needs one of its own.
    origin = f"{address.scheme}://{address.netloc}"
    inner = Wire(replace(wire.origin, base_url=origin, locate=None), wire.network)
    query = f"?{address.query}" if address.query else ""
    try:
        call = Call(method="GET", path=(address.path or "/") + query)
        return await inner.fetch(call, retry=READ, limit=limit)
    finally:
        await inner.aclose()


def _content(reply: Reply) -> str | bytes:
    if not reply.ok:
        raise parse_error(reply, _object(reply.body))
    kind = content_type(reply.headers)
    if kind == "application/json" and _object(reply.body):
        # SophNet reports errors with 200 too.
        checked(reply)
    if not kind.startswith(TEXTS):
        return reply.body
    return _text(reply.body, charset(reply.headers.get("content-type", "")))


def _object(body: bytes) -> dict[str, object]:
    try:
        found = decode(body.decode("utf-8-sig", "replace"))
    except BROKEN:
        return {}
    return found if isinstance(found, dict) else {}


def _text(data: bytes, said: str) -> str:
    """The text, decoded by the charset of the header, else of the page, else as UTF-8."""
    named = _NAMED.search(data[:2048])
    for name in (said, named[1].decode() if named else "", "utf-8"):
        with suppress(UnicodeDecodeError, LookupError):
            return data.decode("utf-8-sig" if name in ("utf-8", "utf8") else name)
    return data.decode("utf-8-sig", "replace")


def _is_at(url: str, root: str) -> bool:
    """True when scheme, host and port are those of the root."""
    try:
        address, own = urlsplit(url), urlsplit(root)
        return _origin(address) == _origin(own) and "@" not in address.netloc
    except ValueError:
        return False


def _origin(address: SplitResult) -> tuple[str, str, int | None]:
    port = address.port or _USUAL_PORTS.get(address.scheme)
    return address.scheme, (address.hostname or "").rstrip("."), port
