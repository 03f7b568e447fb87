"""Forms with files, ``multipart/form-data``, read strictly: what is not well formed is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class Malformed(Exception):
    """The form cannot be read, and why."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a form; a ``filename`` makes it a file."""

    name: str
    data: bytes
    filename: str = ""
    content_type: str = ""


def read(content_type: str, body: bytes) -> dict[str, Part]:
    """The parts of a form by their names. Raises `Malformed`."""
    head = Message()
    head["content-type"] = content_type
    if head.get_content_type() != "multipart/form-data":
        raise Malformed("Content-Type must be multipart/form-data")
    boundary = head.get_boundary()
    if not boundary:
        # What comes of setting the header by hand, as the document's table suggests
        # (docs/services/sophnet.md#transcription, row S14).
        raise Malformed("Content-Type has no boundary: let the HTTP library set it")
    opening = b"--" + boundary.encode()
    first, *rest = (b"\r\n" + body).split(b"\r\n" + opening)
    if not rest or first.strip() or rest[-1].rstrip(b"\r\n") != b"--":
        raise Malformed("the form does not end with its boundary")
    parts = [_part(raw) for raw in rest[:-1]]
    return {part.name: part for part in parts}


def head_of(head: bytes) -> tuple[str, str]:
    """The name and the file's name in the head of a part. Raises `Malformed`."""
    part = _headed(head, b"")
    return part.name, part.filename


def _part(raw: bytes) -> Part:
    head, separator, data = raw.partition(b"\r\n\r\n")
    if not separator or not head.startswith(b"\r\n"):
        raise Malformed("a part of the form has no head")
    return _headed(head, data)


def _headed(head: bytes, data: bytes) -> Part:
    fields: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").strip().split("\r\n"):
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    named = dict(_PARAMETER.findall(fields.get("content-disposition", "")))
    if not named.get("name"):
        raise Malformed("a part of the form has no name")
    return Part(
        name=named["name"],
        data=data,
        filename=named.get("filename", ""),
        content_type=fields.get("content-type", ""),
    )
