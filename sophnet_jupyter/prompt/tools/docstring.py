"""What a docstring says about a function and its parameters: Google, numpy and Sphinx styles."""

from __future__ import annotations

import inspect
import re

LONGEST = 1_000

_PARAMETERS = {"args", "arguments", "parameters", "other parameters", "keyword args"}
_OTHER = {
    *("returns", "return", "raises", "yields", "yield", "examples", "example", "note", "notes"),
    *("see also", "attributes", "warnings", "warning", "references", "todo"),
}
_TITLES = "|".join(sorted(_PARAMETERS | _OTHER, key=len, reverse=True))
# Where the summary ends: at a section of either style, a list of fields, or an example.
_END = re.compile(
    rf"^(?:(?:{_TITLES}):|(?:{_TITLES})[ ]*\n-{{3,}}|:\w+[^:\n]*:|>>>[ ])",
    re.MULTILINE | re.IGNORECASE,
)
_GOOGLE = re.compile(r"\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)")
_NUMPY = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")
_SPHINX = re.compile(
    r"^:param(?:eter)?\s+(?:[^:\n]*\s)?\*{0,2}(\w+):[ \t]*(.*(?:\n[ \t]+\S.*)*)", re.M
)


def summary(doc: str | None) -> str:
    """What stands before the first section, as one paragraph of at most `LONGEST` characters."""
    text = inspect.cleandoc(doc or "")
    if end := _END.search(text):
        text = text[: end.start()]
    return " ".join(text.split())[:LONGEST]


def parameters(doc: str | None) -> dict[str, str]:
    """Parameter name to description; what is not described is not among them."""
    text = inspect.cleandoc(doc or "")
    found = {name: _one_line(said) for name, said in _SPHINX.findall(text)}
    for title, lines, numpy in _sections(text):
        if title in _PARAMETERS:
            found |= _numpy(lines) if numpy else _google(lines)
    return {name: said for name, said in found.items() if said}


def _sections(text: str) -> list[tuple[str, list[str], bool]]:
    """Each section: its title in lower case, its lines, and whether it is underlined."""
    found: list[tuple[str, list[str], bool]] = []
    lines = text.split("\n")
    for place, line in enumerate(lines):
        title = line.rstrip(":").lower()
        underlined = place + 1 < len(lines) and re.fullmatch(r"-{3,}\s*", lines[place + 1])
        if title in _PARAMETERS | _OTHER and (underlined or line.endswith(":")):
            found.append((title, [], bool(underlined)))
        elif found and not (found[-1][2] and re.fullmatch(r"-{3,}\s*", line)):
            if line[:1].strip() and not found[-1][2]:
                # A line at the margin ends a Google section.
                found.append(("", [], False))
            found[-1][1].append(line)
    return found


def _google(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    name, margin = "", min((_indent(line) for line in lines if line.strip()), default=0)
    for line in lines:
        head = _GOOGLE.fullmatch(line.strip()) if _indent(line) == margin else None
        if head:
            name = head[1]
            found[name] = head[2]
        elif name:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return {name: _one_line(said) for name, said in found.items()}


def _numpy(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    names: list[str] = []
    for line in lines:
        head = _NUMPY.fullmatch(line) if line[:1].strip() else None
        if head:
            names = [name.strip().lstrip("*") for name in head[1].split(",")]
        else:
            for name in names:
                found[name] = f"{found.get(name, '')} {line.strip()}".strip()
    return {name: _one_line(said) for name, said in found.items()}


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip()) if line.strip() else -1


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST]
