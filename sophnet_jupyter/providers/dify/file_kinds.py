"""The kind of a file in Dify's terms, and whether an app accepts it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import SettingsError
from ...files.names import address, is_address, is_elsewhere, type_of
from ...language import tr
from ...prompt.images.sources import from_base64
from ...prompt.table import is_frame, is_lazy, is_series
from ...response import Response
from ...values.image import Image
from .form import ENDINGS, FileRule, Parameters
from .uploaded import Uploaded

# Of each kind of file, what is taken of it.
Rules = Mapping[str, FileRule]


# What an open file can do, a picture of Pillow, and what Jupyter draws as one.
_FILES_CAN = ("read", "getexif", "_repr_png_", "_repr_jpeg_", "_repr_mimebundle_")


def is_file(value: object, depth: int = 8) -> bool:
    """Whether the value of an input is a file, or several, that cannot be sent as it is."""
    if isinstance(value, list | tuple):
        # Files stand in no list of lists of lists; a list may contain itself.
        return depth > 0 and any(is_file(one, depth - 1) for one in value)
    if isinstance(value, type) or is_frame(value) or is_series(value) or is_lazy(value):
        return False
    if isinstance(value, Response):
        return bool(value.images)
    if isinstance(value, bytes | bytearray | memoryview | os.PathLike | Uploaded | Image):
        return True
    # Of arrays a picture has two dimensions at least.
    if isinstance(shape := getattr(value, "shape", None), tuple):
        return len(shape) > 1 and hasattr(value, "astype")
    owners = (value, getattr(value, "figure", None), getattr(value, "fig", None))
    return any(hasattr(owner, "savefig") for owner in owners) or any(
        callable(getattr(value, method, None)) for method in _FILES_CAN
    )


def rules_of(form: Parameters, variable: str) -> Rules:
    """The file rules of one variable, or those for files beside the inputs."""
    own = [each.files for each in form.inputs if each.name == variable and each.is_file]
    return own[0] if own and own[0] else form.files


def is_path(text: str) -> bool:
    """Whether a text is a path of this machine, and not an image in itself."""
    return not (is_elsewhere(text) or from_base64(text))


def kind_of(item: object, rules: Rules) -> str:
    """The kind of file an item will be sent as, before anything is read."""
    if isinstance(item, Mapping):
        return str(item.get("type") or "")
    if isinstance(item, str) and is_address(item):
        return _linked_kind(item, rules)
    if isinstance(item, Uploaded):
        return kind_for(item.mime_type, item.name, rules)
    if isinstance(item, os.PathLike) or (isinstance(item, str) and is_path(item)):
        return kind_for("", Path(item).name, rules)
    # All else is a picture, or nothing.
    return "image"


def allowed(kind: str, rules: Rules) -> str:
    """The kind to send a file as: its own, or ``custom`` where the app accepts any file."""
    return "custom" if kind not in rules and "custom" in rules else kind


def _linked_kind(url: str, rules: Rules) -> str:
    kind = kind_for("", url.partition("?")[0], rules)
    if kind in rules:
        return kind
    # An address often does not tell: the first kind that may be linked is meant.
    linked = [known for known, rule in rules.items() if "remote_url" in rule.ways]
    return linked[0] if linked and kind == "custom" else allowed(kind, rules)


def linked(url: str, rules: Rules) -> Mapping[str, Any]:
    """A URL as a request names it. Raises `SettingsError` where the app accepts none."""
    kind = _linked_kind(url, rules)
    rule_for(rules, kind, "remote_url")
    return {"type": kind, "transfer_method": "remote_url", "url": address(url)}


def local(kind: str, file_id: str) -> Mapping[str, Any]:
    """An uploaded file as a request names it."""
    return {"type": kind, "transfer_method": "local_file", "upload_file_id": file_id}


def rule_for(rules: Rules, kind: str, way: str) -> FileRule:
    """The rule for a kind of file. Raises `SettingsError` where the app would ignore the file."""
    rule = rules.get(kind)
    if rule is None:
        takes = ", ".join(rules) or tr("no files at all")
        raise SettingsError(
            tr(
                "The app takes no file of the kind {kind}: it takes {takes}.",
                kind=kind,
                takes=takes,
            )
        )
    if way not in rule.ways:
        said = tr("files from this machine") if way == "local_file" else "addresses"
        raise SettingsError(
            tr(
                "The app takes no {said} as {kind}, only {ways}.",
                said=said,
                kind=kind,
                ways=", ".join(rule.ways),
            )
        )
    return rule


def kind_for(mime: str, name: str, rules: Rules) -> str:
    """
    The kind to send a file as, by its type and name.

    Some endings are of two kinds, as those of recorders are of sound and of video: then it is the
    one that the app takes.
    """
    kind, suffix = kind_by_name(mime, name), name.rpartition(".")[2].lower()
    if kind not in rules:
        kind = next((each for each in rules if suffix in ENDINGS.get(each, ())), kind)
    return allowed(kind, rules)


def kind_by_name(mime: str, name: str) -> str:
    """Dify's kind of a file, by its MIME type or else its name."""
    suffix = name.rpartition(".")[2].lower()
    if suffix in ENDINGS["document"]:
        return "document"
    guessed = (mime or type_of(name)).partition("/")[0]
    return guessed if guessed in ("image", "audio", "video") else "custom"
