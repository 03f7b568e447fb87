"""The body of a chat request: only what the caller has set, under the service's names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

from ....errors import SettingsError
from ....language import tr
from ...arguments import fields, number, text, whole

Message = Mapping[str, Any]


class PromptFile(Protocol):
    """`sophnet_jupyter.Prompt`, which is imported by whoever has one."""

    @property
    def variables(self) -> tuple[str, ...]: ...
    def messages(self, **values: Any) -> list[Message]: ...


Prompt = str | Sequence[Message] | PromptFile
ThinkingKey = Literal["enable_thinking", "chat_template_kwargs", "thinking"]


def request(
    prompt: Prompt,
    *,
    model: str,
    system: str | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    max_tokens: int | None = None,
    max_completion_tokens: int | None = None,
    stop: str | Sequence[str] | None = None,
    presence_penalty: float | None = None,
    frequency_penalty: float | None = None,
    thinking: bool | None = None,
    thinking_key: ThinkingKey = "enable_thinking",
    reasoning_effort: str | None = None,
    seed: int | None = None,
    n: int | None = None,
    logprobs: bool | None = None,
    top_logprobs: int | None = None,
    response_format: Mapping[str, Any] | None = None,
    tools: Sequence[Mapping[str, Any]] | None = None,
    tool_choice: object = None,
    parallel_tool_calls: bool | None = None,
    stream_options: Mapping[str, Any] | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """
    The body of one request.

    ``prompt`` is text, or the messages of a conversation. ``thinking`` is sent in the spelling
    that ``thinking_key`` names: models differ in which they know. ``top_logprobs`` asks for
    ``logprobs`` too, without which the service refuses it. ``tools``, ``tool_choice`` and
    ``response_format`` are in the service's form. ``extra_body`` goes in last and wins.

    Raises `SettingsError` for a value the documents rule out.
    """
    if max_tokens is not None and max_completion_tokens is not None:
        raise SettingsError(tr("max_tokens and max_completion_tokens exclude each other."))
    top_logprobs = whole("top_logprobs", number("top_logprobs", top_logprobs, 0, 20))
    given = {
        "model": text("model", model),
        "messages": messages(prompt, system),
        "temperature": number("temperature", temperature, 0, 2),
        "top_p": number("top_p", top_p, 0, 1),
        "max_tokens": whole("max_tokens", max_tokens, least=1),
        "max_completion_tokens": whole("max_completion_tokens", max_completion_tokens, least=1),
        "stop": None if stop is None else _stops(stop),
        "presence_penalty": number("presence_penalty", presence_penalty, -2, 2),
        "frequency_penalty": number("frequency_penalty", frequency_penalty, -2, 2),
        "reasoning_effort": reasoning_effort,
        "seed": whole("seed", seed),
        "n": whole("n", n, least=1),
        "logprobs": True if top_logprobs else logprobs,
        "top_logprobs": top_logprobs,
        "response_format": response_format,
        "tools": tools,
        "tool_choice": tool_choice,
        "parallel_tool_calls": parallel_tool_calls,
        "stream_options": stream_options,
    }
    body = {name: value for name, value in given.items() if value is not None}
    if thinking is not None:
        body |= _thinking(thinking, thinking_key)
    return body | dict(fields("extra_body", extra_body))


def messages(prompt: Prompt, system: str | None = None) -> list[Message]:
    """The conversation to send. ``system`` goes first unless one stands there already."""
    if isinstance(prompt, str):
        conversation: list[Message] = [{"role": "user", "content": prompt}]
    else:
        if isinstance(prompt, bytes | Mapping) or not isinstance(prompt, Iterable):
            raise _no_prompt()
        conversation = list(prompt)
    for message in conversation:
        if not isinstance(message, Mapping) or "role" not in message:
            raise _no_prompt()
    if not conversation or not any(message.get("content") for message in conversation):
        raise SettingsError(tr("The prompt is empty."))
    if system and conversation[0]["role"] != "system":
        conversation.insert(0, {"role": "system", "content": system})
    return conversation


def _no_prompt() -> SettingsError:
    return SettingsError(
        tr('A prompt is a string, or a list of messages such as {"role": "user", "content": "…"}.')
    )


def _thinking(on: bool, key: ThinkingKey) -> dict[str, Any]:
    match key:
        case "enable_thinking":
            return {"enable_thinking": on}
        case "chat_template_kwargs":
            return {"chat_template_kwargs": {"enable_thinking": on}}
        case "thinking":
            return {"thinking": {"type": "enabled" if on else "disabled"}}
        case _:
            raise SettingsError(
                tr("thinking_key is one of {args}.", args=", ".join(ThinkingKey.__args__))
            )


def _stops(stop: object) -> list[str]:
    several = [stop] if isinstance(stop, str) else stop
    if not isinstance(several, list | tuple | set | frozenset):
        raise SettingsError(
            tr("stop is a string, or up to four of them, not {stop!r:.80}.", stop=stop)
        )
    if len(several) > 4:
        raise SettingsError(tr("stop takes up to four strings, not {count}.", count=len(several)))
    return [text("stop", one) for one in several]
