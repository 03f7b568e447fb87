from __future__ import annotations

import enum
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

import msgspec
import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.prompt.tools.tools import as_tool, choice, tool, toolbox


class Unit(enum.Enum):
    C = "celsius"
    F = "fahrenheit"


@dataclass
class Place:
    city: str
    country: str = "CN"


class Hours(TypedDict, total=False):
    begin: int


class Node(msgspec.Struct):
    name: str
    children: list[Node] = []


class Modelled:
    """What pydantic's models look like from outside."""

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        inner = {"type": "object", "properties": {"x": {"type": "integer"}}}
        return {"$ref": "#/$defs/Inner", "$defs": {"Inner": inner}}

    @classmethod
    def model_validate(cls, value: Any) -> Modelled:
        return cls()


class Opaque: ...


def weather(
    place: Place,
    unit: Unit,
    mode: Literal["now", "tomorrow"],
    days: Annotated[int, "How many days."] = 3,
    names: list[str] | None = None,
    hours: Hours | None = None,
    weights: dict[str, float] | None = None,
    file: Path | None = None,
    model: Modelled | None = None,
    guess: Any = None,
    verbose=False,
) -> float:
    """Weather of a place.

    Args:
        place: Where.
        days: Not this text.
    """
    return 0.0


def parameters(function: Callable[..., Any]) -> dict[str, Any]:
    declared: dict[str, Any] = as_tool(function).declaration["function"]
    return dict(declared["parameters"])


def test_a_function_tells_its_name_and_purpose() -> None:
    made = as_tool(weather)
    assert made.name == "weather"
    assert made.declaration["type"] == "function"
    assert made.declaration["function"]["description"] == "Weather of a place."


def test_what_has_a_default_is_not_required() -> None:
    schema = parameters(weather)
    assert schema["required"] == ["place", "unit", "mode"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["days"]["default"] == 3


def test_annotations_become_schemas_without_references() -> None:
    properties = parameters(weather)["properties"]
    assert properties["place"]["properties"]["city"] == {"type": "string"}
    assert properties["place"]["required"] == ["city"]
    assert properties["unit"]["enum"] == ["celsius", "fahrenheit"]
    assert properties["mode"]["enum"] == ["now", "tomorrow"]
    assert {"type": "array", "items": {"type": "string"}} in properties["names"]["anyOf"]
    assert properties["weights"]["anyOf"][0]["additionalProperties"] == {"type": "number"}
    assert properties["verbose"]["type"] == "boolean"
    assert "type" not in properties["guess"]
    assert "$ref" not in str(properties)


def test_a_pydantic_model_brings_its_own_schema() -> None:
    model = parameters(weather)["properties"]["model"]["anyOf"][0]
    assert model["properties"] == {"x": {"type": "integer"}}


def test_annotated_describes_and_wins_over_the_docstring() -> None:
    properties = parameters(weather)["properties"]
    assert properties["days"]["description"] == "How many days."
    assert properties["place"]["description"] == "Where."


def test_a_type_that_holds_itself_is_described_once() -> None:
    def grow(node: Node) -> None: ...

    children = parameters(grow)["properties"]["node"]["properties"]["children"]
    assert children["items"] == {"type": "object"}


def test_the_decorator_gives_a_name_and_leaves_the_function_alone() -> None:
    @tool(name="add-up", description="Adds.")
    def add(a: int, b: int) -> int:
        return a + b

    assert add(1, 2) == 3
    function = as_tool(add).declaration["function"]
    assert (function["name"], function["description"]) == ("add-up", "Adds.")


def test_methods_partials_and_callables_are_functions_too() -> None:
    class Shop:
        def price(self, item: str) -> float:
            """Price of an item."""
            return 1.0

        def __call__(self, count: int) -> int:
            return count

    assert list(parameters(Shop().price)["properties"]) == ["item"]
    named = tool(name="call")(Shop())
    assert parameters(named)["properties"]["count"] == {"type": "integer"}
    half = tool(name="half")(functools.partial(weather, days=2))
    assert parameters(half)["properties"]["days"]["default"] == 2


def test_a_function_with_kwargs_takes_further_arguments() -> None:
    def loose(*args: int, a: int, **more: str) -> None: ...

    schema = parameters(loose)
    assert schema["additionalProperties"] is True
    assert list(schema["properties"]) == ["a"]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (lambda x: x, "needs a name"),
        (3, "not int"),
        ({"name": 3}, "looks like"),
        ({"type": "retrieval"}, "looks like"),
    ],
)
def test_what_is_no_tool_is_refused(item: object, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        toolbox([item])


def test_a_parameter_that_json_cannot_express_is_named() -> None:
    def plot(frame: Opaque) -> None: ...

    with pytest.raises(SettingsError, match=r"plot\(frame=….*Opaque"):
        as_tool(plot)


def test_a_schema_stays_as_it_was_given() -> None:
    bare = {"name": "f", "parameters": {"type": "object", "$defs": {}}}
    assert as_tool(bare).declaration == {"type": "function", "function": bare}
    whole = {"type": "function", "function": bare}
    assert as_tool(whole).declaration == whole
    assert list(toolbox(whole)) == ["f"]


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(SettingsError, match="Two tools"):
        toolbox([weather, weather])


def test_a_choice_is_a_word_or_one_of_the_tools() -> None:
    box = toolbox(weather)
    named = {"type": "function", "function": {"name": "weather"}}
    assert choice("required", box) == "required"
    assert choice("weather", box) == choice(weather, box) == named
    with pytest.raises(SettingsError, match="there is weather"):
        choice("climate", box)
