"""Token probabilities: the less certain a token, the stronger its background."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...events import TokenLogprob
from ...language import tr
from ..safe.control_characters import plain
from ..safe.look import BOX, FAINT, LINE, LONGEST_NAME, SMALL, WRAP, clipped, faint, fold
from ..safe.maths import inert

SHOWN = 600
# The table below has the tokens that could most easily have been others.
ROWS = 40
_ALTERNATIVES = 8
_LONGEST = 200
# Orange, through which the text of either theme can be read.
_GROUND = "background:rgba(230,95,0,{:.2f})"
_STRONGEST = 0.6
_TEXT = f"{BOX};white-space:pre-wrap;{WRAP}"
_CELL = f"border:{LINE};padding:.2em .6em;text-align:left"


def heat(items: Sequence[TokenLogprob]) -> str:
    """The tokens of an answer; folded below them what else the least certain could have been."""
    if not items:
        return ""
    text = "".join(
        f'<span style="{_ground(one)}">{_visible(one.token)}</span>' for one in items[:SHOWN]
    )
    left = len(items) - SHOWN
    more = f" {faint(tr('… {count:,} more tokens', count=left))}" if left > 0 else ""
    scale = "".join(
        f'<span style="{_GROUND.format(_strength(part / 100))};padding:0 6px">{part} %</span>'
        for part in (100, 75, 50, 25, 0)
    )
    return (
        f'<div style="{SMALL};margin:10px 0"><div style="{FAINT}">'
        f"{tr('how likely each token was')}</div>"
        f'<div>{scale}</div><div style="{_TEXT}">{text}{more}</div></div>{_table(items)}'
    )


def lines(items: Sequence[TokenLogprob]) -> list[str]:
    """The least certain tokens as plain text."""
    return [
        f"{_name(one.token):<16} {_percent(one.logprob):>5}, "
        + tr("or {others}", others=" ".join(_others(one)))
        for one in _least_certain(items, 10)
    ]


def _strength(probability: float) -> float:
    return _STRONGEST * (1 - probability)


def _ground(one: TokenLogprob) -> str:
    return _GROUND.format(_strength(_probability(one.logprob)))


def _probability(logprob: float) -> float:
    # Some services round, others write -9999 for what they do not tell.
    return math.exp(min(0.0, logprob)) if logprob == logprob else 0.0


def _percent(logprob: float) -> str:
    return f"{_probability(logprob):.0%}".replace("%", " %")


def _least_certain(items: Sequence[TokenLogprob], most: int = ROWS) -> list[TokenLogprob]:
    """The least certain tokens with alternatives, in the order of the text."""
    chosen = sorted(
        (place for place, one in enumerate(items) if _others(one)),
        key=lambda place: items[place].logprob,
    )
    return [items[place] for place in sorted(chosen[:most])]


def _others(one: TokenLogprob) -> list[str]:
    others = [other for other in one.alternatives if other[0] != one.token]
    return [f"{_name(token)} {_percent(logprob)}" for token, logprob in others[:_ALTERNATIVES]]


def _table(items: Sequence[TokenLogprob]) -> str:
    chosen = _least_certain(items)
    if not chosen:
        return ""
    rows = "".join(
        f'<tr><td style="{_CELL}"><code>{inert(_name(one.token))}</code></td>'
        f'<td style="{_CELL}">{_percent(one.logprob)}</td>'
        f'<td style="{_CELL}">{inert(" · ".join(_others(one)))}</td></tr>'
        for one in chosen
    )
    head = "".join(
        f'<th style="{_CELL}">{name}</th>' for name in (tr("token"), tr("likely"), tr("or else"))
    )
    title = tr(
        "what else it could have been: the {count} least certain of {total:,} tokens",
        count=len(chosen),
        total=len(items),
    )
    table = f'<table style="border-collapse:collapse"><tr>{head}</tr>{rows}</table>'
    return fold(title, table)


def _visible(token: str) -> str:
    # Half a letter, which one token of several can be, has no form of its own.
    return inert(clipped(plain(token), _LONGEST)) or "&#8203;"


def _name(token: str) -> str:
    """A token as something that can be seen: blanks as ``·``, line ends as ``⏎``."""
    text = plain(token).replace("\n", "⏎").replace("\t", "⇥").replace(" ", "·")
    return clipped(text, LONGEST_NAME) or "?"
