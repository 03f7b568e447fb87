from __future__ import annotations

import pytest

from sophnet_jupyter.files.mp4 import facts
from sophnet_jupyter.sandbox.engines.pictures.video import Take
from sophnet_jupyter.sandbox.engines.pictures.video import encoded as video
from sophnet_jupyter.values.video import Video


@pytest.fixture(scope="module")
def short() -> bytes:
    return video(Take(prompt="a fox", seed=1, size=(640, 360), seconds=1))


def test_the_boxes_tell_size_and_length(short: bytes) -> None:
    found = facts(short)
    assert (found.width, found.height, found.seconds) == (640, 360, 1.0)
    assert repr(Video(data=short, mime="video/mp4", seed=3)).startswith("<Video 640×360 · 1.0 s")


def test_every_cut_is_noticed(short: bytes) -> None:
    for end in [*range(8, 200), *range(200, len(short), 997), len(short) - 1]:
        with pytest.raises(ValueError, match="video"):
            facts(short[:end])


def test_a_video_of_nothing_is_none() -> None:
    with pytest.raises(ValueError, match="without pictures"):
        facts(b"\0\0\0\x10ftypisom\0\0\0\0")


def test_other_kinds_have_no_facts() -> None:
    assert facts(b"\x1a\x45\xdf\xa3").seconds == 0
