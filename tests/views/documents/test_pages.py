from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image

from sophnet_jupyter.response import Response
from sophnet_jupyter.values.page import Block, Box, Page
from sophnet_jupyter.views import answer
from sophnet_jupyter.views.answer import Context
from sophnet_jupyter.views.documents import boxes, pages


def scan(width: int = 400, height: int = 300) -> Page:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(file, "PNG")
    blocks = (
        Block(label="doc_title", text="Report", box=Box(40, 60, 200, 90)),
        Block(label="table", text="<table><tr><td>a</td></tr></table>", box=Box(40, 120, 300, 200)),
        Block(label="text", text="<img src=x onerror=alert(1)> words", box=None),
    )
    return Page(
        name="a<b>.png",
        text="# Report",
        blocks=blocks,
        image=file.getvalue(),
        mime="image/png",
        size=(width, height),
    )


def picture_in(html: str) -> Image.Image:
    data = re.search(r"data:image/webp;base64,([^\"]+)", html)
    assert data
    return Image.open(io.BytesIO(base64.b64decode(data[1]))).convert("RGB")


def test_boxes_are_drawn_where_the_blocks_stand_in_the_colour_of_their_kind() -> None:
    image = picture_in(boxes.shown(scan(), 2_000_000))
    red, green, _ = image.getpixel((120, 59))
    assert red > green + 60
    red, green, _ = image.getpixel((170, 119))
    assert green > red + 60
    assert image.getpixel((350, 280)) == (255, 255, 255)


def test_the_text_of_a_block_is_words_and_its_table_a_table() -> None:
    html = boxes.shown(scan(), 2_000_000)
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html
    assert "<b>.png" not in html
    assert re.search(r"<t[hd][^>]*>a</t", html)
    assert "<strong>Report</strong>" in html


def test_a_picture_keeps_to_its_budget() -> None:
    noise = Image.effect_noise((1600, 1200), 90)
    file = io.BytesIO()
    noise.save(file, "PNG")
    page = Page(name="n", image=file.getvalue(), mime="image/png", size=(1600, 1200))
    assert len(boxes.shown(page, 60_000)) < 70_000


def test_a_broken_picture_leaves_its_text() -> None:
    page = Page(name="n", text="words", image=b"\x89PNG\r\n\x1a\nbroken", mime="image/png")
    html = boxes.shown(page, 10_000)
    assert "cannot be shown" in html
    assert "words" in html


def test_a_document_is_drawn_as_itself_as_its_outline_and_as_it_is_written() -> None:
    text = "# One\n\n## Two\n\n### Three\n\n**bold** <script>alert(1)</script>"
    response = Response(text=text, pages=(Page(name="a.docx", text=text),), ending="complete")
    shown = answer.bundle(response)["text/html"]
    assert "<strong>bold</strong>" in shown
    assert "<script" not in shown
    assert ">outline<" in shown
    outline = answer.bundle(response, Context(outline=True))
    assert "bold" not in outline["text/html"]
    assert "    Three" in outline["text/plain"]
    raw = answer.bundle(response, Context(format="text"))["text/html"]
    assert "**bold**" in raw


@pytest.mark.parametrize("text", ["word " * 200_000, "# A\n\ntext\n\n" * 50_000])
def test_a_document_of_a_million_letters_stays_small_in_the_notebook(text: str) -> None:
    html = pages.shown([Page(name="a.txt", text=text)])
    assert len(html) < 800_000
    assert "more characters in .text" in html
    assert len(pages.in_words([Page(name="a.txt", text=text)])) < 10_000
