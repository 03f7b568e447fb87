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
    assert wav.layout(written(channels)) == (44, 16_000, channels, 16)


def test_a_streamed_file_gets_its_true_length() -> None:
    whole = written()
    streamed = whole[:4] + b"\xff" * 4 + whole[8:40] + b"\xff" * 4 + whole[44:]
    assert wav.mended(streamed) == whole
    assert wav.mended(streamed[:-100]) == wav.head(len(SAMPLES) - 100, 16_000, 1) + SAMPLES[:-100]


def test_other_chunks_stand_before_the_samples() -> None:
    whole = written()
    listed = whole[:12] + b"LIST\x03\x00\x00\x00abc\x00" + whole[12:]
    found = wav.layout(listed)
    assert found
    assert listed[found.start :] == SAMPLES
    assert wav.mended(listed)[-len(SAMPLES) :] == SAMPLES


@pytest.mark.parametrize("data", [b"", b"RIFF", b"ID3abc", written()[:30], written()])
def test_what_needs_no_mending_stays_as_it_is(data: bytes) -> None:
    assert wav.mended(data) == data
