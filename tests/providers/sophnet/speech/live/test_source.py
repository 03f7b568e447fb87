from __future__ import annotations

import io
import itertools
import random
import struct
import sys
from array import array
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
        # Closed, and both lengths say so: what follows is none of its sound.
        WAV + b"APETAGEX" + b"\x7f" * 200,
        WAV + bytes(999),
        WAV + b"\r\n--boundary--\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + WAV,
        # The oldest head has no bits; a list may look like a head.
        WAV[:16] + b"\x0e\0\0\0" + WAV[20:34] + WAV[36:],
        WAV[:12] + b"JUNK\x18\0\0\0fmt \x10\0\0\0" + b"\x03\0" * 8 + WAV[12:],
    ],
)
def test_a_wav_file_is_read_to_the_end_of_its_samples(data: bytes) -> None:
    assert read(data, 8_000).pcm == PCM


def head(coding: int, channels: int, bits: int, more: bytes = b"") -> bytes:
    block = channels * bits // 8
    fields = struct.pack("<HHIIHH", coding, channels, 16_000, 16_000 * block, block, bits) + more
    return b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<I", len(fields)) + fields + b"data\0\0\0\0"


def extensible(coding: int, bits: int) -> bytes:
    """The end of a head that names its coding behind the bits that count."""
    return struct.pack("<HHIH", 22, bits, 4, coding) + bytes(14)


LEVELS = [0, 1, -1, 12_345, -12_345, 32_767, -32_768]
WIDTHS = {
    "8": (head(1, 1, 8), [(level >> 8) + 128 for level in LEVELS], 1),
    "24": (head(1, 1, 24), [(level << 8) + 77 for level in LEVELS], 3),
    "32": (head(1, 1, 32), [(level << 16) + 777 for level in LEVELS], 4),
    "20 in 24": (head(1, 1, 20), [level << 8 for level in LEVELS], 3),
    "24 in 32": (head(0xFFFE, 1, 32, extensible(1, 24)), [level << 16 for level in LEVELS], 4),
    "16, extensible": (head(0xFFFE, 1, 16, extensible(1, 16)), LEVELS, 2),
}


@pytest.mark.parametrize("width", WIDTHS)
def test_whole_numbers_of_any_width_are_read_without_a_decoder(
    monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    begin, values, size = WIDTHS[width]
    data = begin + b"".join(each.to_bytes(size, "little", signed=size > 1) for each in values)
    sound = read(data, 8_000)
    lost = 0xFF00 if size == 1 else 0xFFFF
    assert sound.sample_rate == 16_000
    assert [each & lost for each in array("h", sound.pcm)] == [each & lost for each in LEVELS]


@pytest.mark.parametrize("channels", [2, 3, 5, 6, 8, 256])
def test_channels_are_mixed_to_their_mean_rounded_down(channels: int) -> None:
    frames = [
        [random.Random(at).choice(LEVELS) for at in range(frame, frame + channels)]
        for frame in range(3_000)
    ]
    frames += [[-32_768] * channels, [32_767] * channels]
    data = head(1, channels, 16) + array("h", itertools.chain(*frames)).tobytes() + b"\1"
    means = [sum(frame) // channels for frame in frames]
    assert list(array("h", read(data, 8_000).pcm)) == means


@pytest.mark.parametrize(
    "data",
    [
        head(1, 1, 1) + PCM,
        head(1, 1, 0) + PCM,
        head(1, 1_000, 16) + PCM,
        b"RIFX" + head(1, 1, 16)[4:] + PCM,
    ],
)
def test_a_head_that_cannot_be_is_told_and_makes_no_noise(data: bytes) -> None:
    with pytest.raises(SettingsError, match=r"no sound has|damaged|save it anew"):
        read(data, 8_000)


@pytest.mark.parametrize("format", ["mp3", "wav", "aac", "amr", "opus"])
def test_bare_samples_are_not_sent_as_another_format(format: Any) -> None:  # noqa: A002
    with pytest.raises(SettingsError, match=f"no {format}"):
        audio_format.check(format, PCM)
    audio_format.check("pcm", PCM)
    audio_format.check("wav", WAV)
    with pytest.raises(SettingsError, match="leave format out"):
        Setup(format=format).samples(PCM)
    assert Setup().samples(PCM).pcm == PCM
