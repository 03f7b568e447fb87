"""Documents, recordings and texts that go along with a question: read first, and put behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ...errors import SettingsError, sizes
from ...files.names import at_home
from ...language import mark, tr
from ...prompt.fill import Filled, fill
from ...response import Response
from ..exchange.attachments import TYPES, AttachedFile, PastedImage, attachment, check_room
from ..uploads.uploads import Upload

# Pages take fewer at once than they could: each is read by the service, and paid.
MOST = 5
# Of a recording; the largest that a reader waits for at a chat.
LARGEST_FILE = 200_000_000
LARGEST_DOCUMENT, LARGEST_TEXT = 50_000_000, 1_000_000
DOCUMENTS = (".pdf", ".docx", ".doc", ".xlsx", ".pptx")
RECORDINGS = (".wav", ".mp3", ".m4a", ".aac", ".ogg", ".opus", ".flac", ".amr", ".wma")
TEXTS = (".txt", ".md", ".csv", ".tsv", ".json", ".jsonl", ".log", ".py", ".sql", ".tex", ".toml")
# What may be dropped: types of images, as browsers name them, then endings.
ACCEPTED = (*TYPES, *DOCUMENTS, *RECORDINGS, *TEXTS)
_KINDS = {"document": mark("document"), "text": mark("text"), "recording": mark("recording")}
_LIMITS = {"document": LARGEST_DOCUMENT, "text": LARGEST_TEXT, "recording": LARGEST_FILE}

Attached = PastedImage | AttachedFile


def attached(upload: Upload) -> Attached:
    """What was dropped, as an image or a file. Raises `SettingsError` where it is too large."""
    if not kind_of(upload.name):
        return attachment(upload.read(), upload.name)
    # The upload owns its file, which goes with it.
    return _file(upload.name, upload.size, upload.content, owner=upload)


def from_path(path: str | Path) -> AttachedFile:
    """A file of this machine. Raises `SettingsError` for what is none, or too large."""
    place = at_home(path)
    if not place.is_file() or not kind_of(place.name):
        why = (
            tr("{name} is no file: {kinds}.")
            if not place.is_file()
            else tr("{name} is of no kind that can be read here: {kinds}.")
        )
        kinds = ", ".join((*DOCUMENTS, *RECORDINGS, *TEXTS))
        raise SettingsError(why.format(name=place.name, kinds=kinds))
    return _file(place.name, place.stat().st_size, place)


def _file(name: str, size: int, content: bytes | Path, owner: object = None) -> AttachedFile:
    kind = kind_of(name)
    if size > _LIMITS[kind]:
        said, most = sizes(size, _LIMITS[kind])
        raise SettingsError(
            tr(
                "{name} has {said}; up to {most} of a {kind} can be sent.",
                name=name,
                said=said,
                most=most,
                kind=tr(_KINDS[kind]),
            )
        )
    return AttachedFile(name=name, kind=kind, size=size, content=content, owner=owner)


def kind_of(name: str) -> str:
    """``document``, ``recording`` or ``text`` by the ending of a name; empty for all others."""
    ending = Path(name).suffix.lower()
    kinds = {"document": DOCUMENTS, "recording": RECORDINGS, "text": TEXTS}
    return next((kind for kind, endings in kinds.items() if ending in endings), "")


def check_waiting(waiting: Iterable[Attached], one: Attached) -> None:
    """Raise `SettingsError` where one more is too much beside those that wait."""
    here = list(waiting)
    if isinstance(one, PastedImage):
        check_room([each for each in here if isinstance(each, PastedImage)], one)
    elif sum(isinstance(each, AttachedFile) for each in here) >= MOST:
        raise SettingsError(
            tr("{name} was not added: {most} files wait already.", name=one.name, most=MOST)
        )


async def read(client: Any, files: Sequence[AttachedFile]) -> None:
    """
    Have files read, each once: documents and recordings by the service, texts here.

    Raises `SophNetError`.
    """
    for one in files:
        if not one.text:
            text = await _reader(client, one)(one)
            if not text.strip():
                raise SettingsError(tr("{name} has no text: nothing was asked.", name=one.name))
            one.text = text


def behind(question: str, files: Sequence[AttachedFile]) -> Filled:
    """A question with the texts of its files behind it, each as far as fits."""
    parts, inserted = [question], []
    for one in files:
        found = fill("{it}", {"it": one.text})
        parts.append(f"{one.name}:\n\n{found.text}")
        inserted += [f"{one.name}{said.removeprefix('{it}')}" for said in found.inserted]
    return Filled("\n\n".join(filter(None, parts)), inserted)


def _reader(client: Any, one: AttachedFile) -> Callable[[AttachedFile], Any]:
    async def document(one: AttachedFile) -> str:
        response: Response = await client.documents.parse(one.content, filename=one.name)
        return response.text

    async def recording(one: AttachedFile) -> str:
        response: Response = await client.speech.transcribe(one.content, filename=one.name)
        return response.text

    async def text(one: AttachedFile) -> str:
        return await asyncio.to_thread(_decoded, one)

    resource = {"document": "documents", "recording": "speech"}.get(one.kind)
    if resource and not hasattr(type(client), resource):
        raise SettingsError(
            tr("That client cannot read {name}, so that it stays out.", name=one.name)
        )
    readers = {"document": document, "recording": recording, "text": text}
    return readers[one.kind]


def _decoded(one: AttachedFile) -> str:
    data = one.content if isinstance(one.content, bytes) else one.content.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(tr("{name} is not UTF-8: save it as UTF-8.", name=one.name)) from None
