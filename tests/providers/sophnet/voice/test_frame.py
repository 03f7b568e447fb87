"""Frames of sound, and the parameters of a voice."""

from __future__ import annotations

from base64 import b64encode

import pytest

from sophnet_jupyter.errors import AnswerUnreadable, SettingsError
from sophnet_jupyter.events import AudioChunk, Usage
from sophnet_jupyter.files import wav
from sophnet_jupyter.providers.sophnet.voice.frame import Frames, is_frame
from sophnet_jupyter.providers.sophnet.voice.request import samples, sounding


def framed(data: bytes) -> dict[str, object]:
    return {"status": "accepting", "usage": None, "audioFrame": b64encode(data).decode()}


def joined(*frames: bytes) -> bytes:
    reading = Frames()
    found = [event for frame in frames for event in reading.events(framed(frame))]
    return b"".join(event.data for event in found if isinstance(event, AudioChunk))


def test_each_frame_is_decoded_alone() -> None:
    assert joined(b"a", b"bc", b"") == b"abc"


def test_the_sound_may_stand_in_an_array() -> None:
    said = {"status": "accepting", "audioFrame": {"array": b64encode(b"x").decode()}}
    assert Frames().events(said) == [AudioChunk(data=b"x")]


def test_the_sound_may_have_the_name_that_a_table_gives_it() -> None:
    assert Frames().events({"data": b64encode(b"x").decode()}) == [AudioChunk(data=b"x")]


def test_only_the_first_of_several_heads_is_passed_on() -> None:
    head = wav.head(4, 16_000, 1)
    assert joined(head + b"abcd", b"ef", head + b"ghij") == head + b"abcdefghij"
    tag = b"ID3\x04\x00\x00\x00\x00\x00\x02--"
    assert joined(tag + b"\xff\xf3", tag + b"\xff\xf3") == tag + b"\xff\xf3\xff\xf3"


def test_the_end_says_how_much_was_said() -> None:
    reading = Frames()
    said = {"status": "finish", "usage": {"characters": 26}, "audioFrame": None}
    assert reading.events(said) == [Usage(characters=26)]
    assert reading.finished
    assert not reading.heard


def test_a_frame_that_is_not_base64_is_an_error() -> None:
    with pytest.raises(AnswerUnreadable, match="base64"):
        Frames().events({"status": "accepting", "audioFrame": "?"})


def test_chunks_of_words_are_no_frames() -> None:
    assert is_frame({"status": "accepting", "audioFrame": None})
    assert is_frame({"status": "finish"})
    assert not is_frame({"choices": [], "status": "finish"})
    assert not is_frame({"status": 500, "message": "no"})


def test_the_model_is_always_sent_and_the_rest_only_if_given() -> None:
    assert sounding() == {"model": "cosyvoice-v1"}
    assert sounding(voice="longwan") == {"model": "cosyvoice-v1", "voice": "longwan"}
    assert sounding(voice="longxiaochun_v2")["model"] == "cosyvoice-v2"
    assert sounding(voice="mine", model="cosyvoice-v3")["model"] == "cosyvoice-v3"
    assert sounding(speech_rate=2, pitch_rate=0.5, volume=0) == {
        "model": "cosyvoice-v1",
        "volume": 0,
        "speechRate": 2,
        "pitchRate": 0.5,
    }


def test_a_voice_of_v1_is_refused_for_v2_with_what_to_do() -> None:
    with pytest.raises(SettingsError, match="without any sound: take voice='longxiaochun_v2'"):
        sounding(model="cosyvoice-v2", voice="longxiaochun")
    with pytest.raises(SettingsError, match="or model='cosyvoice-v1'"):
        sounding(model="cosyvoice-v2", voice="longwan")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("speech_rate", 3),
        ("speech_rate", 0.4),
        ("pitch_rate", 2.1),
        ("volume", 101),
        ("volume", -1),
        ("volume", True),
        ("volume", float("nan")),
        ("speech_rate", "fast"),
    ],
)
def test_a_number_out_of_range_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(SettingsError, match=f"{name} (goes from|is a number)"):
        sounding(**{name: value})  # type: ignore[arg-type]


def test_a_format_is_sent_as_it_is_and_short_words_are_known() -> None:
    assert sounding(format="OPUS_9HZ_MONO_3KBPS")["format"] == "OPUS_9HZ_MONO_3KBPS"
    assert sounding(format="WAV")["format"] == "WAV_24000HZ_MONO_16BIT"
    assert samples("PCM_16000HZ_STEREO_16BIT") == (16_000, 2)
    assert samples("MP3_16000HZ_MONO_128KBPS") is None


def test_chunks_behind_the_samples_of_a_piece_are_not_heard() -> None:
    head = wav.head(4, 16_000, 1)
    tail = b"LIST\x04\0\0\0abcd"
    assert joined(head + b"abcd" + tail, head + b"efgh" + tail) == head + b"abcdefgh"
    assert joined(head + b"ab", b"cd" + tail, head + b"efgh", tail) == head + b"abcdefgh"
    sound = wav.with_true_length(joined(head + b"abcd" + tail, head + b"efgh"), joined=True)
    assert wav.samples(sound) == b"abcdefgh"
