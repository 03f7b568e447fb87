"""What an app asks for and allows: ``GET /parameters``, read (WIRE 2.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import SettingsError
from .loose import objects, table

# Each kind of file with the name of its limit, in megabytes.
_SIZES = {
    "image": "image_file_size_limit",
    "document": "file_size_limit",
    "audio": "audio_file_size_limit",
    "video": "video_file_size_limit",
    "custom": "file_size_limit",
}
FILE_KINDS = tuple(_SIZES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """
    One variable of the app. ``kind`` is the service's word: ``text-input``, ``paragraph``,
    ``select``, ``number``, ``file``, ``file-list``. ``longest`` is in characters, 0 for no limit.
    """

    name: str
    kind: str = ""
    label: str = ""
    required: bool = False
    default: str = ""
    options: tuple[str, ...] = ()
    longest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRule:
    """What the app takes of one kind of file: how many, by which ways, of how many bytes."""

    ways: tuple[str, ...] = ()
    most: int = 3
    limit: int | None = None


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
            if each.required and not each.default and inputs.get(each.name) in (None, "")
        ]

    def check(self, inputs: Mapping[str, Any]) -> None:
        """Raise `SettingsError` naming every required input that is not there."""
        if missing := self.missing(inputs):
            names = ", ".join(missing)
            said = "inputs" if len(missing) > 1 else "an input"
            raise SettingsError(
                f"The app needs {said} you did not give: {names}. "
                f"Write --inputs {missing[0]}=… for each, or inputs={{{missing[0]!r}: …}}."
            )


def parameters(body: Mapping[str, Any]) -> Parameters:
    """Read what ``/parameters`` says; what it leaves out is empty."""
    sizes = table(body.get("system_parameters"))
    uploads = table(body.get("file_upload"))
    found = {
        kind: _rule(rule, sizes.get(_SIZES[kind]))
        for kind in FILE_KINDS
        if (rule := table(uploads.get(kind))).get("enabled")
    }
    speech = table(body.get("text_to_speech"))
    return Parameters(
        inputs=tuple(
            _input(kind, table(facts))
            for item in objects(body.get("user_input_form"))
            for kind, facts in item.items()
        ),
        files=found,
        sound=bool(speech.get("enabled")) and speech.get("autoPlay") == "enabled",
        raw=body,
    )


def _rule(rule: Mapping[str, Any], megabytes: object) -> FileRule:
    ways, most = rule.get("transfer_methods"), rule.get("number_limits")
    return FileRule(
        # The document says "choose one" of what is a list (WIRE D31).
        ways=tuple(map(str, ways)) if isinstance(ways, list) else ("remote_url", "local_file"),
        most=most if isinstance(most, int) else 3,
        limit=megabytes << 20 if isinstance(megabytes, int) else None,
    )


def _input(kind: str, facts: Mapping[str, Any]) -> Input:
    options, longest = facts.get("options"), facts.get("max_length")
    default = facts.get("default")
    return Input(
        name=str(facts.get("variable") or facts.get("label") or ""),
        kind=kind,
        label=str(facts.get("label") or ""),
        required=bool(facts.get("required")),
        default="" if default is None else str(default),
        options=tuple(map(str, options)) if isinstance(options, list) else (),
        longest=longest if isinstance(longest, int) else 0,
    )
