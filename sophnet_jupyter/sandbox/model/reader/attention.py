"""How well the reader attends: which readings are slips, by model, prompt and temperature."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

# Of a hundred texts the strong misread a few, the small a quarter.
_STRONG = re.compile(r"pro|max|plus|gpt-5|GLM-5\.|K2\.6|V3\.2$|M3$", re.IGNORECASE)
_SMALL = re.compile(r"flash|fast|mini|lite|air|oss|\d+b\b", re.IGNORECASE)
_RATES = (0.08, 0.16, 0.28)
# An example in the prompt takes away so much of the slips, a second so much of the rest.
_LEARNED = 0.55
_MOST_LEARNED = 3
_CARE = re.compile(
    r"careful|step by step|definition|guideline|仔细|认真|一步一步|定义", re.IGNORECASE
)
_CAREFUL = 0.8


@dataclass(frozen=True, kw_only=True)
class Attention:
    """
    A model at work on one prompt.

    Without a temperature, or at 0, the same prompt is always read alike; above it, ``seed`` makes
    it so, and without one each reading is drawn anew.
    """

    model: str
    instruction: str = ""
    examples: int = 0
    temperature: float = 0.0
    seed: int | None = None

    @property
    def rate(self) -> float:
        """The share of texts that it misreads."""
        kind = 0 if _STRONG.search(self.model) else 2 if _SMALL.search(self.model) else 1
        kind = 2 if _SMALL.search(self.model) else kind
        rate = _RATES[kind] * _LEARNED ** min(self.examples, _MOST_LEARNED)
        return rate * _CAREFUL if _CARE.search(self.instruction) else rate

    def slips(self, text: str) -> bool:
        """
        Whether this text is misread.

        What is hard is hard for every model, but for a little that is each one's own.
        """
        hard = share(text)
        own = 0.12 * (share(self.model, self.instruction, text) - 0.5)
        return hard + own + self._wandering(text) < self.rate

    def chosen(self, among: Sequence[str], text: str) -> str:
        """One of several for this text, always the same one."""
        return among[int(share(self.model, text) * len(among))]

    def _wandering(self, text: str) -> float:
        if not self.temperature:
            return 0.0
        drawn = random.random() if self.seed is None else share(str(self.seed), self.model, text)
        return 0.25 * self.temperature * (drawn - 0.5)


def share(*words: str) -> float:
    """A number from 0 to 1 that stands for these words, and is the same everywhere."""
    data = "\0".join(words).encode("utf-8", "replace")
    return int.from_bytes(hashlib.sha256(data).digest()[:6]) / 2**48
