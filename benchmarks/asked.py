"""What each contender asks."""

from __future__ import annotations

from typing import Any

KEY = "sk-benchmark"
MESSAGES = [{"role": "user", "content": "Tell me the story of the lamp."}]
# Tokens of an answer to a row of many.
SHORT = 5
# How many pieces of text came, and when the first of them did.
Reading = tuple[int, float]


def body(tokens: int) -> dict[str, Any]:
    return {"model": "m", "messages": MESSAGES, "max_tokens": tokens, "stream": True}
