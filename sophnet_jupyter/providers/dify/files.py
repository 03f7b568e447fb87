"""Files for an app: uploaded or linked, as its ``/parameters`` allow, and downloaded."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlencode

from ...errors import SettingsError, quoted, sizes
from ...files.kinds import sniff
from ...files.names import at_home, is_address
from ...files.saving import save_new
from ...language import tr
from ...prompt.images.pixels import EncodedImage, drawn, picture
from ...prompt.images.sources import Source, sources
from ...wire.call import Call, Reply, segment
from ...wire.files.multipart import Multipart, field, file
from ...wire.files.upload import Content
from ...wire.retry import PAID_TASK, READ
from ...wire.wire import Wire
from .access import checked, parse_error
from .file_kinds import (
    Rules,
    is_path,
    kind_for,
    kind_of,
    linked,
    local,
    rule_for,
    rules_of,
)
from .form import Parameters
from .loose import moment, number
from .uploaded import Uploaded

# What has no sign of its kind in its first bytes, and is only read.
_READ_ONLY = frozenset(
    ".txt .md .csv .tsv .json .jsonl .srt .vtt .log .docx .xlsx .pptx .epub .odt .ods".split()
)
# The limit is that of the app's own rules.
_ANY = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The content of a file. ``mime`` is the server's, a generic one for an attachment."""

    data: bytes
    mime: str = ""
    name: str = ""

    def __repr__(self) -> str:
        size = tr("{n:,} bytes", n=len(self.data))
        return quoted(f"<Fetched {self.name or tr('file')}, {size}, {self.mime}>")


class AskForm(Protocol):
    """Returns the app's form; requests it at most once."""

    async def __call__(self) -> Parameters: ...


