"""Decode the chunks of an analysis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...events import Event, Notice, ReasoningDelta, TextDelta, Usage
from ...language import tr
from ..endings import EARLY, Endings, reason_of
from ..service_json import Halves

# What the document calls the steps of the analysis; all else is its report.
STEPS = "source"
# Of a choice, beside its words (docs/services/teleai.md#excel).
FACTS = ("file_size", "logprobs")


class AnalysisDecoder:
    """
    Decodes chunks, and keeps the state between them.

    Steps and report are two texts (docs/services/teleai.md#excel): the steps become what the model
    thought aloud, the report is the answer. A finish reason among the steps ends those alone.
    """

    def __init__(self) -> None:
        self.endings = Endings()
        self.steps = False
        self.report = False
        # What was said of the answer beside its words.
        self.facts: dict[str, Any] = {}
        self._halves = {True: Halves(), False: Halves()}

    @property
    def reason(self) -> str:
        """The finish reason of the report; empty while there is none."""
        return self.endings.reason

    def events(self, chunk: Mapping[str, Any]) -> list[Event]:
        """The events of one chunk, whose words are under ``delta`` or, if whole, ``message``."""
        found: list[Event] = []
        for choice in _list(chunk.get("choices")):
            text = _text(_dict(choice.get("delta")) or _dict(choice.get("message")))
            steps = choice.get("type") == STEPS
            text = self._halves[steps].whole(text)
            if text and steps:
                self.steps = True
                found.append(ReasoningDelta(text=text))
            elif text:
                self.report = True
                self.endings.add_content()
                found.append(TextDelta(text=text))
            if (reason := reason_of(choice.get("finish_reason"))) and not steps:
                self.endings.add_reason(_reason(reason))
            self.facts |= {name: choice[name] for name in FACTS if choice.get(name) is not None}
        if usage := _dict(chunk.get("usage")):
            found.append(_usage(usage))
        return found

    def end(self) -> list[Event]:
        """The remaining events at the end of the stream."""
        steps, report = self._halves[True].rest(), self._halves[False].rest()
        found: list[Event] = [ReasoningDelta(text=steps)] if steps else []
        found += [TextDelta(text=report)] if report else []
        return [*found, Notice(text=tr(EARLY))] if self.endings.early else found


def _reason(said: str) -> str:
    # The document's table has lstop and llength, its sample stop: a bullet turned into a letter.
    return said[1:] if said in ("lstop", "llength") else said


def _text(words: Mapping[str, Any]) -> str:
    content = words.get("content")
    return content if isinstance(content, str) else ""


def _usage(usage: Mapping[str, Any]) -> Usage:
    def count(name: str) -> int:
        value = usage.get(name)
        # Some encoders write whole numbers as floats.
        return int(value) if isinstance(value, int | float) else 0

    return Usage(
        prompt_tokens=count("prompt_tokens"),
        completion_tokens=count("completion_tokens"),
        total_tokens=count("total_tokens"),
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
