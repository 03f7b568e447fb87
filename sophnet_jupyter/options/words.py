"""
Full signatures for ``**options``, and an error for a keyword that no parameter has.

Calls hand most of their keywords on to the function that makes the request, as ``**options``. Who
reads the source finds them in a TypedDict, which `shows_options` also puts into the signature that
a notebook shows and completes. `checks_keywords` refuses any other keyword before the call begins.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache, wraps
from typing import Any, TypeVar

from ..errors import SophNetError, UnknownOption
from .arguments import flag

Method = TypeVar("Method", bound=Callable[..., Any])
Class = TypeVar("Class", bound=type)

_WORDS = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class _Written(str):
    """A type as written in the source: signatures print it without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def shows_options(
    options: type, *requests: Callable[..., Any], **defaults: object
) -> Callable[[Method], Method]:
    """
    A decorator: show the keywords of ``options``, a TypedDict, in place of ``**options``.

    ``requests`` are the functions that get them, and have their order and their defaults. Who
    cannot name these gives the ``defaults`` that are not None. What ``options`` says of itself is
    added to the docstring.
    """

    def marked(method: Method) -> Method:
        own = inspect.signature(method)
        given = [each for each in own.parameters.values() if each.kind is not each.VAR_KEYWORD]
        taken = {each.name for each in given}
        added = _asked(options, requests) if requests else _declared(options, defaults)
        given += [each for each in added if each.name not in taken]
        method.__signature__ = own.replace(parameters=given)  # type: ignore[attr-defined]
        about = inspect.cleandoc(options.__doc__ or "")
        method.__doc__ = f"{inspect.cleandoc(method.__doc__ or '')}\n\n{about}".strip()
        return method

    return marked


def checks_keywords(name: str) -> Callable[[Class], Class]:
    """
    A decorator: a class's constructor and public methods refuse unknown keywords.

    ``name`` is what the user calls an instance. Those that take any word are left alone.
    """

    def checked(kind: Class) -> Class:
        check_keywords(kind, name)
        return kind

    return checked


def check_keywords(kind: type, name: str) -> None:
    """The same as `checks_keywords`, for subclasses."""
    for each, value in list(vars(kind).items()):
        called = kind.__name__ if each == "__init__" else f"{name}.{each}"
        if each == "__init__" or each[:1] != "_":
            if isinstance(value, staticmethod):
                setattr(kind, each, staticmethod(_refusing(value.__func__, called)))
            elif inspect.isfunction(value):
                setattr(kind, each, _refusing(value, called))


def check(call: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raise `UnknownOption` for the first of the given words that ``call`` does not know."""
    known = list(known)
    for word in given:
        if word not in known:
            # Only where it is needed: it costs more than all else here.
            from difflib import get_close_matches

            near = get_close_matches(word, known, 1)
            raise UnknownOption(call=call, word=word, near=near[0] if near else "", known=known)


def _refusing(function: Callable[..., Any], called: str) -> Callable[..., Any]:
    signature = _unquoted(inspect.signature(function))
    parameters = signature.parameters.values()
    if any(each.kind is each.VAR_KEYWORD for each in parameters):
        return function  # whoever takes any word knows what to do with it
    words = frozenset(each.name for each in parameters if each.kind in _WORDS)
    # Others would be asked whether they are true wherever they are used, and an array is neither.
    switches = {
        each.name: each.annotation != "bool" or each.default is None
        for each in parameters
        if each.annotation in ("bool", "bool | None")
    }

    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def call(*args: Any, **given: Any) -> Any:
            if not given.keys() <= words:
                # Only the names: what was meant as a key must be in no frame of a traceback.
                names, brought = list(given), _brought(args, given)
                if not given.keys() <= words | brought.keys():
                    del args, given
                    check(called, names, [*brought, *_shown(signature)])
            if switches and (odd := _odd(given, switches)):
                value = given[odd]
                del args, given
                flag(odd, value)
            try:
                return await function(*args, **given)
            except SophNetError as error:
                error.forget_variables()
                raise

    else:

        @wraps(function)
        def call(*args: Any, **given: Any) -> Any:
            if not given.keys() <= words:
                names, brought = list(given), _brought(args, given)
                if not given.keys() <= words | brought.keys():
                    del args, given
                    check(called, names, [*brought, *_shown(signature)])
            if switches and (odd := _odd(given, switches)):
                value = given[odd]
                del args, given
                flag(odd, value)
            return function(*args, **given)

    call.__signature__ = signature  # type: ignore[attr-defined]
    return call


def _odd(given: Mapping[str, Any], switches: Mapping[str, bool]) -> str:
    """A switch that is neither on nor off, nor None where it may be; empty without one."""
    for name in switches.keys() & given.keys():
        value = given[name]
        if not isinstance(value, bool) and not (value is None and switches[name]):
            return name
    return ""


def _brought(args: tuple[Any, ...], given: Mapping[str, Any]) -> dict[str, None]:
    """Words that an argument brings along: the variables of a prompt file."""
    brings = [each for each in (*args, *given.values()) if getattr(type(each), "brings_words", 0)]
    return {word: None for each in brings for word in each.variables}


def _shown(signature: inspect.Signature) -> list[str]:
    return [name for name in signature.parameters if name != "self"]


@cache
def _asked(
    options: type, requests: tuple[Callable[..., Any], ...]
) -> tuple[inspect.Parameter, ...]:
    """The keyword-only parameters of the functions; of those with one name, the last."""
    kinds = _kinds(options)
    found: dict[str, inspect.Parameter] = {}
    for request in requests:
        for each in inspect.signature(request).parameters.values():
            if each.kind is each.KEYWORD_ONLY:
                found[each.name] = each.replace(annotation=kinds.get(each.name, each.annotation))
    return tuple(found.values())


def _declared(options: type, defaults: Mapping[str, object]) -> list[inspect.Parameter]:
    return [
        inspect.Parameter(name, _WORDS[0], default=defaults.get(name), annotation=kind)
        for name, kind in _kinds(options).items()
    ]


def _kinds(options: type) -> dict[str, Any]:
    """The types of a TypedDict as texts, so that what they name need not be imported."""
    return {
        name: getattr(kind, "__forward_arg__", kind)
        for name, kind in options.__annotations__.items()
    }


def _unquoted(signature: inspect.Signature) -> inspect.Signature:
    parameters = [
        each.replace(annotation=_Written(each.annotation))
        if isinstance(each.annotation, str)
        else each
        for each in signature.parameters.values()
    ]
    returned = signature.return_annotation
    if isinstance(returned, str):
        returned = _Written(returned)
    return signature.replace(parameters=parameters, return_annotation=returned)
