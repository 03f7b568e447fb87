"""Questions and answers as messages, Markdown and HTML, and the images among them."""

from __future__ import annotations

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.response import Response
from sophnet_jupyter.views.media.shelf import BUDGET
from sophnet_jupyter.widgets.exchange.attachments import LARGEST, attachment
from sophnet_jupyter.widgets.exchange.exchange import Exchange, to_html, to_markdown

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("start", "mime"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
    ],
)
def test_an_image_is_what_its_bytes_say(start: bytes, mime: str) -> None:
    image = attachment(start + b"...", "notes.txt")
    assert image.mime == mime
    assert image.uri.startswith(f"data:{mime};base64,")


@pytest.mark.parametrize("data", [b"", b"<svg onload=alert(1)>", b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_no_image_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(SettingsError, match=r"cat\.png is not an image"):
        attachment(data, "cat.png")


def test_a_large_image_is_refused_with_its_size() -> None:
    attachment(PNG.ljust(LARGEST, b"."))
    with pytest.raises(SettingsError, match=r"big\.png has 12\.0 MB; up to 10 MB"):
        attachment(PNG.ljust(12_000_000, b"."), "big.png")


def test_a_question_that_got_no_answer_is_not_repeated_to_the_model() -> None:
    assert Exchange(text="hi").messages == []
    assert Exchange(text="hi", response=Response(ending="failed")).messages == []
    answered = Exchange(text="hi", response=Response(text="hel", ending="stopped"))
    assert [message["content"] for message in answered.messages] == ["hi", "hel"]


def test_images_stand_before_the_text() -> None:
    [image, text] = Exchange(text="see", images=(attachment(PNG),)).question["content"]
    assert image["image_url"]["url"].startswith("data:image/png;base64,")
    assert text == {"type": "text", "text": "see"}


def test_the_still_form_shows_what_was_typed_as_it_was_typed() -> None:
    html = to_html([Exchange(text="<script>alert(1)</script>", error="<b>no</b>")])
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;no" in html


def test_a_notebook_carries_images_up_to_a_limit() -> None:
    small, large = attachment(PNG, "s.png"), attachment(PNG.ljust(BUDGET, b"."), "l.png")
    html = to_html([Exchange(text="", images=(small, large))])
    assert html.count("<img ") == 1
    assert "[image: l.png, 2.0 MB]" in html


def test_markdown_tells_who_said_what_and_how_it_ended() -> None:
    response = Response(text="**Yes**", model="M", ending="stopped")
    text = to_markdown([Exchange(text="Well?", response=response), Exchange(text="?", error="No.")])
    assert text.startswith("## You\n\nWell?\n\n## M\n\n**Yes**\n\n*■ stopped · M")
    assert text.endswith("**Error:** No.\n")
    assert to_markdown([]) == ""
