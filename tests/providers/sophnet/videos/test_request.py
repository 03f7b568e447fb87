"""What is sent for a video, and which sentences stand in its way: all without a server."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.prompt.images.attach import attach
from sophnet_jupyter.providers.sophnet.videos.request import request
from sophnet_jupyter.values.image import Image

OLD_WORDS, OLD_PICTURE = "Wan2.1-T2V-14B", "Wan2.1-I2V-14B"


def image(width: int = 640, height: int = 480, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    PIL.Image.new("RGB", (width, height), "red").save(buffer, kind)
    return buffer.getvalue()


def sent(item: object) -> bytes:
    url = request("x", image=item).body["content"][-1]["image_url"]["url"]
    return base64.b64decode(url.partition(",")[2])


def test_only_what_was_given_is_sent() -> None:
    assert request("a fox").body == {
        "model": "Wan2.2-T2V-A14B",
        "content": [{"type": "text", "text": "a fox"}],
    }


def test_the_documents_fields_stand_where_it_has_them() -> None:
    made = request(
        "a fox", negative_prompt="birds", size=(832, 480), duration=1, seed=7, extra_body={"a": 1}
    )
    assert made.body == {
        "model": "Wan2.2-T2V-A14B",
        "content": [{"type": "text", "text": "a fox", "negative_prompt": "birds"}],
        "parameters": {"size": "832*480", "duration": 1, "seed": "7"},
        "a": 1,
    }
    assert made.asked["seed"] == "7"
    old = request("a fox", model=OLD_WORDS, resolution="720p", watermark=False, duration=5)
    assert old.body["parameters"] == {"resolution": "720p", "watermark": False, "duration": 5}


def test_a_picture_chooses_the_model_and_goes_along_as_it_is() -> None:
    made = request("x", image=image())
    assert made.body["model"] == "Wan2.2-I2V-A14B"
    assert sent(image()) == image()
    assert made.poster
    assert made.poster.size == (640, 480)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_every_documented_format_is_taken(kind: str) -> None:
    assert PIL.Image.open(io.BytesIO(sent(image(kind=kind)))).size == (640, 480)


def test_pictures_of_every_kind_are_taken(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(image())
    items: list[object] = [
        tmp_path / "a.png",
        Image(data=image(), mime="image/png"),
        attach(image())[0],
        [image()],
    ]
    assert [sent(item) for item in items] == [image()] * 4
    assert PIL.Image.open(io.BytesIO(sent(PIL.Image.new("RGB", (400, 400))))).size == (400, 400)
    url = "https://example.com/a.png"
    made = request("x", image=url)
    assert made.body["content"][1]["image_url"] == {"url": url}
    assert made.poster is None


def test_newer_models_get_everything_that_was_said() -> None:
    made = request(
        "x",
        model="Kling-V1-6-I2V",
        image=image(),
        last_image=image(400, 400),
        draft_task="t",
        resolution="720p",
        size="832x480",
        ratio="1:1",
        duration=10,
        generate_audio=True,
        return_last_frame=True,
        service_tier="flex",
        extra_body={"parameters": {"cfg": 3}},
    )
    roles = [item.get("role") for item in made.body["content"]]
    assert roles == [None, "first_frame", "last_frame", None]
    assert made.body["content"][-1] == {"type": "draft_task", "draft_task": {"id": "t"}}
    assert made.body["parameters"] == {
        "resolution": "720p",
        "size": "832*480",
        "ratio": "1:1",
        "duration": 10,
        "generate_audio": True,
        "return_last_frame": True,
        "service_tier": "flex",
        "cfg": 3,
    }


def test_the_documents_own_sample_may_be_sent() -> None:
    made = request("小羊在草原上散步", model=OLD_WORDS, ratio="16:9", duration=5, fps=16)
    assert made.body["parameters"] == {"ratio": "16:9", "duration": 5, "fps": 16}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"prompt": " "}, "needs words"),
        ({"resolution": "480p"}, "takes no resolution, but size"),
        ({"watermark": False}, "takes no watermark"),
        ({"ratio": "16:9"}, "takes no ratio"),
        ({"size": "70*70"}, r"832\*480, 480\*832.*not 70\*70"),
        ({"size": "large"}, r"WIDTH\*HEIGHT"),
        ({"duration": 3}, "one of 1, 5, not 3"),
        ({"seed": -1}, "whole number"),
        ({"seed": "7.5"}, "whole number"),
        ({"seed": True}, "whole number"),
        ({"seed": 2**32}, "at most 4294967295"),
        ({"model": OLD_WORDS, "size": "832*480"}, "takes no size, but resolution"),
        ({"model": OLD_WORDS, "negative_prompt": "x"}, "takes no negative_prompt"),
        ({"model": OLD_WORDS, "duration": 1}, "one of 5, not 1"),
        ({"model": OLD_PICTURE}, "begins with a picture: give one, or take Wan2.1-T2V-14B"),
        ({"model": OLD_WORDS, "image": image()}, "take Wan2.1-I2V-14B"),
        ({"model": OLD_PICTURE, "image": image(), "ratio": "1:1"}, "16:9, 9:16"),
        ({"model": "newer", "prompt": ""}, "no picture to begin with"),
        ({"image": b"no image"}, "not an image that can be sent"),
        ({"image": image()[:200]}, "damaged"),
        ({"image": image(300, 400)}, "between 300 and 6000: make it larger"),
        ({"image": image(6000, 3000)}, "make it smaller"),
        ({"image": image(1000, 400)}, "cut off some of its sides"),
        ({"image": image(400, 1000)}, "cut off some of its top or bottom"),
        ({"image": Path("lost.png")}, "There is no file lost.png"),
        ({"image": b"\x89PNG\r\n\x1a\n" + b"\0" * 30_000_000}, "30.0 MB.*less than 30 MB"),
        ({"image": 7}, "A int is no image"),
        ({"image": []}, "There are 0"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_right_is_one_sentence_that_says_what_to_change(
    options: dict[str, Any], says: str
) -> None:
    with pytest.raises(SettingsError, match=says) as caught:
        request(**{"prompt": "a fox", **options})
    assert "\n" not in str(caught.value)


def test_the_smallest_and_the_longest_pictures_are_taken() -> None:
    for width, height in ((301, 301), (748, 300 + 1), (402, 1000)):
        assert sent(image(width, height))
