"""A video that plays wherever a notebook is opened."""

from __future__ import annotations

from html import escape

from ...errors import why
from ...files.kinds import HEAD, Media, sniff
from ...files.mp4 import Facts, facts
from ...language import tr
from ...values.image import Image
from ..safe.look import FAINT, LINE, SMALL, words
from .images import small
from .shelf import BUDGET, encoded_length, link, source

# What the first frame may take of the budget.
POSTER = 120_000
_WIDTH = 640
_PLAYER = f"border:{LINE};border-radius:6px;max-width:100%;display:block;margin:4px 0"


def player(data: bytes, *, poster: Image | None = None, caption: str = "") -> str:
    """
    A player for a video, which is embedded up to 2 MB, else kept beside the notebook.

    ``poster`` is shown until somebody presses play. The address stands on the element itself:
    JupyterLab takes a ``<source>`` out of a notebook that it does not trust.
    """
    found = sniff(data[:HEAD])
    if found is None or found.kind != "video":
        said = tr(
            "A video of {size} of a kind that is not played: .save(path) writes it.",
            size=_size(data),
        )
        return f'<div style="{SMALL};{FAINT}">{words(said, 160)}</div>'
    try:
        still = _still(poster)
        left = BUDGET - len(still)
        address, path = source(data, _played_as(found), found.suffix, budget=left)
    except OSError as error:
        said = words(
            tr(
                "A video of {size} cannot be written beside the notebook: {why}",
                size=_size(data),
                why=why(error),
            ),
            160,
        )
        said += tr(". ") + tr(".save(path) puts it elsewhere.")
        return f'<div style="{SMALL};{FAINT}">{said}</div>'
    where = link(path) if path else tr(".save(path) writes the file")
    below = " · ".join(filter(None, [words(caption, 160), _size(data), link(path) if path else ""]))
    return (
        f'<video controls preload="metadata"{still} src="{escape(address, quote=True)}" '
        f'style="{_box(data)};{_PLAYER}">'
        f"{tr('This viewer cannot play videos: {where}.', where=where)}</video>"
        f'<div style="{SMALL};{FAINT}">{below}</div>'
    )


def _box(data: bytes) -> str:
    """Its own proportions before it plays, never larger than itself or most of the window."""
    try:
        known = facts(data)
    except ValueError:
        known = Facts()
    if not (known.width and known.height):
        return f"width:{_WIDTH}px"
    width, window = min(_WIDTH, known.width), 70 * known.width / known.height
    # The first is for viewers that know no other.
    return (
        f"width:{width}px;width:min(100%,{width}px,{window:.1f}vh);height:auto;"
        f"aspect-ratio:{known.width}/{known.height}"
    )


def _played_as(media: Media) -> str:
    # Browsers play what is in a QuickTime file, and refuse its name.
    return "video/mp4" if media.mime == "video/quicktime" else media.mime


def line(data: bytes) -> str:
    """The same as plain text."""
    found = sniff(data[:HEAD])
    kind = found.mime if found else tr("unknown type")
    return tr("[video, {kind}, {size}]", kind=kind, size=_size(data))


def _still(poster: Image | None) -> str:
    if poster is None or not poster.data:
        return ""
    data, _ = small(poster, POSTER)
    if encoded_length(data) > POSTER:
        return ""
    address, _ = source(data, "image/webp", ".webp")
    return f' poster="{escape(address, quote=True)}"'


def _size(data: bytes) -> str:
    return f"{len(data) / 1e6:.1f} MB" if len(data) >= 1e5 else f"{len(data) / 1e3:.0f} kB"
