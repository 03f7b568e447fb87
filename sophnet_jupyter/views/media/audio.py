"""A sound that plays wherever a notebook is opened."""

from __future__ import annotations

from html import escape

from ...errors import why
from ...files.kinds import HEAD, Media, sniff
from ...files.wrapped import unwrapped
from ...language import tr
from ..safe.look import FAINT, SMALL, words
from .shelf import link, source

_PLAYER = "width:100%;max-width:520px;display:block;margin:4px 0"


def player(data: bytes, *, mime: str = "") -> str:
    """
    A player for a sound file, which is embedded up to 2 MB, else kept beside the notebook.

    The address stands on the element itself: JupyterLab takes a ``<source>`` out of a notebook
    that it does not trust. What its bytes are goes before the ``mime`` that a service named.
    """
    data = unwrapped(data)
    found = sniff(data[:HEAD])
    played = played_as(found) if found else ""
    if found is None or not played:
        return f'<div style="{SMALL};{FAINT}">{words(_unknown(data, mime), 160)}</div>'
    try:
        address, path = source(data, played, found.suffix)
    except OSError as error:
        said = words(
            tr(
                "A sound of {size} cannot be written beside the notebook: {why}",
                size=_size(data),
                why=why(error),
            ),
            160,
        )
        said += tr(". ") + tr(".save(path) puts it elsewhere.")
        return f'<div style="{SMALL};{FAINT}">{said}</div>'
    where = link(path) if path else tr(".save(path) writes the file")
    below = f'<div style="{SMALL};{FAINT}">{_size(data)} · {where}</div>' if path else ""
    return (
        f'<audio controls preload="metadata" src="{escape(address, quote=True)}" '
        f'style="{_PLAYER}">'
        f"{tr('This viewer cannot play sound: {where}.', where=where)}</audio>{below}"
    )


def played_as(media: Media) -> str:
    """
    The MIME type by which a player hears a file; empty for what has no sound.

    What phones and browsers record is a video without pictures, by its first bytes.
    """
    if media.kind not in ("audio", "video"):
        return ""
    return (
        {"video/webm": "audio/webm"}.get(media.mime, "audio/mp4")
        if media.kind == "video"
        else media.mime
    )


def line(data: bytes) -> str:
    """The same as plain text."""
    found = sniff(data[:HEAD])
    kind = found.mime if found else tr("unknown type")
    return tr("[sound, {kind}, {size}]", kind=kind, size=_size(data))


def _unknown(data: bytes, mime: str) -> str:
    size = _size(data)
    if not mime:
        return tr("{size} of sound without a head: .save(path) writes them.", size=size)
    return tr(
        "{size} of sound without a head, which the service calls {mime}: .save(path) writes them.",
        size=size,
        mime=mime,
    )


def _size(data: bytes) -> str:
    return f"{len(data) / 1e6:.1f} MB" if len(data) >= 1e5 else f"{len(data) / 1e3:.0f} kB"
