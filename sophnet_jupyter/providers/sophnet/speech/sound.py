"""Prepare a recording for transcription: checked, named, and made a form."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import unquote, urlsplit

from ....errors import SettingsError
from ....files.kinds import HEAD, container, is_no_sound, is_something_else, sniff
from ....files.names import address, at_home, is_address
from ....language import tr
from ....response import Response
from ....values.transcript import Recording
from ....wire.files.multipart import Multipart, field, file, file_name
from ....wire.files.upload import Content
from ... import arguments

# "文件大小不超过1GB": taken as the larger of its two meanings, since the service decides.
LIMIT = 1 << 30
FORMATS = ("wav", "mp3", "m4a", "flv", "mp4", "wma", "3gp", "amr", "aac", "ogg", "opus", "flac")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechInput:
    """A recording: a URL, or ``content`` to upload under a name."""

    name: str
    url: str = ""
    content: Content | None = None
    recording: Recording

    def form(self, fields: Mapping[str, str]) -> Multipart:
        """The body of an upload. Raises `SettingsError` for what is empty, too large, or gone."""
        assert self.content is not None
        data = arguments.encoded(dict(fields))
        return Multipart(
            field("data", data, content_type="application/json"),
            file("audio_file", self.content, filename=self.name, limit=LIMIT),
        )


def sounds(given: object, *, filename: str = "") -> list[SpeechInput]:
    """One recording, or a list of them, each as `sound` takes it. Raises `SettingsError`."""
    if not isinstance(given, list | tuple):
        return [sound(given, filename=filename)]
    if not given:
        raise SettingsError(tr("The list of recordings is empty."))
    return [sound(each, filename=filename) for each in given]


def sound(given: object, *, filename: str = "") -> SpeechInput:
    """
    A recording from what a caller gives. Raises `SettingsError`.

    Raises `SettingsError` for what is no sound, or cannot be read.
    """
    arguments.text("filename", filename)
    if isinstance(given, Response):
        return _of_response(given, filename)
    if isinstance(given, str) and is_address(given):
        return _at_address(address(given), filename)
    if isinstance(given, str) and "://" in given:
        raise SettingsError(
            tr(
                "{partition}:// is no address of a recording: use https.",
                partition=given.partition("://")[0],
            )
        )
    if isinstance(given, str | os.PathLike) and str(given).strip():
        return _on_disk(Path(given), filename)
    if isinstance(given, bytes | bytearray | memoryview):
        return _in_memory(bytes(given), filename)
    if hasattr(given, "read"):
        return _opened(cast("BinaryIO", given), filename)
    what = tr("an empty text") if isinstance(given, str) else type(given).__name__
    raise SettingsError(
        tr(
            "A recording is a path, an address, bytes, an open file or a Response with "
            "sound, not {what}.",
            what=what,
        )
    )


def _at_address(url: str, filename: str) -> SpeechInput:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise SettingsError(tr("{url!r:.80} is no address.", url=url)) from None
    name = filename or unquote(parts.path.rpartition("/")[2]) or parts.netloc
    # Without its query, which may be a signature, and without a password.
    place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return SpeechInput(name=name, url=url, recording=Recording(name=name, place=place))


def _of_response(response: Response, filename: str) -> SpeechInput:
    if not response.audio:
        raise SettingsError(tr("There is no sound in this response: client.voice makes some."))
    return _in_memory(response.audio, filename)


def _on_disk(path: Path, filename: str) -> SpeechInput:
    # Without a home to put in its place, ~ is a name like others.
    with suppress(RuntimeError):
        path = at_home(path)
    name, head = filename or file_name(path.name), None
    try:
        with path.open("rb") as opened:
            head = opened.read(HEAD)
    except (OSError, ValueError):
        # Whoever opens it to send it says what is wrong with it.
        pass
    if head is not None:
        name = _named(name, head)
    sent = SpeechInput(name=name, content=path, recording=Recording(name=name, place=str(path)))
    sent.form({})
    return sent


def _in_memory(data: bytes, filename: str) -> SpeechInput:
    name = _named(filename, data[:HEAD]) if data else filename or "sound"
    sent = SpeechInput(name=name, content=data, recording=Recording(name=name, data=data))
    sent.form({})
    return sent


def _opened(given: BinaryIO, filename: str) -> SpeechInput:
    # The name of a temporary file is the number of its descriptor, memory has none.
    said = getattr(given, "name", "")
    name = filename or (file_name(said) if isinstance(said, str) and said else "")
    head = _head(given)
    if head is not None:
        name = _named(name, head)
    elif not name:
        raise SettingsError(tr("This sound has no name: give one as filename='talk.mp3'."))
    sent = SpeechInput(name=name, content=given, recording=Recording(name=name))
    sent.form({})
    return sent


def _head(given: BinaryIO) -> bytes | None:
    """The first bytes of a file that is read again later; None where it cannot be."""
    try:
        if not given.seekable():
            return None
        at = given.tell()
        head = given.read(HEAD)
        given.seek(at)
    except (AttributeError, OSError, ValueError):
        return None
    # Text, or nothing: whoever sends it says so.
    return head if isinstance(head, bytes) and head else None


def _named(name: str, head: bytes) -> str:
    """
    A file name with the suffix of its content, which the service requires.

    Raises `SettingsError` for what is certainly no sound, and what nobody can name; all else is for
    the service to judge.
    """
    media, found = sniff(head), container(head)
    kind = media.kind if media else ""
    said = name or tr("this")
    if kind in ("image", "document"):
        what = tr("picture") if kind == "image" else tr("document")
        raise SettingsError(
            tr("{said} is a {what} and has no sound: {takes}", said=said, what=what, takes=_takes())
        )
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in FORMATS and not is_something_else(head):
        return name
    if found[1:] in FORMATS:
        return f"{name or 'sound'}{found}"
    if found and (media is None or found == ".mov"):
        raise SettingsError(
            tr(
                "{said} is {found} and no recording that the service takes: {takes}",
                said=said,
                found=found[1:],
                takes=_takes(),
            )
        )
    if kind == "":
        if not name and not is_no_sound(head):
            raise SettingsError(
                tr(
                    "What kind of sound this is cannot be told: give its name, as "
                    "filename='talk.amr'; {takes}",
                    takes=_takes(),
                )
            )
        raise SettingsError(
            tr("{said} is no recording that the service takes: {takes}", said=said, takes=_takes())
        )
    return name or f"sound{found}"


def _takes() -> str:
    return tr("it takes {formats}.", formats=", ".join(FORMATS))
