"""An app's form as fields for the browser, and the filled-in values as inputs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from ...errors import SettingsError
from ...language import mark, tr
from ...views.safe.look import one_line

# Fields that are more than one line of text, by the service's words; others are one line.
_KINDS = ("paragraph", "select", "number", "file", "file-list")
_FILES = {
    "image": mark("image"),
    "document": mark("document"),
    "audio": mark("audio"),
    "video": mark("video"),
}
_QUERY = {"name": "query", "label": "Query", "kind": "paragraph", "required": True}


class Rule(Protocol):
    """The rule for one kind of file."""

    @property
    def ways(self) -> tuple[str, ...]: ...
    @property
    def endings(self) -> tuple[str, ...]: ...
    @property
    def most(self) -> int: ...
    @property
    def limit(self) -> int | None: ...


class FormInput(Protocol):
    """One variable of an app."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def default(self) -> str: ...
    @property
    def options(self) -> tuple[str, ...]: ...
    @property
    def longest(self) -> int: ...
    @property
    def files(self) -> Mapping[str, Any]: ...
    @property
    def is_file(self) -> bool: ...


def fields(inputs: Iterable[FormInput], files: Mapping[str, Rule]) -> list[dict[str, Any]]:
    """The form, field by field; files beside the inputs are a last field without a name."""
    found = [
        {
            "name": each.name,
            "label": one_line(each.label or each.name),
            "kind": each.kind if each.kind in _KINDS else "text",
            "required": each.required,
            "value": each.default,
            "options": list(each.options),
            "longest": each.longest,
            **(_taken(each.files or files) if each.is_file else {}),
        }
        for each in inputs
    ]
    found = found or [{**_QUERY, "label": tr("Query")}]
    if files:
        found.append({"name": "", "label": tr("Files"), "kind": "file-list", **_taken(files)})
    return found


def largest(inputs: Iterable[FormInput], files: Mapping[str, Rule], otherwise: int) -> int:
    """The largest file size that any field accepts, in bytes; 0 where none accepts files."""
    rules = [*files.values(), *(rule for each in inputs for rule in each.files.values())]
    sent = [rule for rule in rules if "local_file" in rule.ways]
    return max((rule.limit or otherwise for rule in sent), default=0)


def value(each: FormInput, text: str) -> str | int | float:
    """The text of a field as the type that the app expects. Raises `SettingsError`."""
    if each.kind != "number":
        return text
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise SettingsError(
            tr("{each} is a number, not {text!r}.", each=each.label or each.name, text=text[:40])
        )
    return int(number) if number.is_integer() else number


def _called(kind: str) -> str:
    said = _FILES.get(kind)
    return tr(said) if said else kind


def _taken(files: Mapping[str, Rule]) -> dict[str, Any]:
    """The file types that a field accepts, for the browser's file dialog."""
    sent = [rule for rule in files.values() if "local_file" in rule.ways]
    endings = [ending for rule in sent for ending in rule.endings]
    anything = any(not rule.endings for rule in sent)
    sizes = [
        tr("{kind} up to {size} MB", kind=_called(kind), size=r.limit >> 20)
        for kind, r in files.items()
        if r.limit
    ]
    return {
        "sends": bool(sent),
        "links": any("remote_url" in rule.ways for rule in files.values()),
        "accept": [] if anything else endings,
        "most": sum(rule.most for rule in files.values()),
        "hint": one_line(tr(", ").join(sizes or map(_called, files))),
    }
