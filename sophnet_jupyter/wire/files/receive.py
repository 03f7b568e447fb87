"""
Receive the body of a download: check its type and size, write it to memory or a file.

Nothing the server says about it is believed. Its type is told by its first bytes, its size counted
as it comes, compressed and expanded, and its name is our own.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import DownloadFailed, Problem, quoted, why
from ...files.disk import NewFile, in_thread
from ...files.kinds import HEAD, TEXT, Kind, Media, is_text, sniff
from ...language import tr

LIMITS: dict[Kind, int] = {
    "image": 32 << 20,
    "audio": 256 << 20,
    "video": 1 << 30,
    "document": 128 << 20,
    "text": 16 << 20,
}
# What has a whole that can be looked at.
VERIFIED = ("image", "video")
# Without a folder the result is kept in memory.
IN_MEMORY = 64 << 20
BLOCK = 1 << 20

Verify = Callable[[Path | bytes], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """
    A file that was fetched: in ``path``, or where no folder was given in ``data``.

    ``media`` is what its bytes say, ``size`` is in bytes. ``said`` is the type that the server
    named, to be shown and nothing else; ``charset`` how it says that a text is written.
    """

    media: Media
    size: int
    path: Path | None = None
    data: bytes = field(default=b"", repr=False)
    said: str = ""
    charset: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a caller accepts, and where it goes: the arguments of `Downloader.fetch`."""

    kinds: Collection[Kind]
    limit: int | None
    into: Path | None
    name: str
    verify: Verify | None
    on_progress: Callable[[int, int | None], None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """A response whose head has come. ``pieces`` is its body, and raises `DownloadFailed`."""

    host: str
    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]


class Receiving:
    """A download in progress, to memory or to a file."""

    def __init__(self, answer: Arriving, wanted: Wanted) -> None:
        self._answer = answer
        self._wanted = wanted
        self._said = quoted(answer.headers.get("content-type", "").partition(";")[0])
        self._charset = charset(answer.headers.get("content-type", ""))
        self._length = _number(answer.headers.get("content-length", ""))
        self._limit = max(map(self._limit_of, wanted.kinds))
        self._media: Media | None = None

    def _limit_of(self, kind: Kind) -> int:
        if self._wanted.limit is not None:
            return self._wanted.limit
        return LIMITS[kind] if self._wanted.into else min(LIMITS[kind], IN_MEMORY)

    async def download(self) -> Download:
        """Take all of it. Raises `DownloadFailed`, and then leaves nothing behind."""
        self._check_status()
        if (self._length or 0) > self._limit:
            raise self._too_large()
        if self._wanted.into is None:
            return await self._to_memory()
        file = NewFile(self._wanted.into)
        try:
            return await self._to_file(file)
        except OSError as error:
            reason = tr(
                "could not be written to {into} ({why})", into=self._wanted.into, why=why(error)
            )
            raise self._failed("disk", reason) from None
        finally:
            file.discard()

    async def _to_memory(self) -> Download:
        data = bytearray()
        async with aclosing(self._blocks()) as blocks:
            async for block in blocks:
                data += block
        whole = bytes(data)
        await self._verify(whole)
        return Download(
            media=self._known(),
            size=len(whole),
            data=whole,
            said=self._said,
            charset=self._charset,
        )

    async def _to_file(self, file: NewFile) -> Download:
        size = 0
        await in_thread(file.open)
        async with aclosing(self._blocks()) as blocks:
            async for block in blocks:
                await in_thread(file.write, block)
                size += len(block)
        await in_thread(file.finish)
        await self._verify(file.part)
        media = self._known()
        path = await in_thread(file.keep, f"{media.kind}-{self._wanted.name}", media.suffix)
        return Download(media=media, size=size, path=path, said=self._said)

    async def _blocks(self) -> AsyncGenerator[bytearray, None]:
        """The body in blocks of at least 1 MB; the first only once its type is known and wanted."""
        block, size, arrived = bytearray(), 0, 0
        plain = self._plain()
        async for raw in self._answer.pieces:
            arrived += len(raw)
            for piece in self._expanded(plain, raw):
                size += len(piece)
                block += piece
                if self._media is None and len(block) >= HEAD:
                    self._judge(block)
                if size > self._limit:
                    raise self._too_large()
                if len(block) >= BLOCK:
                    yield block
                    block = bytearray()
            if self._wanted.on_progress:
                self._wanted.on_progress(arrived, self._length)
        if not size:
            raise self._failed("empty", tr("is empty"))
        if not plain.ended:
            raise self._failed("broken", tr("broke off within its compression"))
        if self._media is None:
            self._judge(block)
        yield block

    def _plain(self) -> _Plain:
        coding = self._answer.headers.get("content-encoding", "").strip().lower()
        try:
            return _Plain(coding)
        except ValueError:
            raise self._failed(
                "type", tr("is compressed as {coding}, unasked", coding=quoted(coding))
            ) from None

    def _expanded(self, plain: _Plain, raw: bytes) -> Iterable[bytes]:
        try:
            yield from plain.feed(raw)
        except zlib.error:
            raise self._failed("broken", tr("has a broken compression")) from None

    def _judge(self, head: bytearray) -> None:
        media = sniff(bytes(head[:HEAD]))
        if (
            media is None
            and "text" in self._wanted.kinds
            and is_text(bytes(head[:HEAD]), self._said)
        ):
            media = TEXT
        if media is None or media.kind not in self._wanted.kinds:
            found = (
                media.mime if media else _looks_like(bytes(head)) or self._said or tr("something")
            )
            raise self._failed(
                "type",
                tr(
                    "is {found}, not {kinds}",
                    found=found,
                    kinds=tr(" or ").join(self._wanted.kinds),
                ),
            )
        self._media = media
        self._limit = self._limit_of(media.kind)

    def _known(self) -> Media:
        assert self._media
        return self._media

    async def _verify(self, content: Path | bytes) -> None:
        if self._wanted.verify and self._known().kind in VERIFIED:
            try:
                await in_thread(self._wanted.verify, content)
            except ValueError as error:
                raise self._failed("type", str(error)) from None

    def _check_status(self) -> None:
        status = self._answer.status
        if status in (401, 403, 404, 410):
            raise self._failed(
                "expired", tr("has expired or is gone (HTTP {status})", status=status)
            )
        if status != 200:
            raise self._failed("status", tr("was answered with HTTP {status}", status=status))

    def _too_large(self) -> DownloadFailed:
        return self._failed(
            "large", tr("is larger than {limit:g} MB", limit=self._limit / (1 << 20))
        )

    def _failed(self, problem: Problem, reason: str) -> DownloadFailed:
        status = self._answer.status
        return failed(self._answer.host, problem, reason, status=status)


