"""The variables of a prompt file, and what they may reach: values that were passed, no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...language import tr
from .. import latex
from ..fill import FIELD, STEP, fill
from ..prose import Prose
from .sections import Misplaced, Section


def variables(section: Section) -> dict[str, int]:
    """The names that stand in the words of a section, each with its line. Raises `Misplaced`."""
    prose = Prose(section.text)
    found: dict[str, int] = {}
    for match in FIELD.finditer(section.text):
        start, end = match.span()
        if latex.is_argument(section.text, start) or not prose.holds(start, end):
            continue
        line = _line(section, start)
        if _is_private(match[1]) or any(map(_is_private, _steps(match[2]))):
            raise Misplaced(
                line, tr("{field} begins with _, which a prompt file cannot read", field=match[0])
            )
        if prose.is_lone(start, end):
            found.setdefault(match[1], line)
    return found


def taken(section: Section) -> list[str]:
    """All names that a value may be passed for, in code and between tags too."""
    matches = FIELD.finditer(section.text)
    return [match[1] for match in matches if not latex.is_argument(section.text, match.start())]


def filled(section: Section, values: Mapping[str, Any], passed: frozenset[str]) -> str:
    """
    The section's text with its values; an attribute is only read of those ``passed``.

    Raises `Misplaced` for what is missing, and for a value that has no text.
    """
    for match in FIELD.finditer(section.text):
        if match[2] and match[1] in values and match[1] not in passed:
            what = tr(
                "{field}: a default has no attributes and keys, only a value that is passed",
                field=match[0],
            )
            raise Misplaced(_line(section, match.start()), what)
        if any(map(_is_private, (match[1], *_steps(match[2])))):
            # Also where it stands in code, since it would be put in there too.
            what = tr("{field} begins with _, which a prompt file cannot read", field=match[0])
            raise Misplaced(_line(section, match.start()), what)
    for name, line in variables(section).items():
        if name not in values:
            raise Misplaced(line, tr("{{{name}}} is missing: pass {name}=…", name=name))
    result = fill(section.text, values)
    if result.left:
        said = result.left[0]
        line = _line(section, section.text.find(said.partition(" (")[0]))
        raise Misplaced(line, tr("{said} is no text, and leads to none", said=said))
    return result.text


def _steps(path: str) -> list[str]:
    return [step[1] or step[2].strip().strip("\"'") for step in STEP.finditer(path)]


def _is_private(name: str) -> bool:
    return name.startswith("_")


def _line(section: Section, place: int) -> int:
    return section.line + section.text.count("\n", 0, max(place, 0))
