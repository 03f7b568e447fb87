"""An image with its text: blocks drawn into it and numbered, and their text beside it."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import TYPE_CHECKING

from ...language import tr
from ...values.image import Image
from ...values.markdown import with_pipes
from ...values.page import Block, Page
from ..media.images import small
from ..media.shelf import encoded_length
from ..safe.control_characters import plain
from ..safe.look import FAINT, LINE, SMALL, WRAP, clipped, one_line, words
from ..safe.markdown import render

if TYPE_CHECKING:
    import PIL.Image
    from PIL.ImageDraw import ImageDraw

# Readable on white paper and on a dark photograph, and told apart from each other by number too.
COLOURS = {"title": (200, 60, 40), "table": (20, 130, 60), "text": (30, 100, 210)}
# Pixels of the longer side: enough to read a page beside its text.
SIDES = (1400, 1000, 700, 480)
LONGEST_LABEL = 24
# More blocks than this are counted only.
MOST_BLOCKS = 400
_ROW = "display:flex;flex-wrap:wrap;gap:16px;margin:4px 0 10px;align-items:flex-start"
_HALF = "flex:1 1 320px;min-width:240px;max-width:100%;margin:0"
_PICTURE = f"border:{LINE};border-radius:4px;display:block;height:auto;max-width:100%"
_BLOCK = f"margin:0 0 8px;{WRAP}"


def colour(label: str) -> tuple[int, int, int]:
    """The colour of a block, by what its label says of it."""
    lower = label.lower()
    kind = next((kind for kind in COLOURS if kind in lower), "text")
    return COLOURS[kind]


def shown(page: Page, budget: int) -> str:
    """
    The page beside its text, as HTML.

    The boxes are drawn into a copy of the picture whose base64 is at most about ``budget`` long,
    so that they are seen wherever pictures are.
    """
    caption = f"{one_line(page.name)} · {page.size[0]} × {page.size[1]} · {count(page)}"
    said = f'<figcaption style="{SMALL};{FAINT};margin-top:4px">{words(caption, 160)}</figcaption>'
    try:
        alt = escape(clipped(one_line(page.name), 80), quote=True)
        data = base64.b64encode(boxed(page, budget)).decode()
        seen = f'<img alt="{alt}" src="data:image/webp;base64,{data}" style="{_PICTURE}">'
    except (OSError, ValueError):
        said = tr("This image cannot be shown: it is damaged, or of another kind.")
        seen = f'<div style="{FAINT}">{said}</div>'
    figure = f'<figure style="{_HALF};max-width:560px">{seen}{said}</figure>'
    return f'<div style="{_ROW}">{figure}<div style="{_HALF}">{_text(page)}</div></div>'


def boxed(page: Page, budget: int) -> bytes:
    """The picture with its boxes, as a WEBP. Raises `OSError` or `ValueError` for a broken one."""
    import PIL.Image

    data, _ = small(Image(data=page.image, mime=page.mime), budget)
    image = PIL.Image.open(io.BytesIO(data)).convert("RGB")
    for side in SIDES:
        copy = image.copy()
        copy.thumbnail((side, side), PIL.Image.Resampling.LANCZOS)
        _draw(copy, page)
        file = io.BytesIO()
        copy.save(file, "WEBP", quality=80, method=2)
        if encoded_length(file.getvalue()) <= budget:
            break
    return file.getvalue()


def count(page: Page) -> str:
    number = len(page.blocks)
    return tr("1 block") if number == 1 else tr("{count} blocks", count=number)


def numbered(page: Page) -> str:
    """The text of each block below its number and label, in words."""
    if not _apart(page):
        return plain(page.text)
    lines = [
        f"[{number}] {one_line(block.label)}: {plain(with_pipes(block.text)).strip()}"
        for number, block in enumerate(page.blocks[:MOST_BLOCKS], 1)
    ]
    return "\n".join(lines)


def block_html(block: Block) -> str:
    """The text of one block as safe HTML; a title is one whatever the model wrote before it."""
    text = with_pipes(block.text).strip()
    if "title" in block.label.lower() and not text.startswith("#"):
        text = f"**{text}**" if "*" not in text and "\n" not in text else text
    return render(text)


def _text(page: Page) -> str:
    if not _apart(page):
        return render(with_pipes(page.text)) or f'<i style="{FAINT}">{tr("no text was found")}</i>'
    pieces = []
    for number, block in enumerate(page.blocks[:MOST_BLOCKS], 1):
        label = words(block.label, LONGEST_LABEL)
        mark = f'<div style="{SMALL};{FAINT}"><b>{number}</b> {label}</div>'
        pieces.append(f'<div style="{_BLOCK}">{mark}{block_html(block)}</div>')
    if (left := len(page.blocks) - MOST_BLOCKS) > 0:
        more = tr("and {left} more in .blocks", left=left)
        pieces.append(f'<div style="{SMALL};{FAINT}">{more}</div>')
    return "".join(pieces)


def _apart(page: Page) -> bool:
    """True where the blocks are pieces of the page, and not all of it in one."""
    return len(page.blocks) > 1


def _draw(image: PIL.Image.Image, page: Page) -> None:
    from PIL import ImageDraw, ImageFont

    if not _apart(page) or not page.size[0]:
        return
    scale = image.width / page.size[0]
    pen = ImageDraw.Draw(image, "RGBA")
    size = max(11, min(22, image.width // 48))
    font = ImageFont.load_default(size)
    for number, block in enumerate(page.blocks[:MOST_BLOCKS], 1):
        if block.box is None:
            continue
        left, top, right, bottom = (round(side * scale) for side in block.box)
        tint = colour(block.label)
        pen.rectangle(
            (left - 2, top - 2, right + 2, bottom + 2), fill=(*tint, 26), outline=tint, width=2
        )
        _number(pen, str(number), (left - 2, top - 2), tint, font, size)


def _number(
    pen: ImageDraw,
    text: str,
    corner: tuple[int, int],
    tint: tuple[int, int, int],
    font: object,
    size: int,
) -> None:
    """The number of a block, above its upper left corner where there is room."""
    wide, high = len(text) * size * 0.62 + 6, size + 4
    left, top = max(0, corner[0]), max(0.0, corner[1] - high)
    pen.rectangle((left, top, left + wide, top + high), fill=tint)
    pen.text((left + 3, top + 1), text, fill="white", font=font)  # type: ignore[arg-type]
