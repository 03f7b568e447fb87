"""Markdown from what the code says of itself."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

# Code between backticks, and lines that are indented as examples are.
_CODE = re.compile(r"(``.+?``|`[^`\n]+`|^ {4,}.*$)", re.MULTILINE | re.DOTALL)


def plain(text: str) -> str:
    """Words that are no Markdown, such as the help of an option, as Markdown that shows them."""
    return re.sub(r"([\\`*_<>\[\]|~#$])", r"\\\1", " ".join(text.split()))


def cell(text: str) -> str:
    """A text with its code between backticks, on one line of a table."""
    return prose(" ".join(text.split())).replace("|", "\\|")


def prose(text: str) -> str:
    """A docstring, of which only code, lists and examples are meant as Markdown."""
    parts = _CODE.split(text)
    # What matched stands at the odd places. A list item has its star at the beginning of a line.
    parts[::2] = [re.sub(r"(?<![\n ])\*|\*(?! )|[<_]", r"\\\g<0>", part) for part in parts[::2]]
    return re.sub(r"^(\s*)\\\* ", r"\1* ", "".join(parts), flags=re.MULTILINE)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown; its cells are Markdown already."""
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines) + "\n"


def page(title: str, *parts: str) -> str:
    """A page with its title; parts that are empty are left out."""
    return "\n\n".join([f"# {title}", *(part.strip("\n") for part in parts if part.strip())]) + "\n"


def linked(text: str, places: Mapping[str, str], place: str) -> str:
    """A page in which names between single backticks lead to where they are told."""

    def link(found: re.Match[str]) -> str:
        there = places.get(found[1])
        if there is None:
            return found[0]
        page, _, anchor = there.partition("#")
        if page == place:
            return f"[`{found[1]}`](#{anchor})" if anchor else found[0]
        above = "../" * place.count("/")
        return f"[`{found[1]}`]({above}{there})"

    parts = re.split(r"(^```.*?^```|^\|.*$|^#.*$|^ {4,}.*$|\[.*?\]\()", text, flags=re.M | re.S)
    parts[::2] = [re.sub(r"(?<!`)`(\w+)`(?!`)", link, part) for part in parts[::2]]
    return "".join(parts)


def signed(called: str, function: Callable[..., Any]) -> str:
    """A signature as code, each parameter with its unit of type and its default on a line."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""
    parameters = [each for name, each in signature.parameters.items() if name != "self"]
    kinds, words = [], False
    for each in parameters:
        if each.kind is each.KEYWORD_ONLY and not words:
            words = True
            kinds.append("*")
        kinds.append(_parameter(each))
        words = words or each.kind is each.VAR_POSITIONAL
    back = signature.return_annotation
    behind = "" if back is signature.empty else f" -> {_kind(back)}"
    begin = "await " if inspect.iscoroutinefunction(function) else ""
    short = f"{begin}{called}({', '.join(kinds)}){behind}"
    if len(short) > 88:
        inside = "".join(f"    {each},\n" for each in kinds)
        short = f"{begin}{called}(\n{inside}){behind}"
    return f"```{{code-block}} text\n{short}\n```"


def _parameter(each: inspect.Parameter) -> str:
    star = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
    said = f"{star}{each.name}"
    if each.annotation is not each.empty:
        said += f": {_kind(each.annotation)}"
    if each.default is not each.empty:
        default = repr(each.default)
        said += f" = {'…' if ' at 0x' in default else default}"
    return said


def _kind(annotation: Any) -> str:
    if isinstance(annotation, str):
        return annotation
    return annotation.__name__ if inspect.isclass(annotation) else str(annotation)


def documented(value: Any) -> str:
    """A docstring as Markdown, or nothing."""
    return prose(inspect.getdoc(value) or "")


def public_methods(kind: type) -> dict[str, Any]:
    """The methods and properties of a class that are ours and public, as they are written."""
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("sophnet_jupyter"):
            found |= {name: each for name, each in vars(base).items() if not name.startswith("_")}
    unwrapped = {
        name: getattr(each, "__func__", getattr(each, "func", each)) for name, each in found.items()
    }
    return {
        name: each
        for name, each in unwrapped.items()
        if inspect.isfunction(each) or isinstance(each, property)
    }


def fields_of(kind: type) -> dict[str, tuple[str, str, str]]:
    """
    The fields of a struct or a dataclass: name to type, default, and the words below it.

    Those words are a string in the source that Python itself forgets.
    """
    words = _words_below(kind)
    defaults = _defaults(kind)
    kinds = {
        name: _kind(each)
        for base in reversed(kind.__mro__)
        for name, each in inspect.get_annotations(base).items()
        if typing.get_origin(each) is not typing.ClassVar
    }
    return {
        name: (kind, defaults.get(name, ""), words.get(name, ""))
        for name, kind in kinds.items()
        if not name.startswith("_") and "ClassVar" not in kind
    }


def _defaults(kind: Any) -> dict[str, str]:
    if hasattr(kind, "__struct_defaults__"):
        names, given = kind.__struct_fields__, kind.__struct_defaults__
        found = zip(names[len(names) - len(given) :], given, strict=True)
        return {name: _said(value) for name, value in found}
    parameters = inspect.signature(kind).parameters.values()
    return {each.name: _said(each.default) for each in parameters if each.default is not each.empty}


def _said(value: object) -> str:
    made = "at 0x" in repr(value) or repr(value).startswith(("NODEFAULT", "<"))
    return "" if made else repr(value)


def _words_below(kind: type) -> dict[str, str]:
    import ast

    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if not base.__module__.startswith("sophnet_jupyter"):
            continue
        [body] = ast.parse(inspect.cleandoc("\n" + inspect.getsource(base))).body
        assert isinstance(body, ast.ClassDef)
        for line, after in zip(body.body, body.body[1:], strict=False):
            if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                said = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                if said and isinstance(after.value.value, str):
                    found[line.target.id] = inspect.cleandoc(after.value.value)
    return found
