"""An exploration as one file that needs neither a kernel nor a network."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import numpy as np

from ...explore.exploration import Exploration
from ...explore.export.sprites import MOST, SIDE, sheet
from ...language import current, tr, translations
from ..panel.modules import inlined, style
from .colors import colors_of

# Neighbors of each row, and characters of its text.
NEAR, LONGEST = 20, 400
_NAMED = 60


def page(exploration: Exploration, rows: Any, *, include_text: bool) -> str:
    """
    The page of the rows at these positions.

    Without text it holds no text, column, keyword, label, tag, category or row key either.
    """
    data = _data(exploration, np.asarray(rows, np.int64), include_text=include_text)
    held = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    # As whoever writes it speaks: a page that is handed on asks nobody.
    language = current()
    script = inlined("explorer/page.js", translations(language))
    sheet = _sheet()
    policy = (
        "default-src 'none'; img-src data:; "
        f"script-src '{_hash(script)}'; style-src '{_hash(sheet)}'"
    )
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{tr('Map of {count:,} rows', count=len(data['rows']))}</title>\n"
        f"<style>{sheet}</style></head><body>\n"
        f'<script type="application/json" id="data">{held}</script>\n'
        f'<script type="module">{script}</script>\n</body></html>\n'
    )


def _sheet() -> str:
    ground = ":root { color-scheme: light dark; }\nbody { margin: 0; }\n"
    return ground + style("explorer/panel.css")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _data(exploration: Exploration, rows: Any, *, include_text: bool) -> dict[str, Any]:
    codes, palette, legend, title = colors_of(exploration.coloring, len(exploration))
    near, wide = _neighbors(exploration, rows)
    named = len({entry["name"] for entry in legend}) == len(legend) and title != ""
    entries = [
        entry if include_text else {**entry, "name": str(number + 1)}
        for number, entry in enumerate(legend)
    ]
    made = exploration.made
    data: dict[str, Any] = {
        "facts": " · ".join(
            part
            for part in (
                *("sandbox",) * exploration.sandbox,
                tr("{count:,} rows", count=len(rows)),
                made["model"],
                made["when"][:10],
            )
            if part
        ),
        "map": exploration.fingerprint,
        "rows": rows.tolist(),
        "points": _text(exploration.map[rows].astype("<f4")),
        "codes": _text(codes[rows]),
        "palette": palette,
        "legend": entries if named or include_text else [],
        "near": _text(near),
        "wide": wide,
        "labels": [],
    }
    if include_text:
        data["texts"] = [exploration.text_of(int(row))[:LONGEST] for row in rows]
        data["labels"] = _labels(exploration, rows)
        data["images"] = _images(exploration, rows)
    return data


def _neighbors(exploration: Exploration, rows: Any) -> tuple[Any, bool]:
    """The true neighbors of each row among those of the page, as numbers of theirs."""
    indices = exploration.neighbors_among(rows, NEAR)
    wide = len(rows) >= 65_535
    none = 0xFFFFFFFF if wide else 0xFFFF
    kind = "<u4" if wide else "<u2"
    return np.where(indices < 0, none, indices).astype(kind), wide


def _labels(exploration: Exploration, rows: Any) -> list[dict[str, Any]]:
    labels, points = exploration.cluster_labels[rows], exploration.map[rows]
    found = []
    for number in range(min(_NAMED, int(labels.max(initial=-1)) + 1)):
        inside = points[(labels == number) & np.isfinite(points[:, 0])]
        if len(inside):
            x, y = np.median(inside, axis=0)
            name = exploration.cluster_name(number)
            found.append({"label": name, "x": float(x), "y": float(y)})
    return found


def _images(exploration: Exploration, rows: Any) -> dict[str, Any]:
    """The images of rows, as few large pictures with many small ones in each."""
    known = [
        (number, data)
        for number, row in enumerate(rows)
        if (data := exploration.thumbnail(int(row)))
    ]
    sheets = []
    for start in range(0, len(known), MOST):
        part = known[start : start + MOST]
        made = sheet([data for _, data in part])
        sheets.append(
            {
                "rows": [number for number, _ in part],
                "columns": made.columns,
                "jpeg": base64.b64encode(made.data).decode(),
            }
        )
    return {"side": SIDE, "sheets": sheets}


def _text(array: Any) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
