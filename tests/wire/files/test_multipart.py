from __future__ import annotations

import io
import tempfile

import pytest

from sophnet_jupyter.wire.files.multipart import file


@pytest.mark.parametrize(
    ("data", "name", "mime"),
    [
        (b"#!AMR\n" + bytes(40), "file.amr", "audio/amr"),
        (b"%PDF-1.7", "file.pdf", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "file.png", "image/png"),
        (b"RIFF\0\0\0\0WAVE", "file.wav", "audio/wav"),
        (b"\x01\x02\x03", "file", "application/octet-stream"),
    ],
)
def test_what_has_no_name_is_named_by_what_it_is(data: bytes, name: str, mime: str) -> None:
    with tempfile.TemporaryFile() as unnamed:
        unnamed.write(data)
        unnamed.seek(0)
        for content in (data, io.BytesIO(data), unnamed):
            part = file("file", content)
            assert (part.filename, part.content_type) == (name, mime)
        assert unnamed.tell() == 0
    assert file("file", io.BytesIO(data), filename="a.txt").filename == "a.txt"
