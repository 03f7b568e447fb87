"""Two maps of the same rows: how far they agree, and the rows on which they differ most."""

from __future__ import annotations

from ...explore.session.comparing import MapComparison
from ...language import tr
from ..safe.control_characters import plain
from ..safe.look import FAINT, SMALL, one_line, words
from . import still

_SIDE_BY_SIDE = "display:flex;flex-wrap:wrap;gap:12px"
_LONGEST = 120
# Rows of plain text.
_TOLD = 8


def bundle(compared: MapComparison, context: object = None) -> dict[str, str]:
    """Both pictures beside each other, and the table."""
    maps = "".join(
        f'<div style="flex:1 1 320px;min-width:0"><div style="{SMALL};{FAINT}">'
        f"{words(' · '.join(still.facts(each)), 300)}</div>{still.picture(each)}</div>"
        for each in (compared.one, compared.other)
        if still.has_map(each)
    )
    text = "\n".join(
        [sentence(compared), *(f"{share:6.0%}  {said}" for said, share in _rows(compared)[:_TOLD])]
    )
    html = f'<div style="{_SIDE_BY_SIDE}">{maps}</div>{table(compared)}'
    return {"text/html": html, "text/plain": plain(text)}


def sentence(compared: MapComparison) -> str:
    """How many neighbors both have."""
    return tr(
        "On average {share:.0%} of a row's neighbors are its neighbors under both; the maps are "
        "colored by it.",
        share=compared.mean,
    )


def table(compared: MapComparison) -> str:
    """The sentence, and the rows that are among other neighbors, as HTML."""
    lines = "".join(
        f'<tr><td style="{still.CELL};text-align:right">{share:.0%}</td>'
        f'<td style="{still.CELL}">{words(said, _LONGEST)}</td></tr>'
        for said, share in _rows(compared)
    )
    return (
        f'<div style="{SMALL}">{words(sentence(compared), 300)}</div>'
        f'<div style="overflow:auto;max-height:260px"><table style="{still.TABLE}"><thead><tr>'
        f'<th scope="col" style="{still.CELL}">{tr("common")}</th>'
        f'<th scope="col" style="{still.CELL}">{tr("row")}</th></tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def _rows(compared: MapComparison) -> list[tuple[str, float]]:
    order = compared.one.order_of(compared.most_different).tolist()
    return [
        (one_line(compared.one.text_of(row)), float(compared.common[row]))
        for row in order
        if compared.common[row] == compared.common[row]
    ]
