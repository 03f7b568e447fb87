"""
An app's form and file rules: ``GET /parameters``, parsed.

See docs/services/dify.md#about-the-app.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import SettingsError
from ...language import tr
from .loose import number, objects, table

# Each kind of file with the name of its limit, in megabytes.
_SIZES = {
    "image": "image_file_size_limit",
    "document": "file_size_limit",
    "audio": "audio_file_size_limit",
    "video": "video_file_size_limit",
    "custom": "file_size_limit",
}
FILE_KINDS = tuple(_SIZES)
# The document's lists (dify-completion, /parameters). What is in none is "custom".
ENDINGS = {
    "image": "png jpg jpeg webp gif".split(),
    "document": "txt md markdown mdx pdf html xlsx xls docx csv eml msg pptx ppt xml epub".split(),
    "audio": "mp3 m4a wav webm amr".split(),
    "video": "mp4 mov mpeg mpga".split(),
    "custom": [],
}
FILE_INPUTS = ("file", "file-list")
WAYS = ("remote_url", "local_file")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRule:
    """
    The app's rule for one kind of file: how many, by which transfer methods, of how many bytes.

    ``endings`` are those of its kind, such as ``.png``; none means any.
    """

    ways: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    most: int = 3
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """
    One variable of the app. ``kind`` is the service's word: ``text-input``, ``paragraph``,
    ``select``, ``number``, ``file``, ``file-list``. ``longest`` is in characters, 0 for no limit.
    ``files`` are the rules for a variable that is a file, by the kind of file.
    """

    name: str
    kind: str = ""
    label: str = ""
    required: bool = False
    default: str = ""
    options: tuple[str, ...] = ()
    longest: int = 0
    files: Mapping[str, FileRule] = field(default_factory=dict)

    @property
    def is_file(self) -> bool:
        """Whether its value is a file, or a list of files."""
        return self.kind in FILE_INPUTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The form of an app. ``raw`` is all that Dify said; ``sound`` that it reads answers aloud."""

    inputs: tuple[Input, ...] = ()
    files: Mapping[str, FileRule] = field(default_factory=dict)
    sound: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def missing(self, inputs: Mapping[str, Any]) -> list[str]:
        """The required inputs that are not given, and that have no default."""
        return [
            each.name
            for each in self.inputs
            if each.required and not each.default and _is_empty(inputs.get(each.name))
        ]

    def check(self, inputs: Mapping[str, Any]) -> None:
        """
        Raise `SettingsError` naming every required input that is missing.

        Also for a text that is too long, or none of the options that there are.
        """
        if missing := self.missing(inputs):
            names = ", ".join(missing)
            said = "inputs" if len(missing) > 1 else tr("an input")
            raise SettingsError(
                tr(
                    "The app needs {said} you did not give: {names}. Write --inputs {missing}=… "
                    "for each, or inputs={{{missing!r}: …}}.",
                    said=said,
                    names=names,
                    missing=missing[0],
                )
            )
        for each in self.inputs:
            value = inputs.get(each.name)
            if not isinstance(value, str) or not value:
                continue
            if each.longest and len(value) > each.longest:
                raise SettingsError(
                    tr(
                        "The input {name} takes up to {longest:,} characters, not {count:,}.",
                        name=each.name,
                        longest=each.longest,
                        count=len(value),
                    )
                )
            if each.kind == "select" and each.options and value not in each.options:
                said = f"{value[:40]!r}"
                raise SettingsError(
                    tr(
                        "The input {name} is one of {options}, not {said}.",
                        name=each.name,
                        options=", ".join(each.options),
                        said=said,
                    )
                )


def parameters(body: Mapping[str, Any]) -> Parameters:
    """Parse a reply of ``/parameters``; missing fields become empty."""
    sizes = table(body.get("system_parameters"))
    uploads = table(body.get("file_upload"))
    found = _shared(uploads, sizes) | {
        kind: _rule(kind, rule, sizes.get(_SIZES[kind]))
        for kind in FILE_KINDS
        if (rule := table(uploads.get(kind))).get("enabled")
    }
    speech = table(body.get("text_to_speech"))
    return Parameters(
        inputs=tuple(
            _input(kind, table(facts), sizes)
            for item in objects(body.get("user_input_form"))
            for kind, facts in item.items()
        ),
        files=found,
        sound=bool(speech.get("enabled")) and speech.get("autoPlay") == "enabled",
        raw=body,
    )


def _rule(kind: str, rule: Mapping[str, Any], megabytes: object) -> FileRule:
    # The document says "choose one" of what is a list (docs/services/dify.md#about-the-app,
    # row D31).
    return _file_rule(kind, rule.get("transfer_methods"), rule.get("number_limits"), megabytes)


def _shared(uploads: Mapping[str, Any], sizes: Mapping[str, Any]) -> dict[str, FileRule]:
    """The rules of apps that have one for all kinds of files, copied to each kind."""
    if not uploads.get("enabled"):
        return {}
    return _rules(uploads, sizes, uploads.get("number_limits"))


def _rules(facts: Mapping[str, Any], sizes: Mapping[str, Any], most: object) -> dict[str, FileRule]:
    kinds, ways = facts.get("allowed_file_types"), facts.get("allowed_file_upload_methods")
    named = [kind for kind in FILE_KINDS if isinstance(kinds, list) and kind in kinds]
    return {kind: _file_rule(kind, ways, most, sizes.get(_SIZES[kind])) for kind in named}


def _file_rule(kind: str, ways: object, most: object, megabytes: object) -> FileRule:
    return FileRule(
        endings=tuple(f".{ending}" for ending in ENDINGS[kind]),
        ways=tuple(map(str, ways)) if isinstance(ways, list) else WAYS,
        most=number(most) if number(most) > 0 else 3,
        limit=None if megabytes is None else number(megabytes) << 20,
    )


def _is_empty(value: object) -> bool:
    # Compared by kind: a table or an array answers a comparison with another one.
    return value is None or (isinstance(value, str | list | tuple) and not value)


def _input(kind: str, facts: Mapping[str, Any], sizes: Mapping[str, Any]) -> Input:
    options, longest = facts.get("options"), facts.get("max_length")
    default = facts.get("default")
    # One file, or as many as its length says; each such variable has rules of its own.
    files = _rules(facts, sizes, 1 if kind == "file" else longest or 5)
    return Input(
        name=str(facts.get("variable") or facts.get("label") or ""),
        kind=kind,
        label=str(facts.get("label") or ""),
        required=bool(facts.get("required")),
        default="" if default is None else str(default),
        options=tuple(map(str, options)) if isinstance(options, list) else (),
        longest=0 if kind in FILE_INPUTS or not isinstance(longest, int) else longest,
        files=files if kind in FILE_INPUTS else {},
    )
