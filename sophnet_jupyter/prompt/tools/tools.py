"""Python functions as tools of a model: what the model is told of them."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

import msgspec

from ...errors import SettingsError
from ...language import tr
from ..forms.schema import Schema, description, schema_of
from . import docstring

F = TypeVar("F", bound=Callable[..., Any])

# What the services take as a tool's name.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OVERRIDES = "__sophnet_tool__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """
    A function that a model may ask for.

    ``declaration`` is what the service is told; ``function`` is None where the caller gave only a
    schema. ``fields`` is the type that the arguments must fit, ``rest`` says whether the function
    takes any others too.
    """

    name: str
    declaration: Mapping[str, Any]
    function: Callable[..., Any] | None = None
    fields: Any = None
    positional: tuple[str, ...] = ()
    rest: bool = False


@dataclass(frozen=True, slots=True)
class _Overrides:
    name: str = ""
    description: str = ""


@overload
def tool(function: F) -> F: ...
@overload
def tool(*, name: str = "", description: str = "") -> Callable[[F], F]: ...
def tool(function: Any = None, *, name: str = "", description: str = "") -> Any:
    """
    Mark a function as a tool, with a name or a description of its own.

    Optional: ``tools=`` takes plain functions too. The function itself stays as it is.

        @sophnet_jupyter.tool(name="get_weather", description="Weather now, in Celsius.")
        def weather(city: str) -> float: ...
    """

    def mark(marked: Any) -> Any:
        setattr(marked, _OVERRIDES, _Overrides(name, description))
        return marked

    return mark if function is None else mark(function)


def toolbox(tools: object) -> dict[str, Tool]:
    """
    Each tool by its name. Takes one or several functions, JSON schemas or `Tool` values.

    Raises `SettingsError` for what is none of these, and when two have the same name.
    """
    several = list(tools) if isinstance(tools, Iterable) and not _is_one(tools) else [tools]
    found: dict[str, Tool] = {}
    for item in several:
        made = as_tool(item)
        if made.name in found:
            raise SettingsError(tr("Two tools are called {name}.", name=made.name))
        found[made.name] = made
    return found


def as_tool(item: object) -> Tool:
    """One tool: of a function its signature and docstring tell the schema."""
    if isinstance(item, Tool):
        return item
    if isinstance(item, Mapping):
        return _declared(item)
    if callable(item):
        return _from_function(item)
    raise SettingsError(
        tr("A tool is a Python function or a JSON schema, not {kind}.", kind=type(item).__name__)
    )


def choice(value: object, tools: Mapping[str, Tool]) -> object:
    """``tool_choice`` as the service wants it: a word of its own, or the name of a tool."""
    if callable(value):
        value = as_tool(value).name
    if not isinstance(value, str) or value in ("auto", "none", "required"):
        return value
    if value not in tools:
        known = ", ".join(tools) or tr("no tools")
        raise SettingsError(
            tr("tool_choice names {value!r}; there is {known}.", value=value, known=known)
        )
    return {"type": "function", "function": {"name": value}}


def _is_one(tools: object) -> bool:
    return isinstance(tools, str | bytes | Mapping | Tool) or callable(tools)


def _declared(item: Mapping[str, Any]) -> Tool:
    function = item.get("function") if item.get("type") == "function" else item
    if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
        raise SettingsError(
            tr(
                'A tool given as a schema looks like {"type": "function", "function": '
                '{"name": "…", "parameters": {…}}}.'
            )
        )
    return Tool(
        name=_checked(function["name"]), declaration={"type": "function", "function": function}
    )


def _from_function(function: Callable[..., Any]) -> Tool:
    own = getattr(function, _OVERRIDES, _Overrides())
    name = _checked(own.name or getattr(function, "__name__", ""))
    doc = getattr(function, "__doc__", None) if _has_own_doc(function) else None
    reading = _Signature(function, name)
    declared = {
        "name": name,
        "description": own.description or docstring.summary(doc) or name.replace("_", " "),
        "parameters": reading.schema(docstring.parameters(doc)),
    }
    return Tool(
        name=name,
        declaration={"type": "function", "function": declared},
        function=function,
        fields=reading.fields(),
        positional=tuple(reading.positional),
        rest=reading.rest,
    )


def _has_own_doc(function: object) -> bool:
    # Of an instance and of a partial, the docstring is that of its class.
    kinds = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, type)
    return isinstance(function, kinds)


def _checked(name: object) -> str:
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    raise SettingsError(
        tr(
            "A tool needs a name of letters, digits, _ and -, not {name!r}: give it one "
            "with sophnet_jupyter.tool(name=…).",
            name=name,
        )
    )


@dataclass
class _Signature:
    """The parameters of a function that a model can fill in."""

    function: Callable[..., Any]
    name: str
    kinds: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    positional: list[str] = field(default_factory=list)
    rest: bool = False

    def __post_init__(self) -> None:
        try:
            signature = inspect.signature(self.function)
        except (TypeError, ValueError):
            raise SettingsError(
                tr(
                    "{name} does not tell its parameters: wrap it in a function that does.",
                    name=self.name,
                )
            ) from None
        hints = self._hints()
        for parameter in signature.parameters.values():
            match parameter.kind:
                case parameter.VAR_KEYWORD:
                    self.rest = True
                    continue
                case parameter.VAR_POSITIONAL:
                    continue
                case parameter.POSITIONAL_ONLY:
                    self.positional.append(parameter.name)
            if parameter.default is not parameter.empty:
                self.defaults[parameter.name] = parameter.default
            self.kinds[parameter.name] = hints.get(parameter.name, _guess(parameter.default))

    def fields(self) -> Any:
        """A type of which the arguments are a value, for `schema.convert`."""
        missing = msgspec.field(default_factory=lambda: None)
        return msgspec.defstruct(
            self.name,
            [
                (name, kind, missing) if name in self.defaults else (name, kind)
                for name, kind in self.kinds.items()
            ],
            kw_only=True,
            forbid_unknown_fields=not self.rest,
        )

    def schema(self, described: Mapping[str, str]) -> Schema:
        """The JSON schema of all parameters together."""
        properties = {
            name: self._property(name, kind, described.get(name, ""))
            for name, kind in self.kinds.items()
        }
        return {
            "type": "object",
            "properties": properties,
            "required": [name for name in self.kinds if name not in self.defaults],
            "additionalProperties": self.rest,
        }

    def _property(self, name: str, kind: Any, described: str) -> Schema:
        schema = schema_of(kind, where=f"{self.name}({name}=…)")
        if said := description(kind) or described:
            schema["description"] = said
        default = self.defaults.get(name)
        if isinstance(default, bool | int | float | str):
            schema["default"] = default
        return schema

    def _hints(self) -> dict[str, Any]:
        target = self.function
        if not _has_own_doc(target) and not hasattr(target, "func"):
            target = type(target).__call__
        target = getattr(target, "func", target)  # a partial
        try:
            return typing.get_type_hints(target, include_extras=True)
        except NameError as error:
            raise SettingsError(
                tr(
                    "{name}: its annotations name something unknown here ({error}).",
                    name=self.name,
                    error=error,
                )
            ) from None
        except TypeError:
            return {}


def _guess(default: object) -> Any:
    """The type of a parameter without annotation: what its default says, else anything."""
    if isinstance(default, bool):
        return bool
    if isinstance(default, int | float):
        return int | float
    return str if isinstance(default, str) else Any
