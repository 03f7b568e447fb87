"""The form an answer must have: told to the model in words, and held against what it wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ...errors import SettingsError
from ...language import mark, told_by, tr
from ..latex import eaten
from .complaint import Complaint
from .complaint import Misfit as Misfit
from .json_check import check_schema, complaint
from .json_text import first_value
from .schema import Schema, convert, describe_fields, is_pydantic, schema_of

# JSON mode gives an object; what is none is asked for under this name in one.
WRAPPER = "answer"
# What a library says in words of its own.
_QUOTED = mark("{words}")
_MISFITS = (
    mark("Expected {wanted}, got {got}"),
    mark("Object missing required field {name}"),
    mark("Object contains unknown field {name}"),
    mark("Invalid enum value {value}"),
    mark("Invalid value {value}"),
    mark("Expected {wanted}"),
)
_PLACE = re.compile(r"\s+- at `([^`]*)`$")


@dataclass(frozen=True, slots=True)
class Shape:
    """
    What an answer in JSON must look like.

    ``instruction`` goes into the system message. ``build`` makes the value to hand to the caller
    out of the decoded one; it raises `Misfit`.
    """

    instruction: str
    build: Callable[[Any], Any]
    # Whether ``build`` refuses anything, so that it can choose among several values.
    chooses: bool = True

    def read(self, text: str) -> Any:
        """The value in an answer. Raises `Misfit`."""
        return self.read_and_note(text)[0]

    def read_and_note(self, text: str) -> tuple[Any, str]:
        """The value, and a sentence on what JSON has made of its LaTeX. Raises `Misfit`."""
        value = first_value(text, self._fits if self.chooses else None)
        return self.build(value), eaten(value)

    def _fits(self, value: Any) -> bool:
        try:
            self.build(value)
        except Misfit:
            return False
        return True


ANY_JSON = Shape("Answer in JSON.", lambda value: value, chooses=False)


def shape(schema: object) -> Shape:
    """
    The shape that a class or a JSON schema describes.

    Takes a pydantic model, a Struct, dataclass or TypedDict, any other annotation such as
    ``list[Person]``, or a schema as a dict. Raises `SettingsError` for what is none of these.
    """
    if isinstance(schema, Mapping):
        declared = dict(schema)
        check_schema(declared)

        def build(value: Any) -> Any:
            if found := complaint(value, declared):
                raise Misfit(found)
            return value

        return _wrapped(declared, build)
    if schema is None or isinstance(schema, str | bytes | int | float):
        raise SettingsError(
            tr("schema= takes a class such as a dataclass, or a JSON schema as a dict.")
        )
    described = describe_fields(schema_of(schema, where="schema="), schema)
    return _wrapped(described, lambda value: _converted(value, schema))


def asking_for(messages: Sequence[Mapping[str, Any]], instruction: str) -> list[Mapping[str, Any]]:
    """The messages with ``instruction`` at the end of the system message."""
    found = list(messages)
    if found and found[0].get("role") == "system" and isinstance(found[0].get("content"), str):
        said = f"{found[0]['content']}\n\n{instruction}"
        return [{**found[0], "content": said}, *found[1:]]
    return [{"role": "system", "content": instruction}, *found]


def mentions_json(messages: Sequence[Mapping[str, Any]]) -> bool:
    """
    True when a message has the word that JSON mode demands.

    See docs/services/sophnet.md#errors, code 400001.
    """
    for message in messages:
        content = message.get("content")
        parts = content if isinstance(content, list) else [{"text": content}]
        if any("json" in str(part.get("text") or "").lower() for part in parts):
            return True
    return False


def _wrapped(schema: Schema, build: Callable[[Any], Any]) -> Shape:
    whole, unwrap = schema, build
    if not _is_object(schema):
        whole = {"type": "object", "properties": {WRAPPER: schema}, "required": [WRAPPER]}

        def unwrap(value: Any) -> Any:
            inner = isinstance(value, dict) and value.keys() == {WRAPPER}
            return build(value[WRAPPER] if inner else value)

    try:
        text = msgspec.json.encode(whole).decode()
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise SettingsError(tr("JSON cannot hold the schema: {error}.", error=error)) from None
    return Shape(
        "Answer with one JSON object and nothing else. It must fit this JSON schema:\n" + text,
        unwrap,
    )


def _is_object(schema: Schema) -> bool:
    # A schema without a type may describe anything; its properties say what is meant.
    return schema.get("type", "object") == "object" and "enum" not in schema


def _converted(value: Any, kind: Any) -> Any:
    try:
        return convert(value, kind)
    except ValueError as error:
        if is_pydantic(kind) and callable(errors := getattr(error, "errors", None)):
            first = errors()[0]
            steps = (f"[{s}]" if isinstance(s, int) else f".{s}" for s in first["loc"])
            raise Misfit(
                Complaint("$" + "".join(steps), _QUOTED, words=str(first["msg"]))
            ) from None
        place = _PLACE.search(str(error))
        where = place[1] if place else "$"
        raise Misfit(_complaint(where, _PLACE.sub("", str(error)).replace("`", ""))) from None


def _complaint(where: str, words: str) -> Complaint:
    """What msgspec says, by the sentence that it is, so that it can be said in another language."""
    for sentence in _MISFITS:
        if facts := told_by(sentence, words):
            return Complaint(where, sentence, **facts)
    return Complaint(where, _QUOTED, words=words)
