"""What a chat request says: only what the caller has set, under the service's names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ...errors import SettingsError

Message = Mapping[str, Any]
Prompt = str | Sequence[Message]
ThinkingKey = Literal["enable_thinking", "chat_template_kwargs", "thinking"]


def request(
    prompt: Prompt,
    *,
    model: str,
    system: str | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    max_tokens: int | None = None,
    stop: str | Sequence[str] | None = None,
    presence_penalty: float | None = None,
    frequency_penalty: float | None = None,
    thinking: bool | None = None,
    thinking_key: ThinkingKey = "enable_thinking",
    extra_body: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """
    The body of one request.

    ``prompt`` is text, or the messages of a conversation. ``thinking`` is sent in the spelling
    that ``thinking_key`` names: models differ in which they know. ``extra_body`` goes in last and
    wins. Raises `SettingsError` for a value the documents rule out.
    """
    stops = [stop] if isinstance(stop, str) else stop
    _check("temperature", temperature, 0, 2)
    _check("top_p", top_p, 0, 1)
    _check("presence_penalty", presence_penalty, -2, 2)
    _check("frequency_penalty", frequency_penalty, -2, 2)
    if max_tokens is not None and max_tokens < 1:
        raise SettingsError(f"max_tokens must be at least 1, not {max_tokens}.")
    if stops is not None and len(stops) > 4:
        raise SettingsError(f"stop takes up to four strings, not {len(stops)}.")
    given = {
        "model": model,
        "messages": messages(prompt, system),
        "temperature": temperature,
        "top_p": top_p,
        "max_tokens": max_tokens,
        "stop": None if stops is None else list(stops),
        "presence_penalty": presence_penalty,
        "frequency_penalty": frequency_penalty,
    }
    body = {name: value for name, value in given.items() if value is not None}
    if thinking is not None:
        body |= _thinking(thinking, thinking_key)
    return body | dict(extra_body or {})


def messages(prompt: Prompt, system: str | None = None) -> list[Message]:
    """The conversation to send. ``system`` goes first unless one stands there already."""
    if isinstance(prompt, str):
        conversation: list[Message] = [{"role": "user", "content": prompt}]
    else:
        conversation = list(prompt)
    for message in conversation:
        if not isinstance(message, Mapping) or "role" not in message:
            raise SettingsError(
                "A prompt is a string, or a list of messages such as "
                '{"role": "user", "content": "…"}.'
            )
    if not conversation or not any(message.get("content") for message in conversation):
        raise SettingsError("The prompt is empty.")
    if system and conversation[0]["role"] != "system":
        conversation.insert(0, {"role": "system", "content": system})
    return conversation


def _thinking(on: bool, key: ThinkingKey) -> dict[str, Any]:
    match key:
        case "enable_thinking":
            return {"enable_thinking": on}
        case "chat_template_kwargs":
            return {"chat_template_kwargs": {"enable_thinking": on}}
        case "thinking":
            return {"thinking": {"type": "enabled" if on else "disabled"}}
        case _:
            raise SettingsError(f"thinking_key is one of {', '.join(ThinkingKey.__args__)}.")


def _check(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise SettingsError(f"{name} goes from {low} to {high}, not {value:g}.")
