"""An exploration as it stays in a notebook: its picture, and its clusters as a table."""

from __future__ import annotations

import base64

from ...explore.exploration import Exploration
from ...language import mark, tr
from ..answer.answer import loud
from ..safe.control_characters import plain
from ..safe.look import FAINT, LINE, SMALL, clipped, one_line, words

# Clusters of the table; bytes of the picture.
ROWS, LARGEST = 12, 300_000
_WIDTHS = (900, 700, 500)
TABLE = f"{SMALL};border-collapse:collapse;margin:6px 0;width:auto"
CELL = f"border:{LINE};padding:3px 8px;text-align:left;vertical-align:top"
_TITLES = (mark("cluster"), mark("rows"), mark("such as"))
_LONGEST, _EXAMPLE = 60, 90
_WORDS = {
    "embedding": mark("waits to be embedded"),
    "placing": mark("is being placed"),
    "ready": "",
    "stopped": mark("was stopped"),
    "failed": mark("failed"),
}


def bundle(exploration: Exploration, context: object = None) -> dict[str, str]:
    """The whole as HTML, with the picture in it, and plain text."""
    return {"text/html": _html(exploration), "text/plain": in_words(exploration)}


def has_map(exploration: Exploration) -> bool:
    return bool((exploration.map == exploration.map).any())


def facts(exploration: Exploration, *, quality: bool = True) -> list[str]:
    """What is told in one line above the picture."""
    found = [tr("{count:,} rows", count=len(exploration))]
    if missing := exploration.missing_count:
        found.append(tr("{missing:,} without a vector", missing=missing))
    if said := _WORDS[exploration.state]:
        said = tr(said)
        found.append(said)
    if exploration.vectors.shape[1]:
        count, model = exploration.vectors.shape[1], exploration.made["model"]
        found.append(
            tr("{count:,} dimensions of {model}", count=count, model=model)
            if model
            else tr("{count:,} dimensions", count=count)
        )
    if quality and exploration.state == "ready" and has_map(exploration):
        measured = exploration.quality
        if measured.trust == measured.trust:
            found.append(tr("trust {trust:.2f}", trust=measured.trust))
            found.append(tr("{kept:.0%} of true neighbors are neighbors here", kept=measured.kept))
    return found


def in_words(exploration: Exploration) -> str:
    """The same for a terminal."""
    badge = f"[{tr('sandbox')}] " if exploration.sandbox else ""
    lines = [badge + tr(", ").join(facts(exploration)), *exploration.notices]
    if exploration.error is not None:
        lines.append(str(exploration.error))
    if exploration.state == "ready" and has_map(exploration):
        for number, size in _sizes(exploration):
            name = clipped(one_line(exploration.cluster_name(number)), _LONGEST)
            lines.append(f"{size:>7,}  {name}")
    return plain("\n".join(lines))


def _html(exploration: Exploration) -> str:
    said = " · ".join(words(each, 200) for each in facts(exploration))
    badge = loud(tr("sandbox") if exploration.sandbox else "")
    line = f'{badge}<span style="{FAINT}">{said}</span>'
    parts = [f'<div style="{SMALL};margin:2px 0 6px">{line}</div>']
    parts += [f'<div style="{SMALL};{FAINT}">{words(n, 400)}</div>' for n in exploration.notices]
    if exploration.error is not None:
        parts.append(f'<div style="color:#c62828">{words(str(exploration.error), 600)}</div>')
    if has_map(exploration):
        parts.append(picture(exploration))
    if exploration.state == "ready" and has_map(exploration):
        parts.append(_table(exploration))
    return "".join(parts)


def picture(exploration: Exploration) -> str:
    labels = exploration.state == "ready"
    for width in _WIDTHS:
        data = exploration.to_png(width=width, scale=1, labels=labels)
        if len(data) <= LARGEST:
            break
    said = tr("Map of {count:,} rows", count=len(exploration))
    return (
        f'<img alt="{said}" src="data:image/png;base64,{base64.b64encode(data).decode()}"'
        ' style="border-radius:6px;height:auto;max-width:100%">'
    )


def _sizes(exploration: Exploration) -> list[tuple[int, int]]:
    labels = exploration.cluster_labels
    count = int(labels.max(initial=-1)) + 1
    return [(number, int((labels == number).sum())) for number in range(min(count, ROWS))]


def _table(exploration: Exploration) -> str:
    rows = []
    for number, size in _sizes(exploration):
        near = exploration.examples(number, 1)
        example = exploration.text_of(int(near[0])) if len(near) else ""
        rows.append(
            f'<tr><td style="{CELL}">{words(exploration.cluster_name(number), _LONGEST)}</td>'
            f'<td style="{CELL};text-align:right">{size:,}</td>'
            f'<td style="{CELL};{FAINT}">{words(example, _EXAMPLE)}</td></tr>'
        )
    if not rows:
        return ""
    head = "".join(f'<th scope="col" style="{CELL}">{tr(title)}</th>' for title in _TITLES)
    return (
        f'<div style="overflow-x:auto"><table style="{TABLE}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
