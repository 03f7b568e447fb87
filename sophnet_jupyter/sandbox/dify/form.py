"""What this app asks for and allows, and the check of a request against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    {
        "number": {
            "label": "Words",
            "variable": "words",
            "required": False,
            "default": "",
        }
    },
    {
        "file": {
            "label": "Photo",
            "variable": "photo",
            "required": False,
            "allowed_file_types": ["image"],
            "allowed_file_upload_methods": ["remote_url", "local_file"],
            "allowed_file_extensions": [],
        }
    },
    {
        "file-list": {
            "label": "Material",
            "variable": "material",
            "required": False,
            "allowed_file_types": ["document"],
            "allowed_file_upload_methods": ["local_file"],
            "allowed_file_extensions": [],
            "max_length": 2,
        }
    },
]


def check_inputs(
    inputs: Any, query: Any, user: str, shelf: Shelf
) -> tuple[dict[str, str], list[File | str]]:
    """The app's variables as they were given; the service's words where they are wrong."""
    if not isinstance(inputs, dict):
        raise invalid("Arg inputs must be provided." if inputs is None else "inputs: not an object")
    if not isinstance(query, str):
        raise invalid("query must be a string")
    # The document nests the query, the source also takes it beside the inputs
    # (docs/services/dify.md#completion, row D6).
    given = {"query": query} if query else {}
    given |= {name: value for name, value in inputs.items() if value not in (None, "")}
    found: dict[str, str] = {}
    files: list[File | str] = []
    for item in FORM:
        ((kind, facts),) = item.items()
        name = facts["variable"]
        value = given.get(name, facts.get("default", ""))
        if kind in ("file", "file-list"):
            files += _variable_files(name, value, kind, facts, user, shelf)
        elif kind == "number":
            found[name] = _number(name, value)
        else:
            _check(name, value, kind, facts)
            found[name] = value
    return found, files


def _number(name: str, value: Any) -> str:
    """A number, which may also come as the text of one."""
    if value == "":
        return ""
    try:
        float(value)
    except (TypeError, ValueError):
        raise invalid(f"(type 'number') {name} in input form must be a number") from None
    return str(value)


def _variable_files(
    name: str, value: Any, kind: str, facts: Mapping[str, Any], user: str, shelf: Shelf
) -> list[File | str]:
    """The files that a variable of the form names; it has rules of its own."""
    if value in ("", []):
        return []
    entries = value if isinstance(value, list) and kind == "file-list" else [value]
    if not all(isinstance(entry, dict) for entry in entries):
        raise invalid(f"{name} in input form must be a file")
    if len(entries) > (most := facts.get("max_length", 1)):
        raise invalid(f"{name} in input form must be less than {most} files")
    ways = facts["allowed_file_upload_methods"]
    found = [_file(entry, user, shelf, facts["allowed_file_types"], ways) for entry in entries]
    return used(found)


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
    found = [_file(entry, user, shelf, ENABLED, WAYS) for entry in entries]
    for kind in ENABLED:
        if sum(entry["type"] == kind for entry in entries) > MOST:
            raise invalid(f"Number of {kind} files exceeds the maximum limit {MOST}")
    return used(found)


def used(files: list[File | str]) -> list[File | str]:
    """The same files, which a message has named from now on."""
    for file in files:
        if isinstance(file, File):
            file.used = True
    return files


def _file(
    entry: Mapping[str, Any], user: str, shelf: Shelf, kinds: Sequence[str], ways: Sequence[str]
) -> File | str:
    kind, way = str(entry.get("type")), entry.get("transfer_method")
    if kind not in kinds:
        raise invalid(f"File type {kind} is not enabled in this app: {', '.join(kinds)}")
    if way not in ways:
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
