"""The line of figures that ends an answer, and the badge that says who has answered."""

from __future__ import annotations

import time
from collections.abc import Collection

from ...events import Ending, Usage
from ...response import Response
from ...response.ended import in_words
from ..output import output as output
from ..safe.look import LONGEST_NAME, clipped, one_line
from .context import Context

# Seconds in which all of an answer may be there after its first token.
_AT_ONCE = 0.02
SIGNS: dict[Ending, str] = {"complete": "✓", "stopped": "■", "incomplete": "…", "failed": "✕"}


def sandboxed(engines: Collection[str]) -> str:
    """The badge of many answers, by the engines of those that are the sandbox's: none has none."""
    made = ", ".join(
        clipped(one_line(each), LONGEST_NAME) for each in sorted(filter(None, engines))
    )
    return f"sandbox: {made}" if made else "sandbox" if engines else ""


def badge(response: Response) -> str:
    """Who has answered where it was no service, in a word or two; empty where it was one."""
    match response.replayed and response.replayed.source:
        case "cassette":
            return "cassette"
        case "recorded":
            return f"recorded {_day(response)}".rstrip()
    return sandboxed([response.engine] if response.sandbox else [])


def ended(response: Response) -> tuple[str, str]:
    """A sign and words for how an answer ended."""
    words = in_words(response.ending, response.finish_reason)
    return SIGNS[response.ending if words == response.ending else "incomplete"], words


def figures(response: Response, context: Context, *, with_badge: bool = True) -> str:
    """The figures in plain text: model, time, tokens, and how it ended."""
    said = [word] if with_badge and (word := badge(response)) else []
    said += [" ".join(ended(response))]
    said += [clipped(one_line(response.model), LONGEST_NAME)] if response.model else []
    said += _times(response)
    if usage := response.usage:
        if usage.total_tokens or usage.prompt_tokens or usage.characters is None:
            said.append(f"{usage.prompt_tokens:,} tokens in")
            # Vectors are none.
            if usage.completion_tokens or not response.embeddings:
                said.append(f"{usage.completion_tokens:,} out")
        if usage.characters is not None:
            said.append(f"{usage.characters:,} characters said")
        said += [price] if (price := cost(usage)) else []
    if context.conversation:
        said.append(f"conversation {one_line(context.conversation)}")
    said += [response.masked] if response.masked else []
    said += [f"with {one_line(what)}" for what in context.inserted]
    if context.left:
        said.append(f"left as written: {', '.join(map(one_line, context.left))}")
    return " · ".join(said)


def cost(usage: Usage) -> str:
    """What it cost, as the service says: an amount of many decimals loses its last zeros."""
    amount = clipped(one_line(usage.price), LONGEST_NAME)
    amount = amount.rstrip("0").rstrip(".") if "." in amount else amount
    return f"{amount} {clipped(one_line(usage.currency), 8)}".strip() if amount.strip("0") else ""


def _times(response: Response) -> list[str]:
    kept, timing = response.replayed, response.timing
    if kept and kept.source == "cache":
        then = f", {timing.total:.1f} s then" if timing.total and not output.stable else ""
        when = "" if output.stable else time.strftime(" %m-%d %H:%M", time.localtime(kept.at))
        return [f"from{when}{then}" if when else "from the history"]
    if output.stable:
        return []
    said = [f"{timing.total:.1f} s"] if timing.total else []
    # What came in one piece had no first token before the others.
    first = timing.first_token
    if first is not None and not (timing.total and timing.total - first < _AT_ONCE):
        said.append(f"first token {timing.first_token:.2f} s")
    return said


def _day(response: Response) -> str:
    kept = response.replayed
    if kept is None or not kept.at or output.stable:
        return ""
    return time.strftime("%m-%d", time.localtime(kept.at))