async def received(data: bytes, *, kinds: Collection[Kind], verify: Verify | None) -> Download:
    """
    A result whose bytes came within an answer, judged as one that is fetched.

    Raises `DownloadFailed`.
    """

    async def pieces() -> AsyncGenerator[bytes, None]:
        yield data

    wanted = Wanted(kinds=kinds, limit=None, into=None, name="", verify=verify, on_progress=None)
    async with aclosing(pieces()) as whole:
        answer = Arriving(host="", status=200, headers={}, pieces=whole)
        return await Receiving(answer, wanted).download()


class _Plain:
    """
    Decompresses in bounded chunks: 1 kB can expand to 1 MB.

    Raises `ValueError` for a compression that is not known, `zlib.error` for a broken one.
    """

    def __init__(self, coding: str) -> None:
        self._packed = None
        self.ended = True
        # Object stores keep `aws-chunked` from an upload; it is not in the bytes any more.
        if coding not in ("", "identity", "none", "aws-chunked"):
            if coding not in ("gzip", "x-gzip", "deflate"):
                raise ValueError(coding)
            self._packed = zlib.decompressobj(zlib.MAX_WBITS | 32)
            self.ended = False

    def feed(self, raw: bytes) -> Iterable[bytes]:
        if self._packed is None:
            yield raw
            return
        while raw and not self._packed.eof:
            yield self._packed.decompress(raw, BLOCK // 4)
            raw = self._packed.unconsumed_tail
        self.ended = self._packed.eof


def failed(host: str, problem: Problem, reason: str, *, status: int = 0) -> DownloadFailed:
    return DownloadFailed(host=host, problem=problem, reason=reason, status=status)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def charset(content_type: str) -> str:
    """The ``charset`` of a content type, in lower case; empty if it has none."""
    match = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    return match[1].lower() if match else ""


def _looks_like(head: bytes) -> str:
    """A word for what often comes in place of a file."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:100].lower()
    if b"<svg" in start:
        return tr("an SVG drawing, which can run scripts")
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return tr("a web page")
    return tr("a text") if start.startswith((b"{", b"<", b"[")) else ""
