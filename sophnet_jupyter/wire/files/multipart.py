"""
Forms with files, ``multipart/form-data`` (RFC 7578), streamed with a length known beforehand.

Names are escaped as browsers do it, which is what servers are tried against.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from ...errors import SettingsError, sizes
from ...files.names import type_of
from ...language import tr
from .upload import Content, Source, source

LONGEST_NAME = 200
_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:; ?[\w-]+=[\w.-]+)*", re.ASCII)
_ESCAPED = {'"': "%22", "\r": "%0D", "\n": "%0A"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a form. A ``filename`` makes it a file to the server."""

    name: str
    source: Source
    filename: str = ""
    content_type: str = ""

    def __post_init__(self) -> None:
        if self.content_type and not _TYPE.fullmatch(self.content_type):
            raise SettingsError(
                tr("{content_type!r} is no content type.", content_type=self.content_type)
            )


def field(name: str, text: str | bytes, *, content_type: str = "") -> Part:
    """
    A value; with a ``content_type`` of its own where the service wants one.

    See docs/services/sophnet.md#transcription.
    """
    content = text.encode() if isinstance(text, str) else text
    return Part(name=name, source=source(content), content_type=content_type)


def file(
    name: str,
    content: Content,
    *,
    filename: str = "",
    content_type: str = "",
    limit: int | None = None,
    size: int | None = None,
) -> Part:
    """
    A file, at most ``limit`` bytes of it; its name and type are those of the path where none are
    given. For ``size`` see `upload.source`.

    Raises `SettingsError` for what cannot be read, is empty or too large, before anything is sent.
    """
    if not isinstance(filename, str):
        raise SettingsError(tr("filename is a text, not {filename!r:.80}.", filename=filename))
    found = source(content, name=filename, size=size)
    if not found.length:
        raise SettingsError(tr("{name} is empty.", name=found.name))
    if limit is not None and found.length > limit:
        had, most = sizes(found.length, limit)
        raise SettingsError(
            tr(
                "{name} has {had}, and the service takes no more than {most}.",
                name=found.name,
                had=had,
                most=most,
            )
        )
    said = file_name(found.name)
    guessed = content_type or type_of(said) or "application/octet-stream"
    return Part(name=name, source=found, filename=said, content_type=guessed)


class Multipart:
    """
    The body of one request. Iterating gives all its bytes, each time from the start.

    ``length`` is exact and in bytes. ``replayable`` says whether another attempt can send the very
    same bytes. `fraction` tells how much of the running attempt was handed over.
    """

    def __init__(self, *parts: Part) -> None:
        # Random, so that no file can hold it by chance or by intent.
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._parts: Sequence[tuple[bytes, Source]] = [
            (_head(boundary, part), part.source) for part in parts
        ]
        self._tail = f"--{boundary}--\r\n".encode()
        inner = sum(len(head) + source.length + 2 for head, source in self._parts)
        self.length = inner + len(self._tail)
        self._sent = 0

    @property
    def replayable(self) -> bool:
        return all(source.replayable for _, source in self._parts)

    @property
    def fraction(self) -> float:
        return self._sent / self.length

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        self._sent = 0
        for head, content in self._parts:
            yield self._counted(head)
            async with aclosing(content.pieces()) as pieces:
                async for piece in pieces:
                    yield self._counted(piece)
            yield self._counted(b"\r\n")
        yield self._counted(self._tail)

    def _counted(self, piece: bytes) -> bytes:
        self._sent += len(piece)
        return piece


def file_name(name: str) -> str:
    """A file's name for a form: without folders, on one line, at most 200 characters."""
    name = name.replace("\\", "/").rpartition("/")[2]
    # What is no character (an undecodable byte) cannot be sent as UTF-8.
    name = "".join(c if c.isprintable() or c in "\r\n" else "_" for c in name).strip()
    if len(name) > LONGEST_NAME:
        stem, dot, suffix = name.rpartition(".")
        ending = dot + suffix if stem and len(suffix) < 20 else ""
        name = name[: LONGEST_NAME - len(ending)] + ending
    return name if name.strip(".") else "file"


def _head(boundary: str, part: Part) -> bytes:
    named = f'; filename="{_escaped(part.filename)}"' if part.filename else ""
    typed = f"Content-Type: {part.content_type}\r\n" if part.content_type else ""
    return (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="{_escaped(part.name)}"{named}\r\n'
        f"{typed}\r\n"
    ).encode("utf-8", "replace")


def _escaped(text: str) -> str:
    return "".join(_ESCAPED.get(c, c) for c in text)
