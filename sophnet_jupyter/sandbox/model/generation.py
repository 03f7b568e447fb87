"""Generate tokens from the script: the text, its tokens, and the finish reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .knowledge import Known
from .messages import Message
from .question import ChatRequest
from .reply import Call, reply
from .tokens import tokens

# What a turn costs besides its words, and what an image costs.
PER_MESSAGE = 4
PER_IMAGE = 85


@dataclass(frozen=True, kw_only=True)
class Generation:
    """An answer as the model made it."""

    thinking: Sequence[str]
    text: Sequence[str]
    finish_reason: Literal["stop", "length", "tool_calls"]
    call: Call | None = None
    references: Mapping[int, dict[str, Any]] = field(default_factory=dict)
    """Index of a piece of ``text`` to the reference that is first cited there."""


def generations(
    chat: ChatRequest, origin: str, known: Sequence[Known] | None = None
) -> list[Generation]:
    """As many answers as the request asks for, each as `generate` makes it."""
    return [generate(chat, origin, known, number) for number in range(chat.choices)]


def generate(
    chat: ChatRequest, origin: str, known: Sequence[Known] | None = None, number: int = 0
) -> Generation:
    """
    Let the script answer, within the limits of the request.

    ``known`` is what the knowledge of a custom model says to it, None where it has no knowledge;
    ``number`` tells apart several answers to the same request.
    """
    script = reply(chat, origin, known, number)
    thinking = tokens(script.thinking)[: chat.thinking_budget]
    if script.call:
        return Generation(thinking=thinking, text=(), finish_reason="tool_calls", call=script.call)
    text = _stopped(script.text, chat.stop)
    said = tokens(text)
    finish: Literal["stop", "length"] = "stop"
    if chat.limit is not None and len(thinking) + len(said) > chat.limit:
        finish = "length"
        thinking = thinking[: chat.limit]
        said = said[: chat.limit - len(thinking)]
    return Generation(
        thinking=thinking,
        text=said,
        finish_reason=finish,
        references=_placed(said, script.references),
    )


def prompt_tokens(messages: Sequence[Message]) -> tuple[int, int]:
    """How many tokens the prompt has: text, images."""
    text = sum(len(tokens(message.text)) + PER_MESSAGE for message in messages)
    return text, PER_IMAGE * sum(len(message.images) for message in messages)


def _stopped(text: str, stops: Sequence[str]) -> str:
    """``text`` up to the first stop string, which is left out."""
    return text[: min([len(text), *(at for s in stops if (at := text.find(s)) >= 0)])]


def _placed(
    pieces: Sequence[str], references: Sequence[dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    """Find the piece that completes each citation, ``[1]`` and so on."""
    placed: dict[int, dict[str, Any]] = {}
    said = ""
    left = list(references)
    for index, piece in enumerate(pieces):
        said += piece
        if left and f"[{left[0]['index']}]" in said:
            placed[index] = left.pop(0)
    return placed
