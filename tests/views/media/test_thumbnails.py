from __future__ import annotations

import io

from PIL import Image

from sophnet_jupyter.views.media.thumbnails import BYTES, SHOWN, Sent, lines, row, small


def png(mode: str = "RGB", side: int = 160) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((side, side), 90).convert(mode).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_large_thumbnail_becomes_a_small_one() -> None:
    for mode in ("RGB", "RGBA", "P", "L"):
        made = small(png(mode))
        assert len(made) <= BYTES
        assert Image.open(io.BytesIO(made)).size[0] >= 64


def test_a_small_thumbnail_stays_as_it_is() -> None:
    icon = png(side=16)
    assert small(icon) == icon


def test_the_row_numbers_pictures_as_the_prompt_does() -> None:
    html = row([Sent(label="a · 1×1 · 1 kB", thumbnail=png(side=8)), Sent(label="b at host")])
    assert html.index("[image 1] a") < html.index("[image 2] b at host")
    assert html.count("<img") == 1
    assert "https:" not in html
    assert lines([Sent(label="a"), Sent(label="b")]) == "[image 1] a\n[image 2] b"


def test_a_folder_of_photographs_does_not_fill_the_notebook() -> None:
    html = row([Sent(label="x", thumbnail=b"\x89PNG")] * 500)
    assert html.count("<img") == SHOWN
    assert f"and {500 - SHOWN} more" in html


def test_a_name_is_words_in_its_attribute_too() -> None:
    html = row([Sent(label='"><script>alert(1)</script>\x1b[2J', thumbnail=b"\x89PNG")])
    assert "<script" not in html
    assert "\x1b" not in html


def test_without_pictures_there_is_no_row() -> None:
    assert row([]) == lines([]) == ""
