"""The turns of a prompt file: what stands below ``## system``, ``## user``, ``## assistant``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...language import tr

_MARK = re.compile(r"^## (system|user|assistant)[ \t]*$", re.MULTILINE)
# A line that looks like a mark, and is one of the text: a backslash before it is taken off.
_ESCAPED = re.compile(r"^\\(?=\\*## (?:system|user|assistant)[ \t]*$)", re.MULTILINE)


class Misplaced(ValueError):
    """What is wrong in a prompt file, and the ``line`` of it, from 1."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line, self.what = line, what


@dataclass(frozen=True, slots=True)
class Section:
    """One turn: ``line`` is where its text begins in the file, from 1."""

    role: str
    text: str
    line: int


def sections(body: str, first_line: int = 1) -> tuple[Section, ...]:
    """
    The turns of a body; one without marks is what the user says. Raises `Misplaced`.

    ``first_line`` is the line of the file at which the body begins.
    """
    marks = list(_MARK.finditer(body))
    if not marks:
        return (_section("user", body, 0, body, first_line),)
    if body[: marks[0].start()].strip():
        raise Misplaced(first_line, tr("there are words before {mark}", mark=marks[0][0].strip()))
    ends = [mark.start() for mark in marks[1:]] + [len(body)]
    found = tuple(
        _section(mark[1], body[mark.end() : end], mark.end(), body, first_line)
        for mark, end in zip(marks, ends, strict=True)
    )
    _check_order(found)
    return found


def written(turns: tuple[tuple[str, str], ...]) -> str:
    """A body with these turns, each a role and its text, as `sections` reads it."""
    if len(turns) == 1 and turns[0][0] == "user":
        return _escape(turns[0][1]).strip("\n") + "\n"
    return "\n".join(f"## {role}\n{_escape(text).strip(chr(10))}\n" for role, text in turns)


def _section(role: str, text: str, start: int, body: str, first_line: int) -> Section:
    words = text.strip("\n")
    blank = len(text) - len(text.lstrip("\n"))
    line = first_line + body.count("\n", 0, start + blank)
    if not words.strip():
        raise Misplaced(
            line, tr("nothing stands below ## {role}", role=role) if start else tr("it has no text")
        )
    return Section(role, _ESCAPED.sub("", words), line)


def _check_order(found: tuple[Section, ...]) -> None:
    before = ""
    for section in found:
        if section.role == "system" and before:
            raise Misplaced(section.line - 1, tr("## system stands once, before all others"))
        if section.role == "assistant" and before != "user":
            raise Misplaced(
                section.line - 1, tr("## assistant answers a ## user, and none is before")
            )
        if section.role == before == "user":
            raise Misplaced(section.line - 1, tr("a second ## user follows without ## assistant"))
        before = section.role
    if before != "user":
        raise Misplaced(
            found[-1].line - 1,
            tr("## {before} is the last: what is asked is a ## user", before=before),
        )


def _escape(text: str) -> str:
    return re.sub(r"^(?=\\*## (?:system|user|assistant)[ \t]*$)", r"\\", text, flags=re.MULTILINE)
