"""One partition with its answers, in the types that the whole frame was told to have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .meta import TEXT


def typed(frame: Any, kinds: Mapping[str, str]) -> Any:
    """A frame of pandas whose columns of answers have these types; its own stay as they are."""
    for name, kind in kinds.items():
        values = frame[name]
        if kind == TEXT:
            values = values.map(_text, na_action="ignore")
        frame[name] = values.astype(kind)
    return frame


def empty(frame: Any, kinds: Mapping[str, str]) -> Any:
    """The same without rows: what is told of a partition before there is one."""
    return typed(frame.head(0).assign(**{name: [] for name in kinds}), kinds)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
