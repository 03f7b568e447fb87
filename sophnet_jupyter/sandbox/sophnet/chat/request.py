"""What a chat request may say: the document's table as checks, one sentence per refusal."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ...model.messages import Message, read_messages
from ...model.question import ChatRequest
from ...server.refusal import Refused
from ..models import require_model
from .strict import check_strictly

RANGES: dict[str, tuple[float, float]] = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "presence_penalty": (-2, 2),
    "frequency_penalty": (-2, 2),
}
BOOLEANS = ("stream", "logprobs", "enable_thinking", "parallel_tool_calls")
COUNTS = ("max_tokens", "max_completion_tokens")
# Nothing says how many a service makes; `small_limits` has what one was seen to.
MOST_CHOICES, FEW_CHOICES = 128, 4
THINKERS = re.compile(r"thinking|deepseek-r1|qwq", re.IGNORECASE)


def parse(raw: bytes, *, quirks: frozenset[str] = frozenset()) -> ChatRequest:
    """Check a request's body and read it; raises Refused (400, or 404 for the model)."""
    body = _object(raw)
    _check_fields(body, FEW_CHOICES if "small_limits" in quirks else MOST_CHOICES)
    messages = read_messages(body["messages"], images="no_image_input" not in quirks)
    if "strict_params" in quirks:
        check_strictly(body, _switches(body))
    options = body.get("stream_options") or {}
    return ChatRequest(
        model=body["model"],
        messages=messages,
        stream=body.get("stream") or False,
        include_usage=options.get("include_usage") or False,
        choices=body.get("n") or 1,
        limit=body.get("max_tokens") or body.get("max_completion_tokens"),
        stop=tuple(body.get("stop") or ()),
        thinking=_thinks(body),
        thinking_budget=(body.get("thinking") or {}).get("budget_tokens"),
        as_json=_wants_json(body, messages),
        logprobs=(body.get("top_logprobs") or 0) if body.get("logprobs") else None,
        tools=tuple(body.get("tools") or ()),
        tool_choice=_tool_choice(body),
        temperature=_temperature(body),
        seed=body.get("seed"),
        quirks=quirks,
    )


def _temperature(body: Mapping[str, Any]) -> float:
    """Who gives a seed and no temperature wants to see what the seed does."""
    given = body.get("temperature")
    if given is None:
        return 0.0 if body.get("seed") is None else 1.0
    return float(given)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        # NaN and Infinity are Python's idea of JSON, not the standard's.
        body = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refused(400, "the body is not a JSON object")
    return body


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _check_fields(body: Mapping[str, Any], most: int) -> None:
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise Refused(400, "model is required and must be a non-empty string")
    if "messages" not in body:
        raise Refused(400, "messages is required")
    require_model(model)
    given = {name: value for name, value in body.items() if value is not None}
    _check_numbers(given, most)
    _check_choices(given)
    _check_thinking(given, model)
    _check_tools(given.get("tools"))


def _check_numbers(given: Mapping[str, Any], most: int) -> None:
    for name in BOOLEANS:
        if name in given and not isinstance(given[name], bool):
            raise Refused(400, f"{name} must be true or false")
    for name, (low, high) in RANGES.items():
        if name in given and not (_is_number(given[name]) and low <= given[name] <= high):
            raise Refused(400, f"{name} must be a number from {low} to {high}")
    if "seed" in given and not _is_int(given["seed"]):
        raise Refused(400, "seed must be an integer")
    if given.get("top_p") == 0:
        raise Refused(400, "top_p must be above 0")
    for name in COUNTS:
        if name in given and not (_is_int(given[name]) and given[name] >= 1):
            raise Refused(400, f"{name} must be an integer of at least 1")
    if not (_is_int(given.get("n", 1)) and 1 <= given.get("n", 1) <= most):
        raise Refused(400, f"n must be an integer from 1 to {most}")
    if all(name in given for name in COUNTS):
        raise Refused(400, "max_tokens and max_completion_tokens exclude each other")
    if "top_logprobs" in given:
        if not (_is_int(given["top_logprobs"]) and 0 <= given["top_logprobs"] <= 20):
            raise Refused(400, "top_logprobs must be an integer from 0 to 20")
        if given["top_logprobs"] and not given.get("logprobs"):
            raise Refused(400, "top_logprobs needs logprobs to be true")


