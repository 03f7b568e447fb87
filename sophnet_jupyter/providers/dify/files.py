"""Files for an app: uploaded or linked, as its ``/parameters`` allow, and fetched again."""

from __future__ import annotations

import asyncio
import mimetypes
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlencode

from ...errors import SettingsError
from ...media import sniff
from ...prompt.image_source import Source, sources
from ...prompt.pixels import drawn
from ...wire.call import Call, Reply
from ...wire.multipart import Multipart, field, file, file_name
from ...wire.poll import segment
from ...wire.retry import PAID_TASK, READ
from ...wire.upload import Content
from ...wire.wire import Wire
from .access import checked, parse_error
from .form import FileRule, Parameters
from .loose import moment, number

# The document's lists (dify-completion, /parameters). What is in none is "custom".
DOCUMENTS = "txt md markdown mdx pdf html xlsx xls docx csv eml msg pptx ppt xml epub".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A file that Dify has: only this user can name it, and only in a message of this app."""

    id: str
    name: str = ""
    size: int = 0
    extension: str = ""
    mime_type: str = ""
    created_by: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The content of a file. ``mime`` is the server's word, a general one for an attachment."""

    data: bytes
    mime: str = ""
    name: str = ""

    def __repr__(self) -> str:
        return f"<Fetched {self.name or 'file'}, {len(self.data):,} bytes, {self.mime}>"


class Asked(Protocol):
    """Tells the app's form, asking the service once."""

    async def __call__(self) -> Parameters: ...


class Files:
    """The files of one app, for one user."""

    def __init__(self, wire: Wire, user: str, form: Asked) -> None:
        self._wire = wire
        self._user = user
        self._form = form

    async def upload(
        self, content: Content | str, *, name: str = "", limit: int | None = None
    ) -> Uploaded:
        """
        Send one file, in pieces from the disk. A text is a path; ``limit`` is in bytes.

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
        Save such a file in a folder, over no other one, and return its path.

        The name is the server's without any folder. Raises `SettingsError` or `SophNetError`.
        """
        found = await self.preview(file_id, as_attachment=True)
        media = sniff(found.data)
        name = file_name(found.name or f"dify-{file_id[:8]}{media.suffix if media else ''}")
        return await asyncio.to_thread(_save, _path(folder), name, found.data)

    async def entries(self, items: object) -> list[Mapping[str, Any]]:
        """
        Files as a request names them: paths, addresses, bytes, pictures of any kind, uploads.

        Raises `SettingsError` for what the app does not take.
        """
        several = items if isinstance(items, list | tuple) else [items]
        form = await self._form()
        found = [await self._entry(item, form) for item in several]
        for kind, rule in form.files.items():
            if (count := sum(entry["type"] == kind for entry in found)) > rule.most:
                raise SettingsError(f"The app takes at most {rule.most} {kind} files, not {count}.")
        return found

    async def _entry(self, item: object, form: Parameters) -> Mapping[str, Any]:
        if isinstance(item, Mapping):
            return item
        if isinstance(item, Uploaded):
            return _local(_kind_of(item.mime_type, item.name), item.id)
        if isinstance(item, str) and item.startswith(("http://", "https://")):
            return _linked(item, form)
        if isinstance(item, str) and not item.startswith("data:"):
            item = _path(item)
        if isinstance(item, os.PathLike):
            path = _path(item)
            kind = _kind_of("", path.name)
            rule = _rule(form, kind, "local_file")
            return _local(kind, (await self.upload(path, limit=rule.limit)).id)
        found = await asyncio.to_thread(sources, item)
        return await self._picture(found[0], form)

    async def _picture(self, source: Source, form: Parameters) -> Mapping[str, Any]:
        if source.url:
            return _linked(source.url, form)
        rule = _rule(form, "image", "local_file")
        data = source.data
        if source.image is not None:
            data = (await asyncio.to_thread(drawn, source.image, source.name)).data
        media = sniff(data)
        if media is None or media.kind != "image":
            raise SettingsError(f"{source.name} is no picture that Dify takes.")
        name = source.name if source.name.endswith(media.suffix) else f"picture{media.suffix}"
        return _local("image", (await self.upload(data, name=name, limit=rule.limit)).id)


def _linked(url: str, form: Parameters) -> Mapping[str, Any]:
    kind = _kind_of("", url.partition("?")[0])
    if kind not in form.files:
        # An address often does not tell: the first kind that may be linked is meant.
        linked = [known for known, rule in form.files.items() if "remote_url" in rule.ways]
        kind = linked[0] if linked and kind == "custom" else kind
    _rule(form, kind, "remote_url")
    return {"type": kind, "transfer_method": "remote_url", "url": url}


def _local(kind: str, file_id: str) -> Mapping[str, Any]:
    return {"type": kind, "transfer_method": "local_file", "upload_file_id": file_id}


def _rule(form: Parameters, kind: str, way: str) -> FileRule:
    """The rule for a kind of file. Raises `SettingsError` where the app would ignore the file."""
    rule = form.files.get(kind)
    if rule is None:
        takes = ", ".join(form.files) or "no files at all"
        raise SettingsError(f"The app takes no file of the kind {kind}: it takes {takes}.")
    if way not in rule.ways:
        said = "files from this machine" if way == "local_file" else "addresses"
        raise SettingsError(f"The app takes no {said} as {kind}, only {', '.join(rule.ways)}.")
    return rule


def _kind_of(mime: str, name: str) -> str:
    """Dify's kind of a file, by its type or else its name."""
    suffix = name.rpartition(".")[2].lower()
    if suffix in DOCUMENTS:
        return "document"
    guessed = (mime or mimetypes.guess_type(name)[0] or "").partition("/")[0]
    return guessed if guessed in ("image", "audio", "video") else "custom"


def _path(named: str | os.PathLike[str]) -> Path:
    return Path(named).expanduser()


def _name(reply: Reply) -> str:
    head = Message()
    head["content-disposition"] = reply.headers.get("content-disposition", "")
    return unquote(head.get_filename() or "")


def _save(folder: Path, name: str, data: bytes) -> Path:
    stem, suffix = Path(name).stem, Path(name).suffix
    for count in range(1, 1000):
        path = folder / (name if count == 1 else f"{stem}-{count}{suffix}")
        try:
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            continue
        except OSError as error:
            raise SettingsError(f"{path} cannot be written: {error.strerror or error}.") from None
        return path
    raise SettingsError(f"{folder} has a thousand files called {name}: choose another folder.")
