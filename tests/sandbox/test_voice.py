"""Speech as the service makes it: checked requests, real sound, its odd forms and its faults."""

from __future__ import annotations

import importlib.util
import io
import json
import wave
from base64 import b64decode

import httpx2
import pytest

from sophnet_jupyter.sandbox.engines.sound import encoding, voice

has_engines = all(importlib.util.find_spec(name) for name in ("av", "espeakng_loader"))
pytestmark = pytest.mark.skipif(not has_engines, reason="the engines are not installed")

WHOLE = "/projects/easyllms/voice/synthesize-audio"
STREAM = f"{WHOLE}-stream"
WAV = "WAV_16000HZ_MONO_16BIT"
MP3 = "MP3_16000HZ_MONO_128KBPS"
# Whole, since its three letters are now and then in the sound itself.
TAG = b"ID3\x04\0\0\0\0\0\0"


def ask(sandbox, *texts, path=WHOLE, faults="", quirks="", speed="0", **param):
    body = {"text": list(texts), "synthesis_param": {"model": "cosyvoice-v1", **param}}
    headers = {
        "X-Sandbox-Faults": faults,
        "X-Sandbox-Quirks": quirks,
        "X-Sandbox-Voice-Speed": speed,
    }
    return sandbox.http.post(path, json=body, headers=headers)


def lines(answer):
    found = [line for line in answer.text.splitlines() if line]
    assert all(line.startswith("data:{") for line in found)
    return [json.loads(line[5:]) for line in found]


def sound(frames):
    return b"".join(b64decode(frame["audioFrame"]) for frame in frames if frame["audioFrame"])


def seconds(data):
    with wave.open(io.BytesIO(data)) as file:
        return file.getnframes() / file.getframerate()


def decoded(data):
    """The samples of a file, and how many there are in a second."""
    import av

    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.audio[0]
        frames = list(container.decode(stream))
        return b"".join(bytes(frame.planes[0]) for frame in frames), stream.codec_context


def test_a_wav_file_has_the_rate_that_was_asked_for_and_its_true_length(sandbox):
    answer = ask(sandbox, "one two three", format=WAV)
    assert answer.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        assert len(file.readframes(10**9)) == len(answer.content) - 44


@pytest.mark.parametrize(
    ("made", "kind", "rate", "channels"),
    [
        (MP3, "audio/mpeg", 16_000, 1),
        ("MP3_22050HZ_MONO_256KBPS", "audio/mpeg", 22_050, 1),
        ("MP3_24000HZ_STEREO_128KBPS", "audio/mpeg", 24_000, 2),
        ("WAV_8000HZ_STEREO_256KBPS", "audio/wav", 8_000, 2),
        # Opus is always decoded at 48 kHz.
        ("OGG_16000HZ_MONO_32KBPS", "application/octet-stream", 48_000, 1),
    ],
)
def test_each_format_decodes_to_what_was_asked_for(sandbox, made, kind, rate, channels):
    answer = ask(sandbox, "hello world", format=made)
    assert answer.headers["content-type"] == kind
    _, codec = decoded(answer.content)
    assert (codec.sample_rate, codec.channels) == (rate, channels)


def test_pcm_has_no_head(sandbox):
    wav, pcm = (ask(sandbox, "one", format=f"{kind}_16000HZ_MONO_16BIT") for kind in ("WAV", "PCM"))
    assert pcm.headers["content-type"] == "audio/L16"
    # A voice breathes: no two sayings are the same to the bit.
    assert len(pcm.content) == len(wav.content) - 44
    assert pcm.content[:4] != b"RIFF"


def test_rate_pitch_volume_and_voice_are_heard(sandbox):
    plain = ask(sandbox, "one two three", format=WAV).content
    fast = ask(sandbox, "one two three", format=WAV, speechRate=2).content
    assert seconds(fast) < 0.6 * seconds(plain)
    high = ask(sandbox, "one two three", format=WAV, pitchRate=2).content
    other = ask(sandbox, "one two three", format=WAV, voice="longcheng").content
    assert len({plain, high, other}) == 3
    assert not any(ask(sandbox, "one two three", format=WAV, volume=0).content[44:])


@pytest.mark.parametrize("name", sorted(voice.VOICES))
def test_every_voice_says_english_and_chinese(name):
    for text in ("hello", "你好"):
        samples, rate = voice.speak(text, name)
        assert len(samples) > rate // 5


def test_chinese_and_english_in_one_sentence_are_both_said():
    mixed = len(voice.speak("你好 hello")[0])
    assert mixed > 1.5 * len(voice.speak("你好")[0])


