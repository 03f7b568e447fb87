"""The list of models, and the parameters that each does not support. Refuses no call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from ...errors import NotFound, quoted
from ...language import tr
from ...wire.call import Call
from ...wire.retry import READ
from ...wire.wire import Wire
from .access import checked

PATH = "/v1/models"

# "模型支持的超参和功能列表" of the document: whole names, in any case, without the vendor; the
# first row that fits decides. What the service does with a parameter that it does not grant is
# not known, so that a model in no row is granted everything.
TABLED = {
    *("enable_thinking", "max_tokens", "stop", "temperature", "top_p"),
    *("frequency_penalty", "presence_penalty"),
}
GRANTED: tuple[tuple[str, frozenset[str]], ...] = (
    (r"DeepSeek-R1(-.*)?|QwQ-32B", frozenset({"max_tokens"})),
    (r"DeepSeek-Prover-V2", frozenset({"max_tokens", "stop"})),
    (r"DeepSeek-V3(-Fast)?", frozenset({"max_tokens", "stop", "top_p"})),
    (r"GLM-4\.[56]|GLM-4\.5V", frozenset({"enable_thinking", "max_tokens", "stop", "top_p"})),
    (
        r"Qwen3-235B-A22B",
        frozenset({"enable_thinking", "max_tokens", "stop", "temperature", "top_p"}),
    ),
    (
        r"Qwen2-VL-.*|Qwen2\.5-(VL-)?(7|32|72)B-Instruct|Qwen3-(14|32)B"
        r"|Qwen3-235B-A22B-Instruct-2507|Qwen3-Coder|Kimi-K2(-0905)?",
        frozenset({"max_tokens", "stop", "temperature", "top_p"}),
    ),
    # docs/services/sophnet.md#models: refused even when false.
    (r"gpt-.*", frozenset(TABLED - {"enable_thinking"})),
)
# The other spellings of the switch, which the table has under one name.
_SWITCHES = {"enable_thinking", "chat_template_kwargs", "thinking", "reasoning"}


class Models(tuple[str, ...]):
    """
    The names of the models a key may use, sorted; printed one a line.

    ``details`` holds what else the service says of each, by its name.
    """

    details: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, details: Mapping[str, Mapping[str, Any]]) -> Models:
        made = cls(sorted(details, key=str.lower))
        made.details = details
        return made

    def __repr__(self) -> str:
        return "\n".join(map(quoted, self)) or tr("no models")


async def models(wire: Wire) -> Models | None:
    """
    Request the list of models; None where the service has none (docs/services/sophnet.md#models).

    A model may be listed and yet not enabled in the key's project. Raises `SophNetError`.
    """
    reply = await wire.fetch(Call(method="GET", path=PATH), retry=READ)
    try:
        body = checked(reply)
    except NotFound:
        return None
    return decode(body)


def decode(body: Mapping[str, Any]) -> Models:
    """The list in a reply: ``data``, or ``result`` in an envelope; objects, or bare names."""
    listed = body.get("data") or body.get("result") or []
    found: dict[str, Mapping[str, Any]] = {}
    for item in listed if isinstance(listed, list) else []:
        facts = item if isinstance(item, dict) else {"id": item}
        name = next(
            (facts[key] for key in ("id", "model", "name", "displayName") if facts.get(key)), ""
        )
        if isinstance(name, str) and name:
            found[name] = facts
    return Models.of(found)


def not_taken(model: str, parameters: Iterable[str]) -> list[str]:
    """The parameters that the document's table does not list for this model."""
    if (granted := _granted(model.rpartition("/")[2])) is None:
        return []
    said = {"enable_thinking" if one in _SWITCHES else one for one in parameters}
    return sorted((said & TABLED) - granted)


@lru_cache(maxsize=64)
def _granted(name: str) -> frozenset[str] | None:
    """The row of a model; None for one that the table does not have."""
    rows = (row for pattern, row in GRANTED if re.fullmatch(pattern, name, re.IGNORECASE))
    return next(rows, None)


def notices(model: str, body: Mapping[str, Any]) -> list[str]:
    """Notices for a caller of this model with these parameters."""
    missing = not_taken(model, body)
    if not missing:
        return []
    return [
        tr(
            "{model} is not known to take {missing}: it may be ignored or refused.",
            model=model,
            missing=tr(" and ").join(missing),
        )
    ]
