from __future__ import annotations

from collections.abc import Callable

import pytest

from sophnet_jupyter.files.kinds import HEAD, sniff
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


def box(kind: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


@pytest.mark.parametrize(
    "odd",
    [
        lambda short: short,
        lambda short: short + b"\0",
        lambda short: short + bytes(20),
        lambda short: short + b"</html>\n<!-- cached -->\r\n",
        lambda short: box(b"free", bytes(12)) + short,
        lambda short: box(b"skip", bytes(400)) + short,
        lambda short: short.replace(b"ftypisom", b"ftypqt  ", 1),
        lambda short: short[int.from_bytes(short[:4], "big") :],
    ],
    ids=["plain", "a byte", "zeros", "a page", "free", "a long skip", "QuickTime", "no brand"],
)
def test_a_video_is_whole_whatever_stands_around_it(
    short: bytes, odd: Callable[[bytes], bytes]
) -> None:
    made = odd(short)
    found = facts(made)
    assert (found.width, found.height, found.seconds) == (640, 360, 1.0)
    media = sniff(made[:HEAD])
    assert media
    assert media.kind == "video"


@pytest.mark.parametrize("end", [1, 100, 500, 990])
def test_a_video_of_which_the_end_lacks_is_none_though_there_is_a_box_in_front(
    short: bytes, end: int
) -> None:
    with pytest.raises(ValueError, match="video"):
        facts(box(b"free", bytes(12)) + short[:-end])
