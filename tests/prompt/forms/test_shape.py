from __future__ import annotations

import enum
import sys
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, TypedDict

import msgspec
import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.prompt.forms.json_check import complaint
from sophnet_jupyter.prompt.forms.schema import schema_of
from sophnet_jupyter.prompt.forms.shape import ANY_JSON, Misfit, asking_for, mentions_json, shape


@dataclass
class Person:
    name: Annotated[str, "Given name first."]
    age: int
    born: date | None = None
    tags: list[str] = field(default_factory=list)


class City(TypedDict):
    name: str


class Kind(enum.Enum):
    A = "a"


class Point(msgspec.Struct):
    x: float
    inner: list[Person] = []


class ModelError(ValueError):
    def errors(self) -> list[dict[str, Any]]:
        return [{"loc": ("items", 0, "age"), "msg": "Input should be\n a valid integer"}]


class Modelled:
    """What pydantic's models look like from outside."""

    def __init__(self, age: int) -> None:
        self.age = age

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        return {"type": "object", "properties": {"age": {"type": "integer"}}}

    @classmethod
    def model_validate(cls, value: Any) -> Modelled:
        if not isinstance(value.get("age"), int):
            raise ModelError
        return cls(value["age"])


def test_an_answer_becomes_an_instance_of_the_class() -> None:
    person = shape(Person).read('```json\n{"name":"Ada","age":"36","born":"1815-12-10"}\n```')
    assert person == Person("Ada", 36, date(1815, 12, 10))
    assert shape(City).read('{"name":"Paris"}') == {"name": "Paris"}
    assert shape(Point).read('{"x":1}') == Point(x=1.0)
    assert shape(Modelled).read('{"age":3}').age == 3


@pytest.mark.parametrize("text", ['{"answer":[{"name":"Paris"}]}', '[{"name":"Paris"}]'])
def test_what_is_no_object_is_asked_for_in_one(text: str) -> None:
    several = shape(list[City])
    assert '"answer":{"type":"array"' in several.instruction
    assert several.read(text) == [{"name": "Paris"}]
    assert shape(Kind).read('{"answer":"a"}') is Kind.A


def test_the_instruction_holds_the_schema_and_the_descriptions() -> None:
    said = shape(Person).instruction
    assert '"age":{"type":"integer"}' in said
    assert "Given name first." in said
    assert "JSON" in said


@pytest.mark.parametrize(
    ("schema", "text", "where", "why"),
    [
        (Person, '{"name":"Ada","age":"old"}', "$.age", "Expected int, got str"),
        (Person, '{"name":"Ada"}', "$", "missing required field age"),
        (Point, '{"x":1,"inner":[{"name":1,"age":1}]}', "$.inner[...].name", "Expected str"),
        (Modelled, '{"age":"old"}', "$.items[0].age", "should be a valid integer"),
        (Person, "I cannot do that.", "$", "no JSON"),
    ],
)
def test_a_misfit_says_where_and_why(schema: Any, text: str, where: str, why: str) -> None:
    with pytest.raises(Misfit) as caught:
        shape(schema).read(text)
    assert why in caught.value.why
    assert "\n" not in caught.value.why
    assert caught.value.where.replace("[0]", "[...]") == where.replace("[0]", "[...]")


