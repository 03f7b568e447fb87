"""Videos and pictures with the cell that makes them again, in HTML that any notebook keeps."""

from __future__ import annotations

import io
from pathlib import Path

import PIL.Image
import pytest

from sophnet_jupyter.magics.line.options import parse
from sophnet_jupyter.response import Response
from sophnet_jupyter.sandbox.engines.pictures.video import Take
from sophnet_jupyter.sandbox.engines.pictures.video import encoded as video
from sophnet_jupyter.values.image import Image
from sophnet_jupyter.values.video import Video
from sophnet_jupyter.views.answer import bundle
from sophnet_jupyter.views.media import images, reuse, videos


@pytest.fixture(scope="module")
def made() -> Video:
    data = video(Take(prompt="a fox", seed=7, size=(640, 360), seconds=1))
    asked = {"model": "Wan2.2-T2V-A14B", "size": "640*360", "duration": 1, "seed": "7"}
    return Video(data=data, mime="video/mp4", prompt="a fox", seed=7, asked=asked, said={"fps": 16})


def picture(**fields: object) -> Image:
    file = io.BytesIO()
    PIL.Image.new("RGB", (64, 48), "red").save(file, "PNG")
    return Image(data=file.getvalue(), mime="image/png", **fields)  # type: ignore[arg-type]


def test_a_response_plays_its_videos_and_says_what_they_are(made: Video) -> None:
    shown = bundle(Response(videos=(made,), ending="complete"))
    assert shown["text/html"].count("<video") == 1
    assert 'src="data:video/mp4;base64,' in shown["text/html"]
    assert "[video 1] a fox · 640 × 360 · 1.0 s · 16 fps · seed 7" in shown["text/plain"]


def test_nothing_that_a_notebook_would_take_out_is_in_it(made: Video) -> None:
    html = videos.players([made])
    for word in ("<style", "<svg", " id=", "var(--", "<script", "<source"):
        assert word not in html


def test_words_of_a_service_stay_words(made: Video) -> None:
    bad = Video(prompt="<img src=x onerror=alert(1)>", said={"fps": "<b>"}, asked={"model": "<i>"})
    html = videos.players([bad])
    assert "<img" not in html
    assert "<i>" not in html
    assert videos.figures(bad) == "not fetched"


def test_the_cell_makes_it_again(made: Video) -> None:
    line, _, words = reuse.cell(made).partition("\n")
    assert line == "%%animate -m Wan2.2-T2V-A14B --size 640*360 --duration 1 --seed 7"
    assert words == "a fox"
    again = picture(
        prompt="a {fox}\nin snow",
        seed=8,
        asked={
            "model": "qwen-image",
            "seed": 8,
            "size": (1664, 928),
            "negative_prompt": 'no "hen" here',
            "prompt_extend": False,
            "watermark": True,
            "images": 1,
        },
    )
    assert reuse.cell(again) == (
        "%%imagine -m qwen-image --seed 8 --size 1664*928 --negative 'no \"hen\" here' "
        "--as-written -x parameters.watermark=true --image … --raw\na {fox}\nin snow"
    )
    assert "reuse these settings" in images.grid([again])


def test_the_magic_reads_the_line_as_it_was_meant() -> None:
    from sophnet_jupyter.magics.imagine import ImagineMagics

    one = picture(prompt="x", seed=8, asked={"negative_prompt": 'it\'s "bad"', "steps": 4})
    line = reuse.cell(one).partition("\n")[0].removeprefix("%%imagine ")
    args, rest = parse(ImagineMagics.imagine, line)
    assert (args.seed, args.steps, args.negative, rest) == (8, 4, "it's 'bad'", "")


def test_what_nobody_knows_cannot_be_made_again() -> None:
    assert reuse.cell(picture(prompt="x", seed=1)) == ""
    assert "reuse" not in images.grid([picture(prompt="x")])


def test_a_video_that_was_not_fetched_cannot_be_saved(made: Video, tmp_path: Path) -> None:
    from sophnet_jupyter.errors import SettingsError

    with pytest.raises(SettingsError, match="only its address"):
        Video(url="https://example.com/a.mp4?Signature=x").save(tmp_path / "a.mp4")
    assert "Signature" not in repr(Video(url="https://example.com/a.mp4?Signature=x"))
    assert list(tmp_path.iterdir()) == []