def test_a_stream_is_the_whole_file_in_pieces(sandbox):
    whole = ask(sandbox, "one two three", format=MP3).content
    frames = lines(ask(sandbox, "one two three", path=STREAM, format=MP3))
    assert len(frames) > 5
    assert len(sound(frames)) == len(whole)
    assert len(decoded(sound(frames))[0]) == len(decoded(whole)[0])
    assert {frame["status"] for frame in frames[:-1]} == {"accepting"}
    assert frames[-1] == {"status": "finish", "usage": {"characters": 13}, "audioFrame": None}
    assert any(frame["audioFrame"] is None for frame in frames[:-1])


def test_several_texts_are_one_sound_without_a_seam(sandbox):
    frames = lines(ask(sandbox, "one", "two", path=STREAM, format=WAV))
    assert sound(frames).count(b"RIFF") == 1
    spoken = sum(len(voice.speak(text)[0]) for text in ("one", "two")) / 2 / 22_050
    assert (len(sound(frames)) - 44) / 32_000 == pytest.approx(spoken, abs=0.01)
    assert frames[-1]["usage"] == {"characters": 6}


def test_each_text_may_have_a_head_of_its_own(sandbox):
    asked = {"path": STREAM, "quirks": "head_each_text"}
    assert sound(lines(ask(sandbox, "one", "two", format=WAV, **asked))).count(b"RIFF") == 2
    assert sound(lines(ask(sandbox, "one", "two", format=MP3, **asked))).count(TAG) == 2


def test_a_stream_comes_as_fast_as_it_is_spoken(sandbox):
    spoken = len(voice.speak("one two three four five")[0]) / 2 / 22_050
    body = {"text": ["one two three four five"], "synthesis_param": {"model": "cosyvoice-v1"}}
    headers = {"X-Sandbox-Voice-Speed": "1"}
    with sandbox.http.stream("POST", STREAM, json=body, headers=headers) as answer:
        answer.read()
    # Half a second is made ahead.
    assert answer.elapsed.total_seconds() >= spoken - 0.6


def test_an_unknown_voice_is_200_without_a_byte(sandbox):
    for path in (WHOLE, STREAM):
        answer = ask(sandbox, "one", path=path, voice="nobody")
        assert (answer.status_code, answer.content) == (200, b"")


def test_a_voice_of_v1_says_nothing_with_v2(sandbox):
    assert ask(sandbox, "one", model="cosyvoice-v2", voice="longwan").content == b""
    assert ask(sandbox, "one", model="cosyvoice-v2", voice="longxiaochun_v2").content
    assert ask(sandbox, "one", model="cosyvoice-v2").content


def test_text_without_words_is_200_without_a_byte(sandbox):
    answer = ask(sandbox, "😀 … 😀")
    assert (answer.status_code, answer.content) == (200, b"")


def test_an_error_may_come_as_200_with_json(sandbox):
    answer = ask(sandbox, "one", quirks="error_200", model="cosyvoice-v9")
    assert answer.status_code == 200
    assert answer.json()["status"] == 400
    assert "MODEL_NOT_SUPPORT" in answer.json()["message"]


def test_marks_are_read_by_v2_and_left_out_by_v1(sandbox):
    marked = '<speak>one <break time="2s"/> two</speak>'
    of_v2 = ask(sandbox, marked, format=WAV, model="cosyvoice-v2").content
    of_v1 = ask(sandbox, marked, format=WAV).content
    assert seconds(of_v2) > seconds(of_v1) + 1.5


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"speechRate": 3}, "speechRate"),
        ({"pitchRate": 0.4}, "pitchRate"),
        ({"volume": 101}, "volume"),
        ({"volume": True}, "volume"),
        ({"format": "MP3"}, "MP3_16000HZ_MONO_128KBPS"),
        ({"format": "WAV_16000HZ_MONO_24BIT"}, "16 bits"),
        ({"format": "MP3_17000HZ_MONO_128KBPS"}, "17000"),
        ({"model": ""}, "model is required"),
        ({"model": "cosyvoice-v9"}, "MODEL_NOT_SUPPORT"),
    ],
    ids=str,
)
def test_a_parameter_that_cannot_be_is_refused_by_name(sandbox, changes, says):
    answer = ask(sandbox, "one", **changes)
    assert answer.status_code == 400
    assert says in answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"x", "JSON"),
        (b"[]", "object"),
        (b'{"text": "one"}', "list"),
        (b'{"text": []}', "list"),
        (b'{"text": [" "]}', "say something"),
        (b'{"text": ["one"]}', "synthesis_param"),
        (json.dumps({"text": ["x" * 501], "synthesis_param": {"model": "m"}}).encode(), "500"),
    ],
    ids=str,
)
def test_a_body_that_cannot_be_is_refused(sandbox, body, says):
    headers = {"X-Sandbox-Quirks": "small_limits"}
    answer = sandbox.http.post(STREAM, content=body, headers=headers)
    assert answer.status_code == 400
    assert says in answer.json()["message"]


