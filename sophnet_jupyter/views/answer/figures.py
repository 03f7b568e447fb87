"""The line of figures that ends an answer, and the badge that says who has answered."""

from __future__ import annotations

import time
from collections.abc import Collection

from ...events import Ending, Usage
from ...language import mark, tr
from ...response import Response
from ...response.ended import in_words
from ..output import output as output
from ..safe.look import LONGEST_NAME, clipped, one_line
from .context import Context

# Seconds in which all of an answer may be there after its first token.
_AT_ONCE = 0.02
# Looked up by their names, which programs read too.
ENDINGS = (mark("complete"), mark("stopped"), mark("incomplete"), mark("failed"))
SIGNS: dict[Ending, str] = {"complete": "✓", "stopped": "■", "incomplete": "…", "failed": "✕"}


def sandboxed(engines: Collection[str]) -> str:
    """The badge of many answers, by the engines of those that are the sandbox's: none has none."""
    made = ", ".join(
        clipped(one_line(each), LONGEST_NAME) for each in sorted(filter(None, engines))
    )
    if made:
        return tr("sandbox: {engines}", engines=made)
    return tr("sandbox") if engines else ""


def badge(response: Response) -> str:
    """Who has answered where it was no service, in a word or two; empty where it was one."""
    match response.replayed and response.replayed.source:
        case "cassette":
            return tr("cassette")
        case "recorded":
            return tr("recorded {day}", day=_day(response)).rstrip()
    return sandboxed([response.engine] if response.sandbox else [])


def ended(response: Response) -> tuple[str, str]:
    """A sign and words for how an answer ended."""
    words = in_words(response.ending, response.finish_reason)
    return SIGNS[response.ending if words == response.ending else "incomplete"], tr(words)


def figures(response: Response, context: Context, *, with_badge: bool = True) -> str:
    """The figures in plain text: model, time, tokens, and how it ended."""
    said = [word] if with_badge and (word := badge(response)) else []
    said += [" ".join(ended(response))]
    said += [clipped(one_line(response.model), LONGEST_NAME)] if response.model else []
    said += _times(response)
    if usage := response.usage:
        if usage.total_tokens or usage.prompt_tokens or usage.characters is None:
            said.append(tr("{count:,} tokens in", count=usage.prompt_tokens))
            # Vectors are none.
            if usage.completion_tokens or not response.embeddings:
                said.append(tr("{count:,} out", count=usage.completion_tokens))
        if usage.characters is not None:
            said.append(tr("{count:,} characters said", count=usage.characters))
        said += [price] if (price := cost(usage)) else []
    if context.conversation:
        said.append(tr("conversation {name}", name=one_line(context.conversation)))
    said += [response.masked] if response.masked else []
    said += [tr("with {what}", what=one_line(what)) for what in context.inserted]
    if context.left:
        said.append(tr("left as written: {names}", names=", ".join(map(one_line, context.left))))
    return " · ".join(said)


def cost(usage: Usage) -> str:
    """What it cost, as the service says: an amount of many decimals loses its last zeros."""
    amount = clipped(one_line(usage.price), LONGEST_NAME)
    amount = amount.rstrip("0").rstrip(".") if "." in amount else amount
    return f"{amount} {clipped(one_line(usage.currency), 8)}".strip() if amount.strip("0") else ""


def _times(response: Response) -> list[str]:
    kept, timing = response.replayed, response.timing
    if kept and kept.source == "cache":
        then = ""
        if timing.total and not output.stable:
            then = tr(", {seconds:.1f} s then", seconds=timing.total)
        when = "" if output.stable else time.strftime(" %m-%d %H:%M", time.localtime(kept.at))
        return [tr("from{when}{then}", when=when, then=then) if when else tr("from the history")]
    if output.stable:
        return []
    said = [tr("{seconds:.1f} s", seconds=timing.total)] if timing.total else []
    # What came in one piece had no first token before the others.
    first = timing.first_token
    if first is not None and not (timing.total and timing.total - first < _AT_ONCE):
        said.append(tr("first token {seconds:.2f} s", seconds=timing.first_token))
    return said


def _day(response: Response) -> str:
    kept = response.replayed
    if kept is None or not kept.at or output.stable:
        return ""
    return time.strftime("%m-%d", time.localtime(kept.at))
