"""The first event of a stream, whatever it is cut into."""

from __future__ import annotations

import pytest

from sophnet_jupyter.wire.stream.first import FirstEvent

OBJECT = b'{"error": {"code": "401"}}'


def read(text: bytes, size: int) -> FirstEvent:
    look = FirstEvent()
    for at in range(0, len(text), size):
        if look.over:
            break
        look.feed(text[at : at + size])
    if not look.over:
        look.end()
    return look


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
@pytest.mark.parametrize(
    ("text", "data"),
    [
        (b"data: " + OBJECT + b"\n\ndata: {}\n\n", OBJECT),
        (b"\xef\xbb\xbfdata:" + OBJECT + b"\r\n\r\n", OBJECT),
        (b": begins\n\nid: 1\nevent: error\ndata: " + OBJECT + b"\n\n", OBJECT),
        (b'data: {"error":\ndata: {"code": "401"}}\n\n', b'{"error":\n{"code": "401"}}'),
        (b"\n" + OBJECT + b"\n", OBJECT),
        (b"data: " + OBJECT, OBJECT),
        (b"event: ping\n\ndata: " + OBJECT + b"\n\n", b""),
        (b"data: [DONE]\n\ndata: " + OBJECT + b"\n\n", b""),
        (b"ID3\x04data: " + OBJECT + b"\n\n", b""),
        (b"<html>\n" + OBJECT + b"\n", b""),
        (b"", b""),
    ],
)
def test_only_an_object_in_the_first_event_is_found(text: bytes, data: bytes, size: int) -> None:
    assert read(text, size).data == data


def test_sound_is_over_with_its_first_bytes_and_a_comment_is_not() -> None:
    sound, comment = FirstEvent(), FirstEvent()
    sound.feed(b"\xff\xfb")
    comment.feed(b": still there\n\n")
    assert sound.over
    assert not comment.over