def _check_choices(given: Mapping[str, Any]) -> None:
    stop = given.get("stop", [])
    if not (isinstance(stop, list) and len(stop) <= 4 and all(map(_is_text, stop))):
        raise Refused(400, "stop must be an array of at most 4 non-empty strings")
    form = given.get("response_format", {"type": "text"})
    if not isinstance(form, dict) or form.get("type") not in ("text", "json_object"):
        raise Refused(400, "response_format.type must be text or json_object")
    options = given.get("stream_options", {})
    usage = options.get("include_usage", False) if isinstance(options, dict) else None
    if not isinstance(usage, bool):
        raise Refused(400, "stream_options.include_usage must be true or false")
    if options and not given.get("stream"):
        raise Refused(400, "stream_options needs stream to be true")
    if given.get("reasoning_effort", "low") not in ("low", "medium", "high"):
        raise Refused(400, "reasoning_effort must be low, medium or high")


def _check_thinking(given: Mapping[str, Any], model: str) -> None:
    for name in ("chat_template_kwargs", "thinking", "reasoning"):
        if not isinstance(given.get(name, {}), dict):
            raise Refused(400, f"{name} must be an object")
    inner = given.get("chat_template_kwargs", {}).get("enable_thinking")
    if inner is not None and not isinstance(inner, bool):
        raise Refused(400, "chat_template_kwargs.enable_thinking must be true or false")
    thinking = given.get("thinking", {})
    if thinking and thinking.get("type") not in ("enabled", "disabled"):
        raise Refused(400, "thinking.type must be enabled or disabled")
    budget = thinking.get("budget_tokens", 1)
    if not (_is_int(budget) and budget >= 1):
        raise Refused(400, "thinking.budget_tokens must be an integer of at least 1")
    if model.startswith("gpt-") and "enable_thinking" in given:
        raise Refused(400, f"model {model} does not know enable_thinking")


def _check_tools(tools: Any) -> None:
    if tools is None:
        return
    if not isinstance(tools, list):
        raise Refused(400, "tools must be an array")
    for tool in tools:
        if not isinstance(tool, dict) or tool.get("type") != "function":
            raise Refused(400, "only tools of type function are supported")
        function = tool.get("function")
        if not isinstance(function, dict) or not _is_text(function.get("name")):
            raise Refused(400, "a tool's function must have a name")
        if not isinstance(function.get("parameters", {}), dict):
            raise Refused(400, "a tool's parameters must be a JSON schema")


def _tool_choice(body: Mapping[str, Any]) -> str:
    choice = body.get("tool_choice") or "auto"
    if choice in ("auto", "none"):
        return str(choice)
    tools = body.get("tools") or []
    if choice == "required" and tools:
        return "required"
    function = choice.get("function") if isinstance(choice, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    if not any(tool["function"]["name"] == name for tool in tools):
        raise Refused(400, "tool_choice must be auto, none, required, or one of the tools")
    return str(name)


def _switches(body: Mapping[str, Any]) -> list[bool]:
    """What each spelling of the thinking switch says, where it is used."""
    said = [
        body.get("enable_thinking"),
        (body.get("chat_template_kwargs") or {}).get("enable_thinking"),
        {"enabled": True, "disabled": False}.get((body.get("thinking") or {}).get("type", "")),
        (body.get("reasoning") or {}).get("enabled"),
    ]
    return [value for value in said if isinstance(value, bool)]


def _thinks(body: Mapping[str, Any]) -> bool:
    said = _switches(body)
    return any(said) if said else bool(THINKERS.search(body["model"]))


def _wants_json(body: Mapping[str, Any], messages: tuple[Message, ...]) -> bool:
    if (body.get("response_format") or {}).get("type") != "json_object":
        return False
    if not any("json" in message.text.lower() for message in messages):
        raise Refused(400, "JSON mode needs the word 'json' in a message", status=400001)
    return True


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""
