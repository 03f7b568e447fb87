"""What was used, as a table with bars: static HTML, and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from ..language import mark, padded, tr, width
from .safe.look import FAINT, SMALL, one_line
from .safe.maths import inert

_CELL = "text-align:left;padding:2px 12px 2px 0"
_NUMBER = "text-align:right;padding:2px 12px 2px 0"
_BAR = "background:rgba(40,110,200,.55);height:9px;border-radius:2px;min-width:1px"
# The longest bar, in pixels.
WIDEST = 180
BY = (mark("model"), mark("day"), mark("notebook"), mark("run"))


class UsedLine(Protocol):
    """A line of usage: see `history.usage.Used`."""

    @property
    def name(self) -> str: ...
    @property
    def sandbox(self) -> bool: ...
    @property
    def calls(self) -> int: ...
    @property
    def tokens_in(self) -> int: ...
    @property
    def tokens_out(self) -> int: ...
    @property
    def money(self) -> Mapping[tuple[str, str], float]: ...
    @property
    def unknown(self) -> int: ...


def bundle(lines: Sequence[UsedLine], by: str, foot: str = "") -> dict[str, str]:
    """The table, most used first; ``foot`` is a line below it."""
    # The bars come last: where there is no room for all, the figures are what is seen.
    head = (tr(by), tr("calls"), tr("tokens in"), tr("tokens out"), tr("cost"), "")
    figures = [(_name(line), *_figures(line)) for line in lines]
    words = [head[:-1], *figures]
    widths = [max(width(row[place]) for row in words) for place in range(len(words[0]))]
    plain = [
        "  ".join(padded(cell, wide) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in words
    ]
    most = max((line.tokens_in + line.tokens_out for line in lines), default=0) or 1
    styles = (_CELL, *[_NUMBER] * 4, _CELL)
    cells = "".join(
        f'<th style="{style}">{inert(name)}</th>' for name, style in zip(head, styles, strict=True)
    )
    body = "".join(_row(line, row, most) for line, row in zip(lines, figures, strict=True))
    note = f'<div style="{SMALL};{FAINT}">{inert(one_line(foot))}</div>' if foot else ""
    return {
        "text/html": f"<table><tr>{cells}</tr>{body}</table>{note}",
        "text/plain": "\n".join([*plain, *([foot] if foot else [])]),
    }


def rows(lines: Iterable[UsedLine]) -> list[tuple[str, ...]]:
    """A line each in words: the name, calls, tokens of questions and of answers, cost."""
    found: list[tuple[str, ...]] = []
    for line in lines:
        calls, tokens_in, tokens_out, cost = _figures(line)
        counted = tr("1 call") if line.calls == 1 else tr("{calls} calls", calls=calls)
        found.append(
            (
                _name(line),
                counted,
                tr(
                    "{tokens_in} tokens in, {tokens_out} out",
                    tokens_in=tokens_in,
                    tokens_out=tokens_out,
                ),
                cost,
            )
        )
    return found


def _row(line: UsedLine, row: tuple[str, ...], most: int) -> str:
    wide = round(WIDEST * (line.tokens_in + line.tokens_out) / most)
    bar = f'<div style="{_BAR};width:{wide}px"></div>'
    name, *figures = row
    numbers = "".join(f'<td style="{_NUMBER}">{inert(each)}</td>' for each in figures)
    return f'<tr><td style="{_CELL}">{inert(name)}</td>{numbers}<td style="{_CELL}">{bar}</td></tr>'


def _name(line: UsedLine) -> str:
    name = one_line(line.name) or "–"
    return tr("{name} (sandbox)", name=name) if line.sandbox else name


def _figures(line: UsedLine) -> tuple[str, str, str, str]:
    amounts = [
        f"{money:,.{2 if money >= 1 else 4}f} {one_line(currency)}"
        + (tr(" (by the service)") if source == "service" else "")
        for (currency, source), money in sorted(line.money.items())
    ]
    cost = " + ".join(amounts) or "–"
    if amounts and line.unknown:
        cost += (
            tr(", 1 call unknown")
            if line.unknown == 1
            else tr(", {count:,} calls unknown", count=line.unknown)
        )
    return f"{line.calls:,}", f"{line.tokens_in:,}", f"{line.tokens_out:,}", cost
