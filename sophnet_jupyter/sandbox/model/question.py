"""What the scripted model is asked: a chat request that passed every check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .messages import Message


@dataclass(frozen=True, kw_only=True)
class ChatRequest:
    """A request that passed every check."""

    model: str
    messages: tuple[Message, ...]
    stream: bool
    include_usage: bool
    choices: int = 1
    limit: int | None
    stop: tuple[str, ...]
    thinking: bool
    thinking_budget: int | None
    as_json: bool
    logprobs: int | None
    """How many likely tokens are named at each place; None for no likeliness at all."""
    tools: tuple[dict[str, Any], ...]
    tool_choice: str
    """auto, none, required, or the name of a tool."""
    temperature: float = 0.0
    """0 where none was asked for, so that the same messages get the same answer."""
    seed: int | None = None
    quirks: frozenset[str] = frozenset()
