"""What this app asks for and allows, and the check of a request against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .refusals import Refused, invalid
from .shelf import File, Shelf

KINDS = {
    "image": "png jpg jpeg webp gif",
    "document": "txt md markdown pdf html xlsx xls docx csv eml msg pptx ppt xml epub",
    "audio": "mp3 m4a wav webm amr",
    "video": "mp4 mov mpeg mpga",
}
ENABLED = ("image", "document")
MOST = 3
MEGABYTES = {"image": 10, "document": 15, "audio": 50, "video": 100}
WAYS = ("remote_url", "local_file")

FORM: list[dict[str, dict[str, Any]]] = [
    {
        "paragraph": {
            "label": "Query",
            "variable": "query",
            "required": True,
            "max_length": 50_000,
            "default": "",
        }
    },
    {
        "select": {
            "label": "Tone",
            "variable": "tone",
            "required": False,
            "options": ["plain", "pirate"],
            "default": "plain",
        }
    },
    {
        "text-input": {
            "label": "Language",
            "variable": "language",
            "required": False,
            "max_length": 48,
            "default": "",
        }
    },
]


def check_inputs(inputs: Any, query: Any) -> dict[str, str]:
    """The app's variables as they were given, in the service's words where they are wrong."""
    if not isinstance(inputs, dict):
        raise invalid("Arg inputs must be provided." if inputs is None else "inputs: not an object")
    if not isinstance(query, str):
        raise invalid("query must be a string")
    # The document nests the query, the source also takes it beside the inputs (WIRE D6).
    given = {"query": query} if query else {}
    given |= {name: value for name, value in inputs.items() if value not in (None, "")}
    found = {}
    for item in FORM:
        ((kind, facts),) = item.items()
        name = facts["variable"]
        value = given.get(name, facts["default"])
        _check(name, value, kind, facts)
        found[name] = value
    return found


def _check(name: str, value: Any, kind: str, facts: Mapping[str, Any]) -> None:
    if facts["required"] and not value:
        raise invalid(f"{name} is required in input form")
    if not isinstance(value, str):
        raise invalid(f"(type '{kind}') {name} in input form must be a string")
    if value and kind == "select" and value not in facts["options"]:
        raise invalid(f"{name} in input form must be one of the following: {facts['options']}")
    if len(value) > facts.get("max_length", len(value)):
        raise invalid(f"{name} in input form must be less than {facts['max_length']} characters")


def check_files(entries: Any, user: str, shelf: Shelf) -> list[File | str]:
    """The files of a message, uploads or addresses; an upload counts as used from now on."""
    if entries in (None, []):
        return []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise invalid("files must be a list of objects")
    found = [_file(entry, user, shelf) for entry in entries]
    for kind in ENABLED:
        if sum(entry["type"] == kind for entry in entries) > MOST:
            raise invalid(f"Number of {kind} files exceeds the maximum limit {MOST}")
    for file in found:
        if isinstance(file, File):
            file.used = True
    return found


def _file(entry: Mapping[str, Any], user: str, shelf: Shelf) -> File | str:
    kind, way = entry.get("type"), entry.get("transfer_method")
    if kind not in ENABLED:
        raise invalid(f"File type {kind} is not enabled in this app: {', '.join(ENABLED)}")
    if way not in WAYS:
        raise invalid(f"Invalid file transfer_method: {way}")
    if way == "remote_url":
        url = entry.get("url")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise invalid("Invalid file url")
        return url
    file = shelf.files.get(str(entry.get("upload_file_id")))
    if file is None or file.user != user:
        raise invalid("Invalid upload file")
    if file.extension not in KINDS[kind].split():
        raise invalid(f"File {file.name} is no {kind}")
    return file


def kind_of(name: str) -> str:
    """The kind that takes a file of this name. Raises `Refused` (415)."""
    suffix = name.rpartition(".")[2].lower()
    for kind, suffixes in KINDS.items():
        if suffix in suffixes.split():
            return kind
    raise Refused(415, "unsupported_file_type", "File type not allowed.")
