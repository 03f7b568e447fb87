"""
What an answer looks like, as pieces of HTML that survive wherever a notebook is opened.

Only inline styles with plain values: JupyterLab takes everything else out of a notebook that it
does not trust, and the colours must be readable on light and dark ground alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from ..events import Ending, Reference
from ..response import Response
from .control_characters import plain
from .safe_markdown import render

_FAINT = "opacity:.65;font-size:85%"
# Solid, so that it is as loud on dark ground as on light.
_BADGE = "background:#8f5f00;border-radius:3px;color:#fff;padding:1px 6px;font-weight:600"
_QUOTE = "border-left:3px solid rgba(128,128,128,.35);margin:4px 0 8px;padding:0 0 0 12px"
_SIGNS: dict[Ending, str] = {"complete": "✓", "stopped": "■", "incomplete": "…", "failed": "✕"}
# A ticker shows where a thought is, not all of it.
_TICKER = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the reader should know about a question besides its answer."""

    inserted: Sequence[str] = ()
    conversation: str = ""


def bundle(response: Response, context: Context | None = None) -> dict[str, str]:
    """A whole answer in one piece: what ``display(response)`` shows and a batch run saves."""
    context = context or Context()
    pieces = [
        thought(response.thinking) if response.thinking else "",
        render(response.text),
        closing(response, context),
    ]
    return {
        "text/html": "".join(pieces),
        "text/plain": f"{plain(response.text)}\n\n[{figures(response, context)}]",
    }


def waiting(model: str) -> str:
    """What stands there until the first token."""
    return f'<div style="{_FAINT}">waiting for {escape(plain(model))} …</div>'


def thinking(text: str) -> str:
    """One line that moves while a model thinks."""
    words = " ".join(plain(text).split())
    end = words if len(words) <= _TICKER else "… " + words[-_TICKER:]
    return f'<div style="{_FAINT}"><b>thinking</b> {escape(end)}</div>'


def thought(text: str) -> str:
    """A finished thought, folded."""
    count = len(plain(text).split())
    size = f"{count} words" if count > 1 else f"{len(text)} characters"
    return (
        f'<details style="{_FAINT}"><summary>thought · {size}</summary>'
        f'<div style="{_QUOTE}">{render(text)}</div></details>'
    )


def closing(response: Response, context: Context) -> str:
    """What stands below an answer: its sources, what to know about it, and its figures."""
    notices = "".join(
        f'<div style="{_FAINT}">⚠ {escape(plain(notice))}</div>' for notice in response.notices
    )
    badge = f'<span style="{_BADGE}">sandbox</span> ' if response.sandbox else ""
    line = f'<span style="opacity:.65">{escape(figures(response, context, badge=False))}</span>'
    return (
        references(response.references)
        + notices
        + f'<div style="font-size:85%;margin-top:6px">{badge}{line}</div>'
    )


def references(items: Iterable[Reference]) -> str:
    """The sources of an answer, numbered as the text cites them. Nothing is fetched."""
    rows = "".join(f"<li value={item.index}>{_source(item)}{_excerpt(item)}</li>" for item in items)
    return f'<ol style="font-size:90%;margin:6px 0">{rows}</ol>' if rows else ""


def figures(response: Response, context: Context, *, badge: bool = True) -> str:
    """The footer in plain words: who, how long, how many tokens, and how it ended."""
    said = ["sandbox"] if badge and response.sandbox else []
    said += [f"{_SIGNS[response.ending]} {response.ending}"]
    said += [plain(response.model)] if response.model else []
    said += [f"{response.timing.total:.1f} s"] if response.timing.total else []
    if response.timing.first_token is not None:
        said.append(f"first token {response.timing.first_token:.2f} s")
    if usage := response.usage:
        said.append(f"{usage.prompt_tokens:,} in / {usage.completion_tokens:,} out")
    if context.conversation:
        said.append(f"conversation {context.conversation}")
    said += [f"with {what}" for what in context.inserted]
    return " · ".join(said)


def _source(item: Reference) -> str:
    title = escape(plain(item.title) or plain(item.url) or "untitled")
    kind = f' <span style="opacity:.65">({escape(plain(item.type))})</span>' if item.type else ""
    # Files and questions of the knowledge base open only with the key, which a link cannot carry.
    if item.type == "web" and urlsplit(item.url).scheme in ("http", "https"):
        host = escape(plain(urlsplit(item.url).hostname or ""))
        href = escape(item.url, quote=True)
        link = f'<a href="{href}" rel="noopener noreferrer">{title}</a>'
        return f'{link} <span style="opacity:.65">({host})</span>'
    return f"{title}{kind}"


def _excerpt(item: Reference) -> str:
    words = " ".join(plain(item.content).split())
    short = words if len(words) <= 160 else words[:159] + "…"
    return f'<br><span style="opacity:.65">{escape(short)}</span>' if short else ""
