"""What is to be transcribed: judged, named, and made a form, before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import unquote, urlsplit

import msgspec

from ....errors import SettingsError
from ....files.kinds import HEAD, sniff
from ....response import Response
from ....values.transcript import Recording
from ....wire.files.multipart import Multipart, field, file, file_name
from ....wire.files.upload import Content

# "文件大小不超过1GB": taken as the larger of its two meanings, since the service decides.
LIMIT = 1 << 30
FORMATS = ("wav", "mp3", "m4a", "flv", "mp4", "wma", "3gp", "amr", "aac", "ogg", "opus", "flac")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechInput:
    """A recording: an address, or ``content`` to send under a name."""

    name: str
    url: str = ""
    content: Content | None = None
    recording: Recording

    def form(self, fields: Mapping[str, str]) -> Multipart:
        """The body of an upload. Raises `SettingsError` for what is empty, too large, or gone."""
        assert self.content is not None
        data = msgspec.json.encode(dict(fields))
        return Multipart(
            field("data", data, content_type="application/json"),
            file("audio_file", self.content, filename=self.name, limit=LIMIT),
        )


def sounds(given: object, *, filename: str = "") -> list[SpeechInput]:
    """One recording, or a list of them, each as `sound` takes it. Raises `SettingsError`."""
    if not isinstance(given, list | tuple):
        return [sound(given, filename=filename)]
    if not given:
        raise SettingsError("The list of recordings is empty.")
    return [sound(each, filename=filename) for each in given]


def sound(given: object, *, filename: str = "") -> SpeechInput:
    """
    What a user gives, as something to send.

    Raises `SettingsError` for what is no sound, or cannot be read.
    """
    if isinstance(given, Response):
        return _of_response(given, filename)
    if isinstance(given, str) and given.lower().startswith(("http://", "https://")):
        return _at_address(given, filename)
    if isinstance(given, str) and "://" in given:
        raise SettingsError(
            f"{given.partition('://')[0]}:// is no address of a recording: use https."
        )
    if isinstance(given, str | os.PathLike) and str(given).strip():
        return _on_disk(Path(given), filename)
    if isinstance(given, bytes | bytearray | memoryview):
        return _in_memory(bytes(given), filename)
    if hasattr(given, "read"):
        return _opened(cast("BinaryIO", given), filename)
    what = "an empty text" if isinstance(given, str) else type(given).__name__
    raise SettingsError(
        "A recording is a path, an address, bytes, an open file or a Response with sound, "
        f"not {what}."
    )


def _at_address(url: str, filename: str) -> SpeechInput:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise SettingsError(f"{url!r:.80} is no address.") from None
    name = filename or unquote(parts.path.rpartition("/")[2]) or parts.netloc
    # Without its query, which may be a signature, and without a password.
    place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return SpeechInput(name=name, url=url, recording=Recording(name=name, place=place))


def _of_response(response: Response, filename: str) -> SpeechInput:
    if not response.audio:
        raise SettingsError("There is no sound in this response: client.voice makes some.")
    return _in_memory(response.audio, filename)


def _on_disk(path: Path, filename: str) -> SpeechInput:
    # Without a home to put in its place, ~ is a name like others.
    with suppress(RuntimeError):
        path = path.expanduser()
    name = filename or file_name(path.name)
    try:
        with path.open("rb") as opened:
            _check(name, opened.read(HEAD))
    except (OSError, ValueError):
        # Whoever opens it to send it says what is wrong with it.
        pass
    sent = SpeechInput(name=name, content=path, recording=Recording(name=name, place=str(path)))
    sent.form({})
    return sent


def _in_memory(data: bytes, filename: str) -> SpeechInput:
    head = data[:HEAD]
    found = sniff(head)
    name = filename or f"sound{found.suffix if found else '.wav'}"
    _check(name, head)
    sent = SpeechInput(name=name, content=data, recording=Recording(name=name, data=data))
    sent.form({})
    return sent


def _opened(given: BinaryIO, filename: str) -> SpeechInput:
    name = filename or file_name(str(getattr(given, "name", "")))
    sent = SpeechInput(name=name, content=given, recording=Recording(name=name))
    sent.form({})
    return sent


def _check(name: str, head: bytes) -> None:
    """Refuse what is certainly no sound; all else is for the service to judge."""
    media = sniff(head)
    kind = media.kind if media else ""
    if kind == "image":
        raise SettingsError(f"{name} is a picture and has no sound: {_takes()}")
    if kind == "document":
        raise SettingsError(f"{name} is a document and has no sound: {_takes()}")
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if kind == "" and ending not in FORMATS:
        raise SettingsError(f"{name} is no recording that the service takes: {_takes()}")


def _takes() -> str:
    return f"it takes {', '.join(FORMATS)}."
