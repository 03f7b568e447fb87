"""Which of the offered tools a prompt calls for, and with which arguments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .question import ChatRequest
from .schema import fill
from .script import Call, Talk

# Latitude and longitude, for the tools that ask for the weather by coordinates.
CITIES = {
    "shanghai": (31.2304, 121.4737),
    "上海": (31.2304, 121.4737),
    "beijing": (39.9042, 116.4074),
    "北京": (39.9042, 116.4074),
    "london": (51.5074, -0.1278),
    "伦敦": (51.5074, -0.1278),
    "paris": (48.8566, 2.3522),
    "巴黎": (48.8566, 2.3522),
}
WORDS = {
    "weather": "天气",
    "temperature": "温度|气温",
    "time": "时间|几点",
    "search": "搜索|查找|检索",
    "calculate": "计算",
    "convert": "换算|转换",
    "add": "相加|加上",
}


def call(chat: ChatRequest, talk: Talk) -> Call | None:
    """The call to make before answering, if any tool fits or one is demanded."""
    if chat.tool_choice == "none" or talk.messages[-1].role == "tool":
        return None
    for tool in chat.tools:
        function = tool["function"]
        if chat.tool_choice in ("required", function["name"]) or _fits(function, talk):
            arguments = _arguments(function.get("parameters") or {}, talk)
            return Call(name=function["name"], arguments=json.dumps(arguments, ensure_ascii=False))
    return None


def _fits(function: Mapping[str, Any], talk: Talk) -> bool:
    """Whether the prompt says a word of the tool's name."""
    prompt = talk.prompt.lower()
    for word in re.findall(r"[a-z]{3,}", re.sub(r"([A-Z])", r" \1", function["name"]).lower()):
        chinese = WORDS.get(word)
        if word != "get" and re.search(rf"\b{word}" + (f"|{chinese}" * bool(chinese)), prompt):
            return True
    return False


def _arguments(parameters: dict[str, Any], talk: Talk) -> dict[str, Any]:
    filled = fill({"type": "object", **parameters})
    if not isinstance(filled, dict):
        return {}
    numbers = iter(re.findall(r"-?\d+(?:\.\d+)?", talk.prompt))
    properties = parameters.get("properties")
    for name, schema in (properties if isinstance(properties, dict) else {}).items():
        if isinstance(schema, dict) and (value := _said(name, schema, talk, numbers)) is not None:
            filled[name] = value
    return filled


def _said(name: str, schema: Mapping[str, Any], talk: Talk, numbers: Iterator[str]) -> Any:
    """What the prompt says about a parameter; None leaves the schema's own sample."""
    prompt = talk.prompt
    city = next((city for city in CITIES if city in prompt.lower()), None)
    if city and name in ("latitude", "longitude"):
        return CITIES[city][name == "longitude"]
    if isinstance(choices := schema.get("enum"), list):
        return next((c for c in choices if str(c).lower() in prompt.lower()), None)
    match schema.get("type"):
        case "integer" | "number" as kind:
            number = next(numbers, None)
            return number and (int(float(number)) if kind == "integer" else float(number))
        case "string" if re.search(r"city|location|place|town", name):
            return city.title() if city else _proper_name(prompt)
        case "string" if re.search(r"query|question|text|prompt|expression|keyword", name):
            return prompt
    return None


def _proper_name(prompt: str) -> str | None:
    """The last word with a capital that does not begin the prompt."""
    names = re.findall(r"(?<=\s)[A-Z][a-z]+", prompt)
    return names[-1] if names else None
