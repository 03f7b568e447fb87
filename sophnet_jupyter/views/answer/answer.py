"""
Render an answer as pieces of HTML that are shown wherever a notebook is opened.

Only inline styles with plain values: JupyterLab takes everything else out of a notebook that it
does not trust, and the colours must be readable on light and dark ground alike.

A model can write "✓ complete" or "sandbox", and nothing stops it. But faint or small words, grounds
and folds are not within its reach, and the last line of an answer is always ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise

from ...events import Reference
from ...language import tr
from ...response import Response
from ...response.rounds import Mark
from ..documents import pages
from ..media import audio, images, thumbnails, transcript, videos
from ..output import output
from ..safe.control_characters import plain
from ..safe.links import web_link
from ..safe.look import FAINT, LINE, LONGEST_NAME, SMALL, WRAP, clipped, fold, one_line, words
from ..safe.markdown import render
from ..safe.maths import inert
from ..vectors import vectors
from . import formats, tokens, tool_cards
from .context import Context
from .figures import badge
from .figures import figures as figures

# Solid, so that it is as loud on dark ground as on light.
_LOUD = "background:#8f5f00;border-radius:3px;color:#fff;padding:1px 6px;font-weight:600"
_QUOTE = "border-left:3px solid rgba(128,128,128,.35);margin:4px 0 12px;padding:0 0 0 12px"
_NOTICE = f"{SMALL};{WRAP};border-left:3px solid #8f5f00;margin:6px 0;padding:1px 0 1px 9px"
_FOOTER = f"{SMALL};{WRAP};border-top:{LINE};margin-top:8px;padding-top:4px"
# A ticker shows where a thought is, not all of it.
_TICKER = 110
# Of a long thought nothing is read for it but so many characters of its end.
TICKER_READS = 2_000
# What is meant to be short is not let grow over the page.
_LONGEST_TITLE, _LONGEST_EXCERPT = 160, 160
# A notebook keeps each; no reader opens more.
MOST_REFERENCES = 100


def bundle(response: Response, context: Context | None = None) -> dict[str, str]:
    """A whole answer as HTML and plain text; see `choice.bundle` for any response."""
    context = context or Context()
    html, said = [thumbnails.row(context.pictures)], [thumbnails.lines(context.pictures)]
    for number, (begin, end) in enumerate(_rounds(response), 1):
        if number > 1:
            html.append(round_mark(number))
            said.append(round_words(number))
        if thoughts := response.thinking[begin.thinking : end.thinking].strip():
            html.append(thought(thoughts))
        heard = response.pages or response.recordings
        if (text := response.text[begin.text : end.text]) or heard:
            last = end.text == len(response.text)
            shown, plain_text = written(response, text, context, last=last)
            html.append(shown)
            said.append(plain_text)
        indexes = range(begin.calls, end.calls)
        shown, plain_text = calls(response, indexes, context, settled=True)
        html.append(shown)
        said.append(plain_text)
    html.append(vectors.html(response))
    said.append(vectors.lines(response))
    html += [videos.players(response.videos), images.grid(response.images)]
    html += [audio.player(response.audio) if response.audio else ""]
    said += [videos.lines(response.videos), images.lines(response.images)]
    said += [audio.line(response.audio) if response.audio else ""]
    html.append(closing(response, context))
    said.append(closing_words(response, context))
    return {"text/html": "".join(html), "text/plain": "\n\n".join(filter(None, said))}


def written(
    response: Response, text: str, context: Context, *, last: bool, drawn: str = ""
) -> tuple[str, str]:
    """
    A piece of the answer that will not change, as HTML and plain text.

    ``drawn`` is what `formats.finished` makes of it, where somebody has that already.
    """
    if response.recordings:
        return transcript.shown(response.recordings), transcript.in_words(response.recordings)
    if response.pages and context.outline:
        return pages.headings(response.pages), pages.headings_in_words(response.pages)
    if response.pages and context.format is None:
        return pages.shown(response.pages), pages.in_words(response.pages)
    form = context.form(response)
    if last:
        return formats.settled(text, form, response.parsed)
    return drawn or formats.finished(text, form), plain(text)


def calls(
    response: Response, indexes: range, context: Context, *, settled: bool = False
) -> tuple[str, str]:
    """The cards of some tool calls in their current state, as HTML and plain text."""
    html, said = [], []
    for index in indexes[: max(0, tool_cards.MOST - indexes.start)]:
        call, result = response.tool_calls[index], tool_cards.result_of(response, index)
        state = tool_cards.state_of(response, index, tools_run=context.tools_run, settled=settled)
        html.append(tool_cards.card(call, state, result))
        said.append(tool_cards.plain_card(call, state, result))
    if (left := len(indexes) - len(html)) > 0:
        more = tr("and {count} more calls", count=left)
        html.append(f'<div style="{SMALL};{FAINT}">{more}</div>')
        said.append(more)
    return "".join(html), "\n".join(said)


def round_mark(number: int) -> str:
    """A line where a further request was made, with tool results or for a correction."""
    said = tr("round {number:d}", number=number)
    return f'<div style="{SMALL};{FAINT};margin:6px 0">{said}</div>'


def round_words(number: int) -> str:
    return f"— {tr('round {number:d}', number=number)} —"


def waiting(model: str, since: str = "") -> str:
    """A placeholder until the first token; ``since`` is the time waited so far."""
    said = tr(
        "waiting for {model} … {since}", model=words(model, LONGEST_NAME), since=inert(since)
    ).rstrip()
    return f'<div style="{SMALL};{FAINT}">{said}</div>'


def thinking(text: str) -> str:
    """A line that shows the end of the reasoning while it arrives."""
    said = one_line(text)
    end = said if len(said) <= _TICKER else "… " + said[-_TICKER:]
    return f'<div style="{SMALL};{FAINT};{WRAP}"><b>{tr("thinking")}</b> {inert(end)}</div>'


def thought(text: str) -> str:
    """The complete reasoning, folded, unless it is wanted open."""
    opened = " open" if output.unfolded else ""
    count = len(plain(text).split())
    size = (
        tr("{count:,} words", count=count)
        if count > 1
        else tr("{count:,} characters", count=len(text))
    )
    return (
        f'<details{opened} style="{SMALL}">'
        f'<summary style="{FAINT}">{tr("thought")} · {size}</summary>'
        f'<div style="{_QUOTE}">{render(text)}</div></details>'
    )


def loud(word: str) -> str:
    """A badge with a word of ours, which no text of a model can look like."""
    return f'<span style="{_LOUD}">{word}</span> ' if word else ""


def closing(response: Response, context: Context) -> str:
    """The footer of an answer: its sources, notices, and figures."""
    notices = "".join(
        f'<div style="{_NOTICE}">⚠ {inert(plain(notice))}</div>' for notice in response.notices
    )
    line = f'<span style="{FAINT}">{inert(figures(response, context, with_badge=False))}</span>'
    footer = f'<div style="{_FOOTER}">{loud(badge(response))}{line}</div>'
    return (
        tokens.heat(response.logprobs)
        + alternatives(response.alternatives)
        + references(response.references)
        + notices
        + (footer if context.footer else "")
    )


def closing_words(response: Response, context: Context) -> str:
    """The footer as plain text, a line each."""
    footer = [f"[{figures(response, context)}]"] if context.footer else []
    return "\n".join([*asides(response), *footer])


def asides(response: Response) -> list[str]:
    """The notices of an answer as plain text."""
    said = tokens.lines(response.logprobs)
    said += [
        tr("answer {number}: {text}", number=n, text=plain(text))
        for n, text in enumerate(response.alternatives, 2)
    ]
    shown = response.references[:MOST_REFERENCES]
    said += [f"[{item.index:d}] {_title_and_address(item)}" for item in shown]
    said += [_more_references(response.references)] if len(response.references) > len(shown) else []
    said += [f"! {plain(notice)}" for notice in response.notices]
    return said


def alternatives(texts: Sequence[str]) -> str:
    """The other answers to the same question, folded."""
    return "".join(
        fold(tr("answer {number} of {count}", number=number, count=len(texts) + 1), render(text))
        for number, text in enumerate(texts, 2)
    )


def references(items: Iterable[Reference]) -> str:
    """The sources of an answer, numbered as the text cites them. Nothing is fetched."""
    every = list(items)
    rows = "".join(
        f'<li value="{item.index:d}">{_source(item)}{_excerpt(item)}</li>'
        for item in every[:MOST_REFERENCES]
    )
    more = f'<div style="{SMALL};{FAINT}">{_more_references(every)}</div>'
    return (
        f'<ol style="{SMALL};{WRAP};margin:10px 0 6px">{rows}</ol>'
        + (more if len(every) > MOST_REFERENCES else "")
        if rows
        else ""
    )


def _more_references(items: Sequence[Reference]) -> str:
    return tr(
        "… and {count:,} more: .references has all of them.", count=len(items) - MOST_REFERENCES
    )


def _rounds(response: Response) -> Iterator[tuple[Mark, Mark]]:
    """Where each round begins and ends."""
    whole = Mark(len(response.text), len(response.thinking), len(response.tool_calls))
    return pairwise([*response.rounds, whole])


def _title_and_address(item: Reference) -> str:
    return one_line(f"{clipped(item.title, _LONGEST_TITLE)} {item.url}")


def _source(item: Reference) -> str:
    title = words(item.title, _LONGEST_TITLE) or words(item.url, _LONGEST_TITLE) or tr("untitled")
    # Files and questions of the knowledge base open only with the key, which a link cannot carry.
    link = web_link(item.url) if item.type == "web" else None
    if link is None:
        kind = words(item.type, LONGEST_NAME)
        return f'{title} <span style="{FAINT}">({kind})</span>' if kind else title
    href, host = escape(link[0], quote=True), words(link[1], _LONGEST_TITLE)
    return (
        f'<a href="{href}" rel="noopener noreferrer" target="_blank">{title}</a> '
        f'<span style="{FAINT}">({host})</span>'
    )


def _excerpt(item: Reference) -> str:
    short = words(item.content, _LONGEST_EXCERPT)
    return f'<br><span style="{FAINT}">{short}</span>' if short else ""
