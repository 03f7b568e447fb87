"""A page as JSON for a panel's views."""

from __future__ import annotations

from typing import Any

from ...values.image import Image
from ...values.page import Block, Page
from ...views.documents.boxes import MOST_BLOCKS, block_html, colour
from ...views.documents.pages import shown
from ...views.media.images import small
from ...views.safe.control_characters import plain
from ...views.safe.look import one_line

# Characters of base64 that would be; a picture travels as bytes, each time a view is opened.
PICTURE = 1_500_000
KINDS = {(200, 60, 40): "title", (20, 130, 60): "table"}


def facts(page: Page) -> dict[str, Any]:
    """Its name, size and blocks, or its text; all HTML is rendered here."""
    blocks = page.blocks[:MOST_BLOCKS]
    return {
        "name": one_line(page.name),
        "size": page.size,
        "text": plain(page.text),
        "blocks": [_block(block) for block in blocks],
        # A document has no blocks, and a page in one piece is read as a whole.
        "html": "" if page.image and len(blocks) > 1 else shown([_without_image(page)]),
        "picture": bool(page.image),
        "outline": [[one.level, one_line(one.text), one.line] for one in page.outline],
    }


def seen(page: Page) -> bytes:
    """The image to show, encoded anew, so that only its pixels are left. Blocking, some 0.1 s."""
    return small(Image(data=page.image, mime=page.mime), PICTURE)[0]


def _without_image(page: Page) -> Page:
    return Page(name=page.name, text=page.text)


def _block(block: Block) -> dict[str, Any]:
    return {
        "label": one_line(block.label),
        "text": plain(block.text),
        "box": block.box,
        "kind": KINDS.get(colour(block.label), "text"),
        "html": block_html(block),
    }