@pytest.mark.parametrize("schema", [None, "Person", 3, object, lambda x: x])
def test_what_is_no_schema_is_refused(schema: Any) -> None:
    with pytest.raises(SettingsError):
        shape(schema)


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "name": {"type": "string", "minLength": 1, "pattern": "^[A-Z]"},
        "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "maxItems": 2},
        "size": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        "kind": {"const": "person"},
        "both": {"allOf": [{"type": "integer"}, {"exclusiveMinimum": 3}]},
        "one": {"oneOf": [{"type": "integer"}, {"minimum": 3}]},
        "pair": {"prefixItems": [{"type": "string"}], "items": {"type": "integer"}},
        "set": {"uniqueItems": True},
        "no": {"not": {"type": "string"}},
    },
    "required": ["age"],
    "additionalProperties": False,
    "$defs": {"tag": {"enum": ["a", "b"]}},
}
MISFITS: list[tuple[Any, str]] = [
    ([], "$"),
    ({}, "$"),
    ({"age": True}, "$.age"),
    ({"age": 1.5}, "$.age"),
    ({"age": -1}, "$.age"),
    ({"age": 151}, "$.age"),
    ({"age": 1, "name": ""}, "$.name"),
    ({"age": 1, "name": "ada"}, "$.name"),
    ({"age": 1, "tags": ["a", "c"]}, "$.tags[1]"),
    ({"age": 1, "tags": ["a", "b", "a"]}, "$.tags"),
    ({"age": 1, "size": "big"}, "$.size"),
    ({"age": 1, "kind": "dog"}, "$.kind"),
    ({"age": 1, "both": 3}, "$.both"),
    ({"age": 1, "one": 5}, "$.one"),
    ({"age": 1, "one": 1.5}, "$.one"),
    ({"age": 1, "pair": ["a", "b"]}, "$.pair[1]"),
    ({"age": 1, "pair": [1]}, "$.pair[0]"),
    ({"age": 1, "set": [[1], [1]]}, "$.set"),
    ({"age": 1, "no": "x"}, "$.no"),
    ({"age": 1, "more": 2}, "$"),
]
FULL = {"age": 3.0, "name": "Ada", "tags": ["a"], "size": None, "kind": "person", "both": 4}


@pytest.mark.parametrize(("value", "where"), MISFITS)
def test_a_value_is_held_against_every_keyword(value: Any, where: str) -> None:
    found = complaint(value, SCHEMA)
    assert found is not None
    assert found.where == where
    assert found.told == found.why
    assert found.told


def test_a_value_that_fits_has_no_complaint() -> None:
    assert complaint(FULL, SCHEMA) is None
    assert shape(SCHEMA).read('{"age":1}') == {"age": 1}


def test_our_verdicts_are_those_of_jsonschema(monkeypatch: pytest.MonkeyPatch) -> None:
    # Its checks of addresses, which are not used here, cost 3 s of import.
    monkeypatch.setitem(sys.modules, "rfc3987_syntax", None)
    judge = pytest.importorskip("jsonschema").Draft202012Validator(SCHEMA)
    for value in [FULL, *(value for value, _ in MISFITS)]:
        assert judge.is_valid(value) == (complaint(value, SCHEMA) is None), value


@pytest.mark.parametrize("target", ["https://example.org/schema.json", "#/$defs/none"])
def test_a_schema_that_refers_elsewhere_is_not_fetched(target: str) -> None:
    with pytest.raises(SettingsError, match="not in it"):
        shape({"properties": {"a": {"items": {"$ref": target}}}})


@pytest.mark.parametrize(
    ("part", "where"),
    [({"type": "text"}, r"\$\.properties\.a\.type"), ("integer", r"\$\.properties\.a:")],
)
def test_a_wrong_schema_is_refused_before_anything_is_sent(part: Any, where: str) -> None:
    with pytest.raises(SettingsError, match=where):
        shape({"type": "object", "properties": {"a": part}})


def test_a_schema_that_holds_itself_ends() -> None:
    tree = {"properties": {"more": {"type": "array", "items": {"$ref": "#"}}}}
    assert complaint({"more": [{"more": []}]}, tree) is None
    found = complaint({"more": [{"more": 3}]}, tree)
    assert found is not None
    assert (found.where, found.told) == ("$.more[0].more", "3 is not of type array")
    assert complaint({}, {"$ref": "#"}) is None


def test_the_instruction_joins_the_system_message() -> None:
    question = {"role": "user", "content": "Who?"}
    assert asking_for([question], "I")[0] == {"role": "system", "content": "I"}
    told = asking_for([{"role": "system", "content": "Be brief."}, question], "I")
    assert told == [{"role": "system", "content": "Be brief.\n\nI"}, question]


def test_the_word_json_is_looked_for_in_every_message() -> None:
    assert mentions_json([{"role": "user", "content": "as JSON please"}])
    assert mentions_json([{"role": "user", "content": [{"type": "text", "text": "json"}]}])
    assert not mentions_json([{"role": "assistant", "content": None}])
    assert mentions_json([{"role": "system", "content": ANY_JSON.instruction}])


def test_a_class_without_fields_is_told_what_makes_them() -> None:
    class Plain:
        def __init__(self, name: str) -> None:
            self.name = name

    with pytest.raises(
        SettingsError, match=r"type Plain \(no fields .* @dataclass above it.*\)\.$"
    ):
        schema_of(Plain, where="--schema")
