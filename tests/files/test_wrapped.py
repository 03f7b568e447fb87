"""Coded sound behind a WAV head that promises samples is heard as what it is, never as noise."""

from __future__ import annotations

from pathlib import Path

import pytest

from sophnet_jupyter.events import AudioChunk, Finished
from sophnet_jupyter.files import wav
from sophnet_jupyter.files.wrapped import unwrapped
from sophnet_jupyter.providers.sophnet.speech.live.source import read
from sophnet_jupyter.response import Arrival, Response
from sophnet_jupyter.values.transcript import Recording
from sophnet_jupyter.views.media import audio, transcript

MP3 = (Path(__file__).parent.parent / "widgets" / "tone.mp3").read_bytes()
BARE = MP3[MP3.index(b"\xff\xf3") if b"\xff\xf3" in MP3 else MP3.index(b"\xff\xfb") :]
# Ten frames of 64 bytes, without a word in them.
AAC = (b"\xff\xf1\x60\x40\x08\x1f\xfc" + bytes(57)) * 10
OGG = b"OggS\x00\x02" + bytes(22) + b"OpusHead" + bytes(40)
PCM = bytes(range(256)) * 8


def wrapped(sound: bytes) -> bytes:
    return wav.head(len(sound), 16_000, 1) + sound


@pytest.mark.parametrize("sound", [MP3, BARE, AAC, OGG], ids=["MP3", "frames", "AAC", "Ogg"])
def test_a_coded_sound_is_found_behind_a_head_that_promises_samples(sound: bytes) -> None:
    assert unwrapped(wrapped(sound)) == sound
    assert unwrapped(wrapped(wrapped(sound))) == sound
    assert transcript.sound_of(Recording(name="a.wav", data=wrapped(sound)), 10**9) == sound
    assert "audio/wav" not in audio.player(wrapped(sound))
    arrival = Arrival()
    for event in (AudioChunk(data=wrapped(sound)), Finished(reason="finish")):
        arrival.add(event)
    assert arrival.response.audio == sound


@pytest.mark.parametrize("begin", [b"", b"\xff\xfb\x90\x64", BARE[:40], b"\xff" * 9, bytes(300)])
def test_samples_that_begin_like_a_frame_stay_samples(begin: bytes) -> None:
    whole = wrapped(begin + PCM[len(begin) :])
    assert unwrapped(whole) == whole
    assert len(read(whole, 16_000).pcm) == len(whole) - 44


def test_whatever_stands_where_a_second_frame_would_the_file_is_read() -> None:
    first = BARE[: BARE.index(BARE[:2], 2)]
    for second in range(1 << 16):
        behind = bytes([0xFF, second >> 8, second & 0xFF, 0xFF, 0xFF, 0xFF])
        whole = wrapped(first + behind + PCM)
        assert unwrapped(whole) == whole


def test_a_coded_sound_is_heard_live_as_it_sounds() -> None:
    pytest.importorskip("av")
    plain = read(MP3, 16_000)
    assert read(wrapped(MP3), 16_000) == plain
    assert abs(read(wrapped(BARE), 16_000).seconds - plain.seconds) < 0.2


def test_heads_in_heads_end() -> None:
    head = wav.head(1 << 20, 16_000, 1)
    whole = head * 20_000
    assert unwrapped(whole).startswith(head)
    read(whole, 16_000)
    assert isinstance(Response(audio=whole), Response)
