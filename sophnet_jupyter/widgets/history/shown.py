"""Calls of the history as a page shows them: rows of words, and one of them opened."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ...history.calls import CallRecord
from ...history.search import FoundCall
from ...language import tr
from ...settings.secret import scrub
from ...views.answer import Context, bundle
from ...views.answer.figures import SIGNS
from ...views.safe.control_characters import plain
from ...views.safe.look import FAINT, LINE, SMALL, WRAP
from ...views.safe.maths import inert
from ..exchange.as_cell import chat_cell

# Characters around the first word that was searched for, and before it.
SHOWN, BEFORE = 140, 30
# Characters of a question that are shown when its call is opened.
LONGEST = 20_000
_ASKED = (
    f"border-left:3px solid rgba(128,128,128,.5);margin:6px 0 12px;padding:0 0 0 12px;"
    f"max-height:240px;overflow:auto;white-space:pre-wrap;{WRAP}"
)
_FAILED = f"border-left:3px solid #c62828;margin:6px 0;padding:1px 0 1px 9px;{WRAP}"


def row(found: FoundCall, words: str) -> dict[str, Any]:
    """A call in the list, with the text around the words that were searched for."""
    sign = SIGNS.get(found.ending, "")  # type: ignore[call-overload]
    said = found.error or found.said or f"[{found.resource}]"
    return {
        "id": found.id,
        "when": when(found.at),
        "model": plain(found.lane or found.model or found.service),
        "asked": excerpt(found.asked, words) or f"[{found.resource}]",
        "said": excerpt(said, words),
        "ending": found.ending,
        "sign": sign,
        "star": found.star,
        "sandbox": found.sandbox,
        "notebook": plain(found.notebook.replace("\\", "/").rpartition("/")[2]),
    }


def excerpt(text: str, words: str) -> str:
    """So much of a text as a line of the list shows, around the first of the words that it has."""
    line = " ".join(plain(scrub(text)).split())
    low = line.lower()
    places = [low.find(word) for word in words.lower().split()]
    begin = min((place for place in places if place >= 0), default=0)
    begin = max(0, begin - BEFORE) if begin > SHOWN - BEFORE else 0
    before, behind = "…" if begin else "", "…" if len(line) > begin + SHOWN else ""
    return f"{before}{line[begin : begin + SHOWN]}{behind}"


def when(at: float) -> str:
    """A time as a list shows it: today by the hour, this year by the day."""
    then, now = time.localtime(at), time.localtime()
    if then[:3] == now[:3]:
        return time.strftime("%H:%M", then)
    return time.strftime("%m-%d %H:%M" if then[0] == now[0] else "%Y-%m-%d", then)


def opened(call: CallRecord) -> str:
    """The question and the answer, as safe HTML."""
    stamp = time.strftime("%Y-%m-%d %H:%M", time.localtime(call.at))
    facts = [f"#{call.id}", stamp, call.asked.service, call.notebook]
    line = " · ".join(inert(plain(each)) for each in facts if each)
    question = plain(scrub(call.question))
    more = (
        tr("\n… ({count:,} characters more)", count=len(question) - LONGEST)
        if len(question) > LONGEST
        else ""
    )
    html = f'<div style="{SMALL};{FAINT};{WRAP}">{line}</div>'
    if question:
        html += f'<div style="{_ASKED}">{inert(question[:LONGEST] + more)}</div>'
    html += bundle(call.response, Context())["text/html"]
    if call.error:
        html += f'<div style="{_FAILED}">{inert(plain(scrub(call.error)))}</div>'
    return f'<div style="border-top:{LINE}"></div>{html}' if not question else html


def as_cell(call: CallRecord) -> str:
    """A cell that asks it again: its words where those are all of it, else by its number."""
    request: Mapping[str, Any] = call.asked.request
    turns = request.get("messages") or []
    own = [turn for turn in turns if turn.get("role") != "system"]
    beside = {"tools", "voice", "response_format", "repair", "run_tools"} & set(request)
    if call.asked.resource == "chat" and len(own) == 1 and not beside:
        content = own[0].get("content")
        if own[0].get("role") == "user" and isinstance(content, str):
            thinking = (request.get("chat_template_kwargs") or {}).get("enable_thinking")
            options = {**request, "thinking": thinking}
            return chat_cell(str(request.get("model") or ""), options, turns)
    return f"%sophnet history rerun {call.id}"
