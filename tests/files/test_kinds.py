from __future__ import annotations

import mimetypes

import pytest

from sophnet_jupyter.files.kinds import container, is_no_sound
from sophnet_jupyter.files.names import type_of
from sophnet_jupyter.providers.dify.file_kinds import kind_by_name
from sophnet_jupyter.wire.files.multipart import file


@pytest.mark.parametrize(
    ("name", "kind", "mime"),
    [
        ("a.webp", "image", "image/webp"),
        ("a.m4a", "audio", "audio/mp4"),
        ("a.AMR", "audio", "audio/amr"),
        ("a.webm", "video", "video/webm"),
        ("a.mp4", "video", "video/mp4"),
        ("a.png", "image", "image/png"),
        ("a.docx", "document", "application/vnd.openxmlformats-officedocument"),
        ("a.bin", "custom", "application/octet-stream"),
        ("png", "custom", "application/octet-stream"),
    ],
)
def test_a_file_is_of_the_same_kind_on_every_machine(
    name: str, kind: str, mime: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mimetypes, "guess_type", lambda *_, **__: (None, None))
    assert kind_by_name("", name) == kind
    assert file("file", b"x", filename=name).content_type.startswith(mime)
    assert bool(type_of(name)) == (kind != "custom")


@pytest.mark.parametrize(
    ("head", "ending"),
    [
        (b"#!AMR\n", ".amr"),
        (b"#!AMR-WB\n", ".amr"),
        (b"FORM\0\0\0\0AIFF", ".aiff"),
        (b"FORM\0\0\0\0AIFC", ".aiff"),
        (b"RF64\xff\xff\xff\xffWAVE", ".wav64"),
        (b"riff\x2e\x91\xcf\x11", ".w64"),
        (b".snd\0\0\0\x18", ".au"),
        (b"caff\0\x01", ".caf"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", ".wma"),
        (b"FLV\x01\x04", ".flv"),
        (b"\x1a\x45\xdf\xa3" + bytes(40), ".mkv"),
        (b"\0\0\0\x14ftypqt  ", ".mov"),
        (b"\0\0\0\x18uuid" + bytes(16) + b"\0\0\0\x14ftypisom", ".mp4"),
        (b"\0\0\0\x14ftyp3g2a", ".mp4"),
        (b"\0\0\0\x14ftypF4A ", ".m4a"),
        (b"\0\0\0\x18stypmsdh", ".mov"),
        (b"\0\0\0\x68moof\0\0\0\x10mfhd", ".mov"),
        (b"RIFX\0\0\0\0WAVE", ".rifx"),
        (b"RIFF\0\0\0\0WAVE", ".wav"),
        (b"ID3\x04", ".mp3"),
        (b"Creative Voice File\x1a\x1a\0", ".voc"),
        (b"\x89PNG\r\n\x1a\n", ""),
        (b"\0\0\0\x18ftypheic", ""),
        (b"\x01\x02" * 50, ""),
    ],
)
def test_a_container_is_known_by_its_first_bytes(head: bytes, ending: str) -> None:
    assert container(head) == ending


@pytest.mark.parametrize(
    "head",
    [
        b"<!doctype html><html><head>" + b" " * 99,
        b"PK\x03\x04",
        b"%PDF-1.7",
        b"GIF89a",
        b"SQLite format 3\0" + bytes(50),
        b"\x93NUMPY\x01\0",
        b"PAR1" + bytes(9),
        b"MThd\0\0\0\6",
        b"\0\0\0\x18ftypheic" + bytes(90),
        "Some words in UTF-16, 一些字。".encode("utf-16"),
    ],
)
def test_what_is_something_else_is_no_sound(head: bytes) -> None:
    assert is_no_sound(head)
    assert not is_no_sound(b"\0\x01" * 64)