def test_a_long_text_is_said_unless_small_limits_are_asked_for(sandbox):
    body = {"text": ["word " * 101], "synthesis_param": {"model": "cosyvoice-v1"}}
    headers = {"X-Sandbox-Voice-Speed": "0"}
    assert sandbox.http.post(STREAM, json=body, headers=headers).status_code == 200


def test_the_path_with_a_project_demands_the_service(sandbox):
    path = "/projects/p/easyllms/voice/synthesize-audio"
    assert "easyllm_id" in ask(sandbox, "one", path=path).json()["message"]
    body = {"text": ["one"], "synthesis_param": {"model": "cosyvoice-v1"}, "easyllm_id": "e"}
    assert sandbox.http.post(path, json=body).content


def test_a_stream_is_broken_off_as_the_faults_say(sandbox):
    with pytest.raises(httpx2.RemoteProtocolError):
        ask(sandbox, "one two three", path=STREAM, faults="cut=3")
    ended = lines(ask(sandbox, "one two three", path=STREAM, faults="silent_end=3"))
    assert [frame["status"] for frame in ended] == ["accepting"] * 3
    failed = lines(ask(sandbox, "one two three", path=STREAM, faults="error_mid_stream=3"))
    assert failed[-1]["status"] == 500


def test_the_stream_may_be_printed_by_python(sandbox):
    answer = ask(sandbox, "one", path=STREAM, quirks="python_repr")
    assert answer.text.startswith("data:{'status': 'accepting', 'usage': None, 'audioFrame': '")


def chat(sandbox, *, quirks="", faults="", prompt="hi", **speech):
    asked = {"model": "m", "messages": [{"role": "user", "content": prompt}], "stream": True}
    body = {"chat_completion_req": asked, "speech_synthesis_req": speech}
    headers = {"X-Sandbox-Quirks": quirks, "X-Sandbox-Faults": faults}
    return sandbox.http.post("/v1/chat/completions-with-voice-output", json=body, headers=headers)


def test_an_answer_is_written_and_said_in_one_stream(sandbox):
    parts = lines(chat(sandbox, synthesis_param={"model": "cosyvoice-v1", "format": MP3}))
    written = [part for part in parts if "choices" in part]
    said = [part for part in parts if "audioFrame" in part]
    assert written[-1]["choices"][0]["finish_reason"] == "stop"
    assert parts[-1]["status"] == "finish"
    assert parts.index(written[-1]) < len(parts) - 1
    assert sound(said)
    assert "finish_reason" not in written[0]["choices"][0]


def test_chat_with_voice_has_odd_forms(sandbox):
    bare = chat(sandbox, quirks="bare_json,audio_dict").text.splitlines()
    said = [json.loads(line) for line in bare]
    assert any(isinstance(part.get("audioFrame"), dict) for part in said)
    refused = chat(sandbox, quirks="strict_params").json()["message"]
    assert "easyllm_id" in refused


def test_chat_with_voice_is_broken_off_as_the_faults_say(sandbox):
    ended = lines(chat(sandbox, faults="silent_end=2"))
    assert len(ended) == 2
    with pytest.raises(httpx2.RemoteProtocolError):
        chat(sandbox, faults="cut=2")


def test_sound_that_is_fed_in_pieces_is_the_same_as_the_whole():
    samples, rate = voice.speak("one two three")
    for written in (MP3, "PCM_24000HZ_STEREO_16BIT"):
        made = encoding.Format.parse(written)
        encoder = encoding.Encoder(made, rate)
        pieces = [encoder.encode(samples[at : at + 1234]) for at in range(0, len(samples), 1234)]
        assert b"".join([*pieces, encoder.finish()]) == encoding.encode(samples, rate, made)


@pytest.mark.parametrize("lacks", ["av", "espeakng_loader"])
def test_a_voice_without_its_engine_says_what_to_install(started, tmp_path, lacks):
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules[{lacks!r}] = None\n")
    with started(PYTHONPATH=str(tmp_path)) as sandbox:
        asked = {"synthesis_param": {"model": "cosyvoice-v1", "voice": "longwan", "format": MP3}}
        param = asked["synthesis_param"]
        answers = [
            ask(sandbox, "one", path=STREAM, **param),
            ask(sandbox, "one", path=WHOLE, **param),
            chat(sandbox, **asked),
        ]
    for answer in answers:
        assert answer.status_code == 501
        assert "pip install" in answer.json()["message"]
