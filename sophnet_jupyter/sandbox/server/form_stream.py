"""Forms with large files, read as they come: files go to disk, and never stand in memory."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from .multipart import Malformed, head_of

# A head of a part, or a value that is no file, is never longer.
LONGEST = 64 << 10


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """One part of a form: its ``value``, or of a file its ``path`` (the reader's to delete)."""

    name: str
    value: bytes = b""
    filename: str = ""
    path: Path | None = None
    size: int = 0


class TooLarge(Exception):
    """A file is larger than it may be; the rest of the form was not read."""


async def read(content_type: str, body: AsyncIterator[bytes], *, limit: int) -> dict[str, Arrived]:
    """
    The parts of a form by their names. Raises `Malformed`, and `TooLarge` beyond ``limit`` bytes.
    """
    head = Message()
    head["content-type"] = content_type
    if head.get_content_type() != "multipart/form-data":
        raise Malformed("Content-Type must be multipart/form-data")
    if not (boundary := head.get_boundary()):
        # What comes of setting the header by hand, as the document's table suggests
        # (docs/services/sophnet.md#transcription, row S14).
        raise Malformed("Content-Type has no boundary: let the HTTP library set it")
    parts: dict[str, Arrived] = {}
    reader = _Reader(b"\r\n--" + boundary.encode(), body)
    try:
        await reader.begin()
        while not await reader.at_end():
            part = await _part(reader, limit)
            parts[part.name] = part
    except BaseException:
        discard(parts)
        raise
    return parts


def discard(parts: dict[str, Arrived]) -> None:
    """Delete the files of a form."""
    for part in parts.values():
        if part.path:
            part.path.unlink(missing_ok=True)


async def _part(reader: _Reader, limit: int) -> Arrived:
    name, filename = head_of(await reader.head())
    if not filename:
        value = b"".join([piece async for piece in reader.content(LONGEST)])
        return Arrived(name=name, value=value, size=len(value))
    suffix = Path(filename).suffix.lower()
    # Open beyond this block: its reader deletes it.
    with tempfile.NamedTemporaryFile(
        prefix="sophnet-sandbox-", suffix=suffix, delete=False
    ) as file:
        path = Path(file.name)
        size = 0
        try:
            async for piece in reader.content(limit):
                size += len(piece)
                await asyncio.to_thread(file.write, piece)
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise
    return Arrived(name=name, filename=filename, path=path, size=size)


class _Reader:
    """What has come of the body, cut at its delimiter."""

    def __init__(self, delimiter: bytes, body: AsyncIterator[bytes]) -> None:
        self._delimiter = delimiter
        self._body = body
        # So that the first delimiter looks like all others.
        self._held = bytearray(b"\r\n")

    async def begin(self) -> None:
        async for piece in self.content(LONGEST):
            if piece.strip():
                raise Malformed("the form does not begin with its boundary")

    async def at_end(self) -> bool:
        """Behind a delimiter: whether it was the last one."""
        while len(self._held) < 2:
            await self._more()
        return self._held[:2] == b"--"

    async def head(self) -> bytes:
        """The head of the part that begins here."""
        while (at := self._held.find(b"\r\n\r\n")) < 0:
            if len(self._held) > LONGEST:
                raise Malformed("a part of the form has no head")
            await self._more()
        head = bytes(self._held[:at])
        del self._held[: at + 4]
        return head

    async def content(self, limit: int) -> AsyncIterator[bytes]:
        """All up to the next delimiter, which is taken as well."""
        size = 0
        while True:
            at = self._held.find(self._delimiter)
            # Its beginning may stand at the end of what has come.
            ready = at if at >= 0 else max(0, len(self._held) - len(self._delimiter) + 1)
            if size + ready > limit:
                raise TooLarge()
            size += ready
            if ready:
                yield bytes(self._held[:ready])
                del self._held[:ready]
            if at >= 0:
                del self._held[: len(self._delimiter)]
                return
            await self._more()

    async def _more(self) -> None:
        piece = await anext(self._body, None)
        if piece is None:
            raise Malformed("the form does not end with its boundary")
        self._held += piece
