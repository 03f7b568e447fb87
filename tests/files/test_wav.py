"""Heads of WAV files."""

from __future__ import annotations

import io
import wave

import pytest

from sophnet_jupyter.files import wav

SAMPLES = bytes(range(200)) * 4


def written(channels: int = 1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(16_000)
        writer.writeframes(SAMPLES)
    return file.getvalue()


@pytest.mark.parametrize("channels", [1, 2])
def test_a_head_is_what_the_standard_library_writes(channels: int) -> None:
    assert wav.head(len(SAMPLES), 16_000, channels) + SAMPLES == written(channels)
    assert wav.layout(written(channels)) == (44, 16_000, channels, 16, wav.PCM)


def test_a_streamed_file_gets_its_true_length() -> None:
    whole = written()
    streamed = whole[:4] + b"\xff" * 4 + whole[8:40] + b"\xff" * 4 + whole[44:]
    assert wav.with_true_length(streamed) == whole
    assert (
        wav.with_true_length(streamed[:-100])
        == wav.head(len(SAMPLES) - 100, 16_000, 1) + SAMPLES[:-100]
    )


def test_other_chunks_stand_before_the_samples() -> None:
    whole = written()
    listed = whole[:12] + b"LIST\x03\x00\x00\x00abc\x00" + whole[12:]
    found = wav.layout(listed)
    assert found
    assert listed[found.start :] == SAMPLES
    assert wav.with_true_length(listed)[-len(SAMPLES) :] == SAMPLES


@pytest.mark.parametrize("data", [b"", b"RIFF", b"ID3abc", written()[:30], written()])
def test_what_needs_no_mending_stays_as_it_is(data: bytes) -> None:
    assert wav.with_true_length(data) == data


def chunk(name: bytes, content: bytes, *, padded: bool = True) -> bytes:
    pad = b"\0" if len(content) % 2 and padded else b""
    return name + len(content).to_bytes(4, "little") + content + pad


TAILS = {
    "LIST": chunk(b"LIST", b"INFOISFT\x04\0\0\0Lavf"),
    "id3": chunk(b"id3 ", b"ID3\x04\0\0\0\0\0\x00tag"),
    "C2PA": chunk(b"C2PA", bytes(range(256)) * 3),
    "two": chunk(b"LIST", b"abc") + chunk(b"_PMX", b"<x/>"),
    "odd and unpadded": chunk(b"LIST", b"abc", padded=False),
    "odd, then another": chunk(b"LIST", b"abc", padded=False) + chunk(b"id3 ", b"abcd"),
    "cut off": chunk(b"LIST", bytes(100))[:40],
    "ID3v1": b"TAG" + bytes(125),
}


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("tail", TAILS)
def test_a_chunk_behind_the_samples_is_no_sound(tail: str, counted: bool) -> None:
    whole = written() + TAILS[tail]
    if counted:
        whole = whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]
    assert wav.with_true_length(whole) == whole
    assert wav.samples(whole) == SAMPLES


@pytest.mark.parametrize("riff", [b"\0" * 4, b"\xff" * 4, b"\xff\xff\xff\x7f"])
def test_a_head_that_was_never_filled_in_is_mended(riff: bytes) -> None:
    whole = written()
    assert wav.with_true_length(whole[:4] + riff + whole[8:40] + riff + whole[44:]) == whole
    assert wav.with_true_length(whole[:40] + riff + whole[44:]) == whole
    assert wav.with_true_length(whole[:4] + riff + whole[8:]) == whole
    assert wav.samples(whole[:40] + riff + whole[44:]) == SAMPLES


def test_more_samples_follow_a_head_only_where_pieces_were_joined() -> None:
    whole = written() + SAMPLES
    assert wav.with_true_length(whole) == whole
    assert wav.samples(whole) == SAMPLES
    assert wav.with_true_length(whole, joined=True) == wav.written(SAMPLES * 2, 16_000)


@pytest.mark.parametrize("padded", [True, False])
def test_an_odd_chunk_before_the_samples_hides_none(padded: bool) -> None:
    whole = written()
    listed = whole[:12] + chunk(b"LIST", b"abc", padded=padded) + whole[12:]
    assert wav.samples(listed) == SAMPLES


def test_a_damaged_head_ends_the_search() -> None:
    assert wav.layout(b"RIFF\0\0\0\0WAVE" + bytes(8_000_000)) is None
    assert wav.samples(written()[:20] + bytes(100)) == b""