class DifyFiles:
    """The files of one app, for one user."""

    def __init__(self, wire: Wire, user: str, form: AskForm) -> None:
        self._wire = wire
        self._user = user
        self._form = form

    async def upload(
        self, content: Content | str, *, name: str = "", limit: int | None = None
    ) -> Uploaded:
        """
        Upload one file, in chunks from the disk. A text is a path; ``limit`` is in bytes.

        Raises `SettingsError` before anything is sent, else `SophNetError`.
        """
        found = _path(content) if isinstance(content, str) else content
        part = await asyncio.to_thread(file, "file", found, filename=name, limit=limit)
        form = Multipart(part, field("user", self._user))
        call = Call(
            method="POST", path="/files/upload", upload=form, content_type=form.content_type
        )
        body = checked(await self._wire.fetch(call, retry=PAID_TASK))
        return Uploaded(
            id=str(body.get("id") or ""),
            name=str(body.get("name") or ""),
            size=number(body.get("size")),
            extension=str(body.get("extension") or ""),
            mime_type=str(body.get("mime_type") or ""),
            created_by=str(body.get("created_by") or ""),
            created_at=moment(body.get("created_at")),
        )

    async def preview(self, file_id: str, *, as_attachment: bool = False) -> Fetched:
        """
        The content of a file that a message of this app has used; a fresh upload is refused.

        Raises `KeyRejected` or `NotFound` for that, else `SophNetError`.
        """
        asked = {"user": self._user}
        if as_attachment:
            asked["as_attachment"] = "true"
        path = f"/files/{segment(file_id)}/preview?{urlencode(asked)}"
        reply = await self._wire.fetch(Call(method="GET", path=path), retry=READ)
        if not reply.ok:
            checked(reply)
            raise parse_error(reply, {})
        return Fetched(data=reply.body, mime=reply.content_type, name=_name(reply))

    async def download(self, file_id: str, folder: str | os.PathLike[str] = ".") -> Path:
        """
        Save such a file in a folder, overwriting none, and return its path.

        The name is made of the server's; its ending says what the bytes are, so that it is nothing
        that a computer runs. Only its owner can read it. Raises `SettingsError` or `SophNetError`.
        """
        found = await self.preview(file_id, as_attachment=True)
        stem, ending = _harmless(found.name or f"dify-{file_id[:8]}", found.data)
        save = partial(save_new, readable=True)
        return await asyncio.to_thread(save, found.data, _path(folder), stem, ending)

    def check(
        self, form: Parameters, name: str, size: int, beside: Sequence[str], variable: str
    ) -> None:
        """Raise `SettingsError` for a local file that the app would not accept."""
        rules = rules_of(form, variable)
        kind = kind_for("", name, rules)
        rule = rule_for(rules, kind, "local_file")
        same = [other for other in beside if kind_for("", other, rules) == kind]
        if len(same) >= rule.most:
            raise SettingsError(
                tr("The app takes at most {most} {kind} files.", most=rule.most, kind=kind)
            )
        if rule.limit is not None and size > rule.limit:
            said, most = sizes(size, rule.limit, mega=2**20)
            raise SettingsError(
                tr(
                    "{name} has {said}; the app takes {kind} files of up to {most}.",
                    name=name,
                    said=said,
                    kind=kind,
                    most=most,
                )
            )

    async def entries(
        self, items: object, *, variable: str = "", notices: list[str] | None = None
    ) -> list[Mapping[str, Any]]:
        """
        Files as a request names them: paths, URLs, bytes, images of any kind, uploads.

        What was made of an image that nobody would expect is added to ``notices``. A ``variable``
        of the kind file has rules of its own. Raises `SettingsError` for what the
        app does not take, and before the first upload for too many of a kind.
        """
        given = items if isinstance(items, list | tuple) else [items]
        rules = rules_of(await self._form(), variable)
        several = await asyncio.to_thread(_one_by_one, given)
        kinds = [kind_of(item, rules) for item in several]
        for kind, rule in rules.items():
            if (count := kinds.count(kind)) > rule.most:
                raise SettingsError(
                    tr(
                        "The app takes at most {most} {kind} files, not {count}.",
                        most=rule.most,
                        kind=kind,
                        count=count,
                    )
                )
        told = [] if notices is None else notices
        return [await self._entry(item, rules, told) for item in several]

    async def _entry(self, item: object, rules: Rules, told: list[str]) -> Mapping[str, Any]:
        if isinstance(item, Mapping):
            return item
        if isinstance(item, Uploaded):
            return local(kind_of(item, rules), item.id)
        if isinstance(item, str) and is_address(item):
            return linked(str(item), rules)
        if isinstance(item, str) and is_path(item):
            item = _path(item)
        if isinstance(item, os.PathLike):
            path, kind = _path(item), kind_of(item, rules)
            rule = rule_for(rules, kind, "local_file")
            return local(kind, (await self.upload(path, limit=rule.limit)).id)
        assert isinstance(item, Source)
        return await self._picture(item, rules, told)

    async def _picture(self, source: Source, rules: Rules, told: list[str]) -> Mapping[str, Any]:
        if source.url:
            return linked(source.url, rules)
        rule = rule_for(rules, "image", "local_file")
        ready = await asyncio.to_thread(_drawn, source)
        if note := ", ".join(filter(None, [source.note, ready.note])):
            told.append(f"{source.name}: {note}.")
        data = ready.data
        media = sniff(data)
        if media is None or media.kind != "image":
            raise SettingsError(tr("{name} is no picture that Dify takes.", name=source.name))
        name = source.name if source.name.endswith(media.suffix) else f"picture{media.suffix}"
        return local("image", (await self.upload(data, name=name, limit=rule.limit)).id)


def _one_by_one(items: Sequence[object]) -> list[object]:
    """
    What is sent: of a response each picture, of a TIFF in memory each page.

    Raises `SettingsError` for what is no picture, no file and no address.
    """
    found: list[object] = []
    for item in items:
        named = isinstance(item, str) and (is_address(item) or is_path(item))
        if named or isinstance(item, Mapping | Uploaded | os.PathLike):
            found.append(item)
        else:
            found += sources(item, pages=True)
    return found


def _drawn(source: Source) -> EncodedImage:
    """An image in a common format. Raises `SettingsError`."""
    if source.image is not None:
        return drawn(source.image, source.name, max_encoded=_ANY)
    return picture(source.data, source.name, max_encoded=_ANY, page=source.page)


def _path(named: str | os.PathLike[str]) -> Path:
    return at_home(named)


def _name(reply: Reply) -> str:
    head = Message()
    head["content-disposition"] = reply.headers.get("content-disposition", "")
    return unquote(head.get_filename() or "")


def _harmless(name: str, data: bytes) -> tuple[str, str]:
    """The stem and the ending for bytes that a server calls ``name``: never a program's."""
    name = name.replace("\\", "/").rpartition("/")[2].lstrip(".")
    stem, _, said = name.rpartition(".")
    if media := sniff(data):
        return stem or said, media.suffix
    said = f".{said.lower()}"
    return stem or name, said if said in _READ_ONLY and stem else ".txt" if _is_text(
        data
    ) else ".bin"


def _is_text(data: bytes) -> bool:
    with suppress(UnicodeDecodeError):
        return "\0" not in data.decode("utf-8")
    return False
