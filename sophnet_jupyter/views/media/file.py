"""Any file of a service: seen, heard or read where it is of such a kind, else named."""

from __future__ import annotations

from ...files.kinds import HEAD, sniff
from ...language import tr
from ...values.image import Image
from ..safe.control_characters import plain
from ..safe.look import FAINT, SMALL, WRAP, words
from ..safe.maths import inert
from . import audio, video_player
from .images import figure
from .shelf import BUDGET

# Characters of a text that are shown; the value has them all.
LONGEST = 4_000
WIDTH = 560
_TEXT = f"white-space:pre-wrap;font-family:monospace;{WRAP};margin:4px 0"


def bundle(data: bytes, *, name: str, mime: str = "") -> dict[str, str]:
    """A file as HTML and plain text. What its bytes are goes before the ``mime`` it came with."""
    found = sniff(data[:HEAD])
    kind = found.kind if found else ""
    mime = found.mime if found else mime or tr("unknown type")
    said = f"{name or tr('file')} · {mime} · {_size(data)}"
    seen, text = "", ""
    if found and kind == "image":
        seen = figure(Image(data=data, mime=found.mime), budget=BUDGET, width=WIDTH)
    elif kind == "audio":
        seen = audio.player(data)
    elif kind == "video":
        seen = video_player.player(data)
    elif kind in ("", "text") and (text := _words(data)):
        seen = f'<div style="{_TEXT}">{inert(text)}</div>'
    head = f'<div style="{SMALL};{FAINT}">{words(said, 300)}</div>'
    return {"text/html": head + seen, "text/plain": "\n".join(filter(None, [plain(said), text]))}


def _words(data: bytes) -> str:
    """The beginning of a text; empty for what is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    if "\0" in text:
        return ""
    text = plain(text)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _size(data: bytes) -> str:
    return f"{len(data) / 1e6:.1f} MB" if len(data) >= 1e5 else f"{len(data) / 1e3:.1f} kB"
