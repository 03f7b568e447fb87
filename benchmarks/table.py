"""Results as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from .result import OURS, Result

COLUMNS = ((44, "<"), (9, ">"), (34, "<"), (9, ">"), (7, ">"), (8, ">"), (4, "<"))
HEAD = ("measure", "ours", "peer", "theirs", "ratio", "goal", "met")


def head() -> str:
    return f"{_line(HEAD)}\n{_line(tuple('-' * width for width, _ in COLUMNS))}"


def lines(result: Result) -> Iterator[str]:
    """One line for each peer, of which the first also says what is measured, ours and the goal."""
    met = {True: "yes", False: "NO", None: ""}[result.met]
    what = f"{result.measure}, {result.unit}" if result.unit else result.measure
    first = [what, _figure(result.ours)]
    last = [str(result.goal) if result.goal else "", met]
    theirs = [
        (peer, _figure(figure), f"{ratio:,.3g}×" if (ratio := result.ratio(peer)) else "")
        for peer, figure in result.peers.items()
    ]
    for columns in theirs or [("", "", "")]:
        yield _line((*first, *columns, *last)).rstrip()
        first, last = ["", ""], ["", ""]


def summary(results: list[Result]) -> str:
    """What is to be remembered of it all."""
    missed = [result.measure for result in results if result.met is False]
    held = sum(result.met is True for result in results)
    said = f"{OURS} meets {held} of {held + len(missed)} goals."
    return f"{said} Missed: {'; '.join(missed)}." if missed else said


def _figure(value: float) -> str:
    if value >= 10_000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 1_000 else f"{value:,.4g}"


def _line(cells: tuple[str, ...]) -> str:
    pairs = zip(cells, COLUMNS, strict=True)
    return "  ".join(f"{cell:{side}{width}}" for cell, (width, side) in pairs)
