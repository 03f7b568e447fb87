"""The input of a script, and its output."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .messages import Message

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_ASKED_CHINESE = re.compile(r"用中文|in chinese|in mandarin", re.IGNORECASE)
_ASKED_ENGLISH = re.compile(r"用英[文语]|in english", re.IGNORECASE)
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a tool; ``arguments`` is JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True)
class Script:
    """An answer; ``references`` are cited in ``text`` as ``[1]``, ``[2]``…"""

    text: str
    thinking: str = ""
    references: Sequence[dict[str, Any]] = ()
    call: Call | None = None
    """A tool to call in place of saying ``text``."""


@dataclass(frozen=True)
class Talk:
    """
    A conversation, seen from its last message.

    ``place`` is where a list without an end is begun, ``played`` the model that is played, where
    that shows.
    """

    messages: Sequence[Message]
    place: int = 0
    played: str = ""

    @cached_property
    def prompt(self) -> str:
        """What the user said last; empty if no user has spoken."""
        return next((m.text for m in reversed(self.messages) if m.role == "user"), "").strip()

    @cached_property
    def instruction(self) -> str:
        """The prompt without the material it brings: no tables, no fenced code."""
        lines = _FENCE.sub("", self.prompt).split("\n")
        return "\n".join(line for line in lines if not line.lstrip().startswith("|")).strip()

    @cached_property
    def system(self) -> str:
        return "\n".join(m.text for m in self.messages if m.role == "system")

    @cached_property
    def images(self) -> Sequence[str]:
        last = next((m for m in reversed(self.messages) if m.role == "user"), None)
        return last.images if last else ()

    @cached_property
    def earlier(self) -> list[str]:
        """What the user said before the prompt, oldest first."""
        return [m.text.strip() for m in self.messages if m.role == "user"][:-1]

    @cached_property
    def chinese(self) -> bool:
        """Whether to answer in Chinese: as asked for, else as the prompt is written."""
        asked = f"{self.system}\n{self.instruction[:400]}"
        if _ASKED_CHINESE.search(asked) or _ASKED_ENGLISH.search(asked):
            return bool(_ASKED_CHINESE.search(asked))
        opening = self.instruction[:400] or self.prompt[:400]
        # A Chinese character says about as much as half a word.
        return len(_CHINESE.findall(opening)) > 2 * len(_LATIN_WORD.findall(opening)) / 3

    def says(self, english: str, chinese: str) -> str:
        """The one of the two texts that is in the language of the conversation."""
        return chinese if self.chinese else english

    def mentions(self, pattern: str) -> re.Match[str] | None:
        """Search the instruction, whatever its case."""
        return re.search(pattern, self.instruction, re.IGNORECASE)


def quoted(text: str, limit: int = 80) -> str:
    """``text`` on one line and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
