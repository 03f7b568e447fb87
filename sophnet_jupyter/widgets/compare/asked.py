"""What a column was asked: as messages to go on from, and as a cell that asks it again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...runs.compare.grid import Column

# How a line of %%sophchat calls the options that differ from it in more than their dashes.
_FLAGS = {"thinking": ("--think", "--no-think")}
_NAMES = ("temperature", "top_p", "max_tokens", "seed")


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
    asked = {**options, **column.settings}
    words = ["%%sophchat", *(["-m", _quoted(column.model)] if column.model else [])]
    for name in _NAMES:
        if asked.get(name) is not None:
            words += [f"--{name.replace('_', '-')}", str(asked[name])]
    for name, (on, off) in _FLAGS.items():
        if asked.get(name) is not None:
            words.append(on if asked[name] else off)
    turns = messages_of(prompts[column.prompt])
    system = asked.get("system") or next(
        (turn["content"] for turn in turns if turn.get("role") == "system"), ""
    )
    if isinstance(system, str) and system:
        words += ["--system", _quoted(system)]
    return f"{' '.join(words)}\n{_said(turns).strip()}"


def _said(turns: Sequence[Mapping[str, Any]]) -> str:
    content = next((turn["content"] for turn in reversed(turns) if turn.get("role") == "user"), "")
    if isinstance(content, str):
        return content
    return "\n".join(str(part["text"]) for part in content if "text" in part)


def _quoted(text: str) -> str:
    """One word of a line, which ends where its line does."""
    text = " ".join(text.split())
    if not any(sign in text for sign in " \"'"):
        return text
    return (
        f"'{text}'"
        if '"' in text and "'" not in text
        else json.dumps(text.replace('"', "'"), ensure_ascii=False)
    )
