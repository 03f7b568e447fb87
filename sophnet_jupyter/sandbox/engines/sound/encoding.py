"""Samples as sound files and streams: WAV, PCM, MP3 and Opus, by PyAV."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .. import engine

FORMAT = re.compile(r"(MP3|WAV|PCM|OGG)_(\d+)HZ_(MONO|STEREO)_(\d+)(KBPS|BIT)", re.IGNORECASE)
MEDIA_TYPES = {
    "MP3": "audio/mpeg",
    "WAV": "audio/wav",
    "PCM": "audio/L16",
    "OGG": "application/octet-stream",
}
# What the codecs can be asked for.
RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)
# A stream has no length yet when its head is sent.
UNKNOWN_LENGTH = 0xFFFFFFFF


@dataclass(frozen=True)
class Format:
    """What ``MP3_16000HZ_MONO_128KBPS`` says."""

    container: str
    sample_rate: int
    channels: int
    bit_rate: int
    """Bits a second; for WAV and PCM what 16 bits a sample come to."""

    @classmethod
    def parse(cls, text: str) -> Format:
        """Read the service's way of writing it; raises ValueError with the reason."""
        found = FORMAT.fullmatch(text)
        if not found:
            raise ValueError("format must read like MP3_16000HZ_MONO_128KBPS")
        container, rate = found[1].upper(), int(found[2])
        channels = 1 if found[3].upper() == "MONO" else 2
        if rate not in (OPUS_RATES if container == "OGG" else RATES):
            raise ValueError(f"format {container} has no sampling rate of {rate} Hz")
        if container in ("WAV", "PCM"):
            if found[5].upper() == "BIT" and found[4] != "16":
                raise ValueError(f"format {container} has 16 bits a sample")
            return cls(container, rate, channels, rate * channels * 16)
        if found[5].upper() == "BIT":
            raise ValueError(f"format {container} ends with a bit rate, like 128KBPS")
        return cls(container, rate, channels, 1000 * int(found[4]))

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.container]


class Encoder:
    """
    Samples in, a stream's bytes out: one encoder for the whole stream, so that no seam is heard.

    ``sample_rate`` is that of the mono 16-bit samples it is fed. Blocking, and not for two threads
    at once. Raises `Missing`.
    """

    def __init__(self, made: Format, sample_rate: int) -> None:
        self._av = engine("av", "PyAV")
        self._made = made
        self._fed_rate = sample_rate
        self._resampler = self._av.AudioResampler(
            format="s16p" if made.container == "MP3" else "s16",
            layout="mono" if made.channels == 1 else "stereo",
            rate=made.sample_rate,
        )
        self._fed = 0
        self._headed = False
        self._file = io.BytesIO()
        self._codec: Any = None
        self._container: Any = None
        if made.container == "MP3":
            self._codec = self._av.CodecContext.create("libmp3lame", "w")
            self._set(self._codec)
            self._codec.format = "s16p"
            self._codec.open()
            self._frames = self._av.AudioFifo()
        elif made.container == "OGG":
            # Each page is passed on as soon as it is made.
            options = {"page_duration": "100000"}
            self._container = self._av.open(self._file, "w", format="ogg", options=options)
            self._codec = self._container.add_stream("libopus", rate=made.sample_rate)
            self._codec.layout = "mono" if made.channels == 1 else "stereo"
            self._codec.bit_rate = min(made.bit_rate, 256_000)

    def encode(self, samples: bytes) -> bytes:
        """Some more samples; what comes out may lag behind."""
        if not samples:
            return b""
        frame = self._av.AudioFrame(format="s16", layout="mono", samples=len(samples) // 2)
        frame.planes[0].update(samples)
        frame.sample_rate = self._fed_rate
        frame.pts = self._fed
        frame.time_base = Fraction(1, self._fed_rate)
        self._fed += frame.samples
        return self._out(self._resampler.resample(frame), last=False)

    def finish(self) -> bytes:
        """The rest."""
        return self._out(self._resampler.resample(None) if self._fed else [], last=True)

    def _set(self, codec: Any) -> None:
        codec.sample_rate = self._made.sample_rate
        codec.layout = "mono" if self._made.channels == 1 else "stereo"
        codec.bit_rate = self._made.bit_rate

    def _out(self, frames: Sequence[Any], *, last: bool) -> bytes:
        match self._made.container:
            case "MP3":
                return self._mp3(frames, last=last)
            case "OGG":
                return self._ogg(frames, last=last)
        data = b"".join(bytes(f.planes[0])[: 2 * self._made.channels * f.samples] for f in frames)
        if self._made.container == "WAV" and not self._headed:
            self._headed = True
            return wav_head(self._made, None) + data
        return data

    def _mp3(self, frames: Sequence[Any], *, last: bool) -> bytes:
        packets = []
        for frame in frames:
            self._frames.write(frame)
        while whole := self._frames.read(self._codec.frame_size, partial=last):
            packets += self._codec.encode(whole)
        if last:
            packets += self._codec.encode(None)
        return b"".join(bytes(packet) for packet in packets)

    def _ogg(self, frames: Sequence[Any], *, last: bool) -> bytes:
        for frame in frames:
            for packet in self._codec.encode(frame):
                self._container.mux(packet)
        if last:
            for packet in self._codec.encode(None):
                self._container.mux(packet)
            self._container.close()
        made = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return made


def encode(samples: bytes, sample_rate: int, made: Format) -> bytes:
    """A whole sound as a file. Raises `Missing`."""
    encoder = Encoder(made, sample_rate)
    data = encoder.encode(samples) + encoder.finish()
    if made.container != "WAV" or not data:
        return data
    return wav_head(made, len(data) - 44) + data[44:]


def wav_head(made: Format, length: int | None) -> bytes:
    """The 44 bytes before samples that are ``length`` bytes long, if that is known yet."""
    wide = made.channels * 2
    riff, data = (UNKNOWN_LENGTH,) * 2 if length is None else (36 + length, length)
    rate = made.sample_rate
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", riff, b"WAVE", b"fmt ", 16, 1, made.channels, rate, rate * wide, wide, 16),
        *(b"data", data),
    )
