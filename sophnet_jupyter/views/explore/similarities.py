"""The cosines of some rows as a heat-map."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

from ...explore.session.comparing import Similarities
from ...language import tr
from ..safe.control_characters import plain
from ..safe.look import FAINT, SMALL, one_line
from ..vectors.heat_map import MOST, MapItem, heat_map

# Rows of a table in plain text.
_TOLD = 12
# Pixels of the picture, about.
_SIDE = 600


def bundle(similarities: Similarities, context: object = None) -> dict[str, str]:
    """A table with colored cells, or of many rows a picture, with what pairs have by chance."""
    said = tr("Random pairs of all rows have {chance:z.2f}.", chance=similarities.chance)
    line = f'<div style="{SMALL};{FAINT}">{said}</div>'
    drawn = _table if len(similarities.rows) <= MOST else _picture
    return {
        "text/html": line + drawn(similarities),
        "text/plain": f"{said}\n{in_words(similarities)}",
    }


def _table(similarities: Similarities) -> str:
    pairs = zip(similarities.rows.tolist(), similarities.labels, strict=True)
    items = [MapItem(number=row, label=label) for row, label in pairs]
    return heat_map(items, similarities.cosines.tolist())


def _picture(similarities: Similarities) -> str:
    """Dark where two rows are alike, from what pairs have by chance."""
    from PIL import Image

    cosines, low = similarities.cosines, min(similarities.chance, 0.99)
    tone = 255 - (255 * ((cosines - low) / (1 - low)).clip(0, 1)).astype("uint8")
    side = _SIDE // len(tone) * len(tone)
    image = Image.fromarray(tone).resize((side, side), Image.Resampling.NEAREST)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    said = tr("Cosines of {count} rows, near ones together", count=len(tone))
    return (
        f'<img alt="{said}" src="data:image/png;base64,{b64encode(out.getvalue()).decode()}"'
        ' style="height:auto;max-width:100%">'
    )


def in_words(similarities: Similarities) -> str:
    lines = [
        f"{similarities.rows[place]:>6}  {one_line(similarities.labels[place])[:80]}"
        for place in range(min(_TOLD, len(similarities.rows)))
    ]
    if (more := len(similarities.rows) - len(lines)) > 0:
        lines.append(tr("and {more} more", more=more))
    return plain("\n".join(lines))
