"""The options of a chat request, besides the question, the model and the system message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict


class ChatOptions(TypedDict, total=False):
    """
    Options, of which only those are sent that are given:

    * ``temperature``: 0 to 2; ``top_p``: 0 to 1
    * ``max_tokens``: at least 1, or ``max_completion_tokens``, which newer models want instead
    * ``stop``: a string, or up to four, before which the answer ends
    * ``presence_penalty`` and ``frequency_penalty``: -2 to 2
    * ``thinking``: True or False; ``thinking_key`` is how the model calls that switch
    * ``reasoning_effort``: low, medium or high
    * ``seed``: a whole number, for answers that can be had again
    * ``n``: so many answers, at least 1
    * ``logprobs``: True for the likeliness of each token, and with ``top_logprobs``, 0 to 20, of
      as many that might have stood there
    * ``images``: one or several paths, addresses, bytes, arrays, figures, PIL images or responses;
      ``detail`` is low, high or auto, ``max_side`` in pixels shrinks them
    * ``tools``: functions or JSON schemas; ``tool_choice``: auto, none, required, a name or a
      function; ``parallel_tool_calls``: whether several may be called at once
    * ``run_tools``: True runs the functions and asks again, up to ``max_rounds`` requests, with
      ``tool_timeout`` seconds for each function
    * ``schema``: a class or a JSON schema that the answer must fit, which becomes
      `Response.parsed`; ``repair``: how often the model may correct it
    * ``json_mode``: True for any JSON; ``response_format`` is the service's own word for it
    * ``mask``: True replaces numbers of mobiles, identities, cards and plates and addresses of
      e-mail before anything is sent, and puts them back in the answer; names are not found
    * ``stream_options``: such as ``{"include_usage": True}``
    * ``extra_body``: whatever else the service takes; it goes in last and wins
    """

    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    max_completion_tokens: int | None
    stop: str | Sequence[str] | None
    presence_penalty: float | None
    frequency_penalty: float | None
    thinking: bool | None
    thinking_key: Literal["enable_thinking", "chat_template_kwargs", "thinking"]
    reasoning_effort: str | None
    seed: int | None
    n: int | None
    logprobs: bool | None
    top_logprobs: int | None
    response_format: Mapping[str, Any] | None
    tools: object
    tool_choice: object
    parallel_tool_calls: bool | None
    stream_options: Mapping[str, Any] | None
    extra_body: Mapping[str, Any] | None
    images: object
    detail: str | None
    max_side: int | None
    run_tools: bool
    max_rounds: int
    tool_timeout: float
    json_mode: bool
    schema: object
    repair: int
    mask: object
