"""The quirk strict_params: refuse what the document's per-model table does not grant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...server.refusal import Refused

TABLED = {
    "enable_thinking",
    "max_tokens",
    "stop",
    "temperature",
    "top_p",
    "frequency_penalty",
    "presence_penalty",
}
# The first pattern that fits the whole name decides; a model in no row takes everything.
GRANTED: list[tuple[str, set[str]]] = [
    (r"DeepSeek-R1.*|QwQ-32B", {"max_tokens"}),
    (r"DeepSeek-Prover-V2", {"max_tokens", "stop"}),
    (r"DeepSeek-v3|DeepSeek-V3-Fast", {"max_tokens", "stop", "top_p"}),
    (r"GLM-4\.(5|5V|6)", {"enable_thinking", "max_tokens", "stop", "top_p"}),
    (r"Qwen3-235B-A22B", {"enable_thinking", "max_tokens", "stop", "temperature", "top_p"}),
    (r"Qwen2.*|Qwen3-.*|Kimi-K2(-0905)?", {"max_tokens", "stop", "temperature", "top_p"}),
]
KNOWN = TABLED | {
    "messages",
    "model",
    "tools",
    "stream",
    "logprobs",
    "top_logprobs",
    "response_format",
    "chat_template_kwargs",
    "thinking",
    "max_completion_tokens",
    "tool_choice",
    "parallel_tool_calls",
    "stop_token_ids",
    "reasoning",
    "reasoning_effort",
    "stream_options",
}


def check_strictly(body: Mapping[str, Any], switches: Sequence[bool]) -> None:
    """Raise Refused (400) for a field nobody knows, or that this model does not take."""
    if unknown := sorted(body.keys() - KNOWN):
        raise Refused(400, f"unknown parameter {unknown[0]}")
    if len(set(switches)) > 1:
        raise Refused(400, "the thinking switches contradict each other")
    given = {name for name in TABLED if body.get(name) is not None}
    if switches:
        given.add("enable_thinking")
    for pattern, granted in GRANTED:
        if re.fullmatch(pattern, body["model"]):
            for name in sorted(given - granted):
                raise Refused(400, f"model {body['model']} does not take {name}")
            return
