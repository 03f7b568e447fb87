"""A question as a cell that asks it again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

# How a line of %%sophchat calls the options that differ from it in more than their dashes.
_FLAGS = {"thinking": ("--think", "--no-think")}
_NAMES = ("temperature", "top_p", "max_tokens", "seed")


def chat_cell(
    model: str,
    options: Mapping[str, Any],
    turns: Sequence[Mapping[str, Any]],
    *,
    conversation: str = "",
) -> str:
    """A cell of ``%%sophchat``: the options that its line knows, and the last words of a user."""
    words = ["%%sophchat", *(["-m", quoted(model)] if model else [])]
    if conversation:
        words += ["-c", quoted(conversation)]
    for name in _NAMES:
        if options.get(name) is not None:
            words += [f"--{name.replace('_', '-')}", str(options[name])]
    for name, (on, off) in _FLAGS.items():
        if options.get(name) is not None:
            words.append(on if options[name] else off)
    if options.get("mask"):
        words.append("--mask")
    system = options.get("system") or next(
        (turn["content"] for turn in turns if turn.get("role") == "system"), ""
    )
    if isinstance(system, str) and system:
        words += ["--system", quoted(system)]
    return f"{' '.join(words)}\n{last_words(turns).strip()}"


def last_words(turns: Sequence[Mapping[str, Any]]) -> str:
    """The text of the last question."""
    content = next((turn["content"] for turn in reversed(turns) if turn.get("role") == "user"), "")
    if isinstance(content, str):
        return content
    return "\n".join(str(part["text"]) for part in content if "text" in part)


def quoted(text: str) -> str:
    """One word of a line, which ends where its line does."""
    text = " ".join(text.split())
    if not any(sign in text for sign in " \"'"):
        return text
    return (
        f"'{text}'"
        if '"' in text and "'" not in text
        else json.dumps(text.replace('"', "'"), ensure_ascii=False)
    )
