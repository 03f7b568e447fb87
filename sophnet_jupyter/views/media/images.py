"""Images of an answer side by side, each with its prompt and settings."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape

from ...errors import SettingsError
from ...language import tr
from ...values.image import Image
from ..safe.look import FAINT, LINE, SMALL, one_line, words
from . import reuse
from .shelf import BUDGET, encoded_length, link, shelf, source

# Pixels of the longer side and quality, tried in this order until a picture fits: a notebook is
# 1,000 pixels wide, on a dense screen twice that.
STEPS = ((1664, 88), (1280, 84), (1024, 80), (768, 78), (512, 74), (320, 70))
# The last of them is 20 kB, so that more pictures than this would not fit.
MOST = 48
# Pixels of one picture, by how many stand side by side, and between them.
WIDTHS = {1: 560, 2: 340, 3: 300}
GAP = 14
_LONGEST_PROMPT = 90
_ROW = f"display:flex;flex-wrap:wrap;gap:{GAP}px;margin:4px 0 10px"
_PICTURE = (
    f"border:{LINE};border-radius:6px;display:block;width:auto;height:auto;max-width:100%;"
    "max-height:70vh"
)
_CAPTION = f"{SMALL};margin-top:5px;line-height:1.35"
_NOT_THERE = f"border:{LINE};border-radius:6px;padding:36px 24px;text-align:center"


def grid(pictures: Sequence[Image]) -> str:
    """All images, embedded in at most 2 MB together, or linked from files: see `embedding`."""
    if not pictures:
        return ""
    shown = pictures[:MOST]
    budget = BUDGET // len(shown)
    columns = {1: 1, 2: 2, 4: 2}.get(len(shown), 3)
    width = WIDTHS[columns]
    figures = [figure(picture, budget=budget, width=width) for picture in shown]
    more = len(pictures) - len(shown)
    rest = (
        f'<div style="{SMALL};{FAINT}">{tr("and {count} more in .images", count=more)}</div>'
        if more > 0
        else ""
    )
    return beside(figures, columns * (width + GAP)) + rest


def beside(figures: Sequence[str], width: int) -> str:
    """Figures side by side, in rows of at most so many pixels."""
    return f'<div style="{_ROW};max-width:{width}px">{"".join(figures)}</div>'


def lines(pictures: Sequence[Image]) -> str:
    """The same as plain text, a line each."""
    return "\n".join(
        f"[{tr('image {number}', number=number)}] {_facts(one)}"
        for number, one in enumerate(pictures, 1)
    )


def small(picture: Image, budget: int) -> tuple[bytes, tuple[int, int]]:
    """
    An image scaled down, as a WEBP whose base64 is at most about ``budget`` long, and its size.

    Nothing but its pixels is left, whatever else the file held. Some 0.2 s for two megapixels.
    """
    import PIL.Image

    image = picture.open()
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    data = b""
    for side, quality in STEPS:
        image.thumbnail((side, side), PIL.Image.Resampling.LANCZOS)
        file = io.BytesIO()
        image.save(file, "WEBP", quality=quality, method=2)
        data = file.getvalue()
        if encoded_length(data) <= budget:
            break
    return data, image.size


def figure(picture: Image, *, budget: int, width: int) -> str:
    """One of them, ``width`` pixels wide, with its words; drawn anew, which takes some 0.2 s."""
    prompt = words(picture.prompt, _LONGEST_PROMPT)
    said = f'<div>{prompt}</div><div style="{FAINT}">{words(_figures(picture), 120)}</div>'
    again = reuse.folded(picture)
    if not picture.data:
        seen, note = f'<div style="{_NOT_THERE};{FAINT}">{tr("not fetched")}</div>', ""
    else:
        seen, note = _seen(picture, budget)
    return (
        f'<figure style="margin:0;flex:0 1 {width}px;min-width:140px;max-width:{width}px">'
        f'{seen}<figcaption style="{_CAPTION}">{said}{note}{again}</figcaption></figure>'
    )


def _seen(picture: Image, budget: int) -> tuple[str, str]:
    """The image to show, and a note where it is not shown unchanged."""
    alt = escape(one_line(picture.prompt)[:_LONGEST_PROMPT], quote=True)
    try:
        if shelf.in_files:
            # The file is the picture as it came: a browser reads it as its type says, or not at
            # all.
            suffix = "." + picture.mime.rpartition("/")[2].replace("jpeg", "jpg")
            address, path = source(picture.data, picture.mime, suffix)
            note = f'<div style="{FAINT}">{link(path)}</div>'
        else:
            data, size = small(picture, budget)
            address, _ = source(data, "image/webp", ".webp", budget=BUDGET)
            note = "" if size == picture.size else _smaller(size)
    except SettingsError as error:
        return f'<div style="{_NOT_THERE};{FAINT}">{words(str(error), 120)}</div>', ""
    except (OSError, ValueError):
        said = tr("This image cannot be shown: it is damaged, or of another kind.")
        return f'<div style="{_NOT_THERE};{FAINT}">{said}</div>', ""
    return f'<img alt="{alt}" src="{escape(address, quote=True)}" style="{_PICTURE}">', note


def _smaller(size: tuple[int, int]) -> str:
    said = tr(
        "shown at {width} × {height}; .save(path) writes it whole", width=size[0], height=size[1]
    )
    return f'<div style="{FAINT}">{said}</div>'


def _facts(picture: Image) -> str:
    prompt = one_line(picture.prompt)
    return " · ".join(filter(None, [prompt, _figures(picture)]))


def _figures(picture: Image) -> str:
    said = []
    try:
        said = [f"{picture.size[0]} × {picture.size[1]}"]
    except SettingsError:
        said = [tr("broken") if picture.data else tr("not fetched")]
    if picture.seed is not None:
        said.append(tr("seed {seed}", seed=picture.seed))
    return " · ".join(said)
