"""The page and the kernel mean the same by what they send each other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from sophnet_jupyter.lab import messages

SOURCE = (Path(__file__).parents[2] / "labextension" / "src" / "messages.ts").read_text("utf-8")
TYPES = {"string": str, "number": int, "boolean": bool, "string[][]": list[list[str]]}


def interfaces() -> dict[str, dict[str, str]]:
    """Each interface of the page's half: its fields with their types."""
    found = re.findall(r"^export interface (\w+) \{\n(.*?)^\}", SOURCE, re.M | re.S)
    return {name: dict(re.findall(r"^  (\w+)\??: (.+);$", body, re.M)) for name, body in found}


def structs(union: Any) -> tuple[type[msgspec.Struct], ...]:
    return get_args(union) or (union,)


def members(name: str) -> set[str]:
    """The interfaces of a union of the page's half."""
    (body,) = re.findall(rf"^export type {name} =(.*?);", SOURCE, re.M | re.S)
    return set(re.findall(r"\w+", body))


@pytest.mark.parametrize("union", ["Command", "Event"])
def test_both_halves_know_the_same_messages(union: str) -> None:
    assert {each.__name__ for each in structs(getattr(messages, union))} == members(union)


@pytest.mark.parametrize(
    "struct",
    [*structs(messages.Command), *structs(messages.Event), messages.Welcome],
    ids=lambda struct: struct.__name__,
)
def test_a_message_has_the_same_fields_in_both_halves(struct: type[msgspec.Struct]) -> None:
    fields = interfaces()[struct.__name__]
    assert fields.pop("kind") == f'"{struct.__struct_config__.tag}"'
    assert [*fields] == [field.name for field in msgspec.structs.fields(struct)]
    for field in msgspec.structs.fields(struct):
        assert TYPES.get(fields[field.name]) in (field.type, None), field.name


def test_both_halves_are_of_one_protocol() -> None:
    (number,) = re.findall(r"PROTOCOL = (\d+)", SOURCE)
    assert int(number) == messages.PROTOCOL


@pytest.mark.parametrize("data", [None, [], {}, {"kind": "dance"}, {"kind": "stop"}, {"kind": 1}])
def test_what_is_no_command_is_none(data: Any) -> None:
    assert messages.read(data) is None
