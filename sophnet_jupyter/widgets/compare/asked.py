"""What a column was asked: as messages to go on from, and as a cell that asks it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...runs.compare.grid import Column
from ..exchange.as_cell import chat_cell


def messages_of(prompt: Any) -> list[Mapping[str, Any]]:
    """The conversation that a prompt is: a text, messages, or a prompt file."""
    if isinstance(prompt, str):
        return [{"role": "user", "content": prompt}]
    if callable(made := getattr(prompt, "messages", None)):
        found: list[Mapping[str, Any]] = made()
        return found
    return list(prompt)


def as_cell(column: Column, prompts: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """A cell that asks one column again: its options and the words of its prompt."""
    turns = messages_of(prompts[column.prompt])
    return chat_cell(column.model, {**options, **column.settings}, turns)
