from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.files import wav
from sophnet_jupyter.providers.sophnet import audio_format
from sophnet_jupyter.providers.sophnet.speech.live.source import read
from sophnet_jupyter.providers.sophnet.voicechat.setup import Setup
from sophnet_jupyter.response import Response

PCM = b"".join(
    (round(9_000 * ((at % 40) / 20 - 1))).to_bytes(2, "little", signed=True) for at in range(16_000)
)
WAV = wav.written(PCM, 16_000)
PAGE = b"<!doctype html><html><body>" + b"words " * 400


def encoded(container: str, codec: str) -> bytes:
    av: Any = pytest.importorskip("av")
    file, rate = io.BytesIO(), 44_100 if container in ("flv", "asf") else 16_000
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = 64_000
        frame = av.AudioFrame(format="s16", layout="mono", samples=16_000)
        frame.planes[0].update(PCM)
        frame.sample_rate, frame.pts = 16_000, 0
        size = stream.frame_size or 1_000
        resampler = av.AudioResampler(stream.format, "mono", rate, frame_size=size)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("aiff", "pcm_s16be"),
        ("w64", "pcm_s16le"),
        ("au", "pcm_s16be"),
        ("caf", "pcm_s16be"),
        ("matroska", "pcm_s16le"),
        ("asf", "wmav2"),
        ("flv", "pcm_s16le"),
        ("mov", "pcm_s16le"),
        ("avi", "pcm_s16le"),
        ("ogg", "flac"),
        ("wav", "pcm_s24le"),
        ("wav", "pcm_u8"),
        ("wav", "pcm_mulaw"),
    ],
)
@pytest.mark.parametrize("how", ["path", "bytes", "file"])
def test_sound_is_decoded_in_whatever_container(
    tmp_path: Path, container: str, codec: str, how: str
) -> None:
    data = encoded(container, codec)
    path = tmp_path / "talk.bin"
    path.write_bytes(data)
    sound = read({"path": path, "bytes": data, "file": io.BytesIO(data)}[how], 8_000)
    assert sound.sample_rate == 16_000
    assert 0.9 < sound.seconds < 1.2
    assert len(set(sound.pcm[:2000])) > 10


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.html", PAGE),
        ("page.wav", PAGE),
        ("page.pcm", PAGE),
        ("book.xlsx", b"PK\x03\x04" + bytes(200)),
        ("words.txt", b"some words\n" * 20),
        ("unknown.bin", bytes(range(200)) * 4),
        ("empty.wav", b""),
        ("empty.pcm", b""),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(50)),
        ("cut.amr", b"#!AMR\n"),
        ("cut.aiff", b"FORM\0\0\0\0AIFF"),
        ("head.wav", WAV[:44]),
        ("odd.wav", b"RIFF\0\0\0\0WAVE" + bytes(3_000)),
        ("none.wav", WAV[:22] + b"\0\0" + WAV[24:]),
        ("still.wav", WAV[:24] + bytes(4) + WAV[28:]),
    ],
)
def test_what_is_no_sound_is_one_sentence(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SettingsError, match=r"sound|decoded") as caught:
        read(path, 16_000)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [PAGE, b"PK\x03\x04" + bytes(200), b"", b"words and words " * 9])
def test_bytes_of_something_else_are_no_samples(data: bytes) -> None:
    for given in (data, bytearray(data), io.BytesIO(data)):
        with pytest.raises(SettingsError, match="sound"):
            read(given, 16_000)


def test_bare_samples_are_bytes_or_say_so_by_their_name(tmp_path: Path) -> None:
    for name in ("talk.pcm", "talk.RAW"):
        (tmp_path / name).write_bytes(PCM + b"\0")
        assert read(tmp_path / name, 8_000).pcm == PCM
    for given in (PCM, memoryview(PCM), io.BytesIO(PCM)):
        assert (read(given, 8_000).pcm, read(PCM, 8_000).sample_rate) == (PCM, 8_000)
    assert read(Response(audio=WAV), 8_000).pcm == PCM


@pytest.mark.parametrize(
    "data",
    [
        WAV,
        WAV[:4] + bytes(4) + WAV[8:40] + bytes(4) + WAV[44:],
        WAV[:4] + b"\xff" * 4 + WAV[8:40] + b"\xff" * 4 + WAV[44:],
        WAV + b"LIST\x04\0\0\0abcd",
        WAV[:12] + b"LIST\x03\0\0\0abc" + WAV[12:],
    ],
    ids=["whole", "never closed", "streamed", "with a chunk behind", "with an odd chunk"],
)
def test_a_wav_file_is_read_to_the_end_of_its_samples(data: bytes) -> None:
    assert read(data, 8_000).pcm == PCM


@pytest.mark.parametrize("format", ["mp3", "wav", "aac", "amr", "opus"])
def test_bare_samples_are_not_sent_as_another_format(format: Any) -> None:  # noqa: A002
    with pytest.raises(SettingsError, match=f"no {format}"):
        audio_format.check(format, PCM)
    audio_format.check("pcm", PCM)
    audio_format.check("wav", WAV)
    with pytest.raises(SettingsError, match="leave format out"):
        Setup(format=format).samples(PCM)
    assert Setup().samples(PCM).pcm == PCM
