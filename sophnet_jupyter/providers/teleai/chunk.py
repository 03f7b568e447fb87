"""What one chunk of an analysis means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...events import Event, ReasoningDelta, TextDelta, Usage

# What the document calls the steps of the analysis; all else is its report.
STEPS = "source"


class AnalysisDecoder:
    """
    Reads chunks, and keeps what one chunk alone does not tell.

    Steps and report are two texts (WIRE 3.5): the steps become what the model thought aloud, the
    report is the answer. A finish reason among the steps ends those alone.
    """

    def __init__(self) -> None:
        self.reason = ""
        self.steps = False
        self.report = False

    def events(self, chunk: Mapping[str, Any]) -> list[Event]:
        """The events of one chunk, whose words are under ``delta`` or, if whole, ``message``."""
        found: list[Event] = []
        for choice in _list(chunk.get("choices")):
            text = _text(_dict(choice.get("delta")) or _dict(choice.get("message")))
            steps = choice.get("type") == STEPS
            if text and steps:
                self.steps = True
                found.append(ReasoningDelta(text=text))
            elif text:
                self.report = True
                found.append(TextDelta(text=text))
            if (reason := choice.get("finish_reason")) and not steps:
                self.reason = _reason(str(reason))
        if usage := _dict(chunk.get("usage")):
            found.append(_usage(usage))
        return found


def _reason(said: str) -> str:
    # The document's table has lstop and llength, its sample stop: a bullet turned into a letter.
    return said[1:] if said in ("lstop", "llength") else said


def _text(words: Mapping[str, Any]) -> str:
    content = words.get("content")
    return content if isinstance(content, str) else ""


def _usage(usage: Mapping[str, Any]) -> Usage:
    def count(name: str) -> int:
        value = usage.get(name)
        return value if isinstance(value, int) else 0

    return Usage(
        prompt_tokens=count("prompt_tokens"),
        completion_tokens=count("completion_tokens"),
        total_tokens=count("total_tokens"),
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
