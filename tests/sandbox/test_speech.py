from __future__ import annotations

import io
import json
import math
import re
import struct
import wave
from array import array

import pytest

av = pytest.importorskip("av")
pytest.importorskip("pocketsphinx")

from sophnet_jupyter.sandbox.engines.sound import recogniser, voice  # noqa: E402

SHORT = "/projects/easyllms/speechtotext"
LONG = "/projects/p/easyllms/speechtotext"
SAID = "Please open the door."
# Each documented format: its ending, container, codec and rate.
FORMATS = [
    ("mp3", "mp3", "libmp3lame", 24000),
    ("m4a", "ipod", "aac", 44100),
    ("flv", "flv", "libmp3lame", 44100),
    ("mp4", "mp4", "aac", 44100),
    ("wma", "asf", "wmav2", 44100),
    ("3gp", "3gp", "aac", 44100),
    ("aac", "adts", "aac", 44100),
    ("ogg", "ogg", "libopus", 48000),
    ("flac", "flac", "flac", 44100),
]


def wav(pcm: bytes, rate: int = 16000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(pcm)
    return file.getvalue()


def spoken(text: str) -> bytes:
    pcm, rate = voice.speak(text)
    pause = bytes(rate)
    return wav(pause + pcm + pause, rate)


def encoded(sound: bytes, container: str, codec: str, rate: int) -> bytes:
    file = io.BytesIO()
    with av.open(io.BytesIO(sound)) as source, av.open(file, "w", format=container) as target:
        stream = target.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = 64000
        resampler = av.AudioResampler(
            format=stream.format, layout="mono", rate=rate, frame_size=stream.frame_size
        )
        for frame in [*source.decode(audio=0), None]:
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return file.getvalue()


def create(sandbox, sound: bytes, name="talk.wav", *, path=SHORT, data=None, quirks=""):
    body = {"easyllm_id": "e"} if data is None else data
    return sandbox.http.post(
        f"{path}/transcriptions",
        files={
            "data": (None, json.dumps(body), "application/json"),
            "audio_file": (name, sound, "audio/wav"),
        },
        headers={"X-Sandbox-Quirks": quirks},
    )


def looked(sandbox, task_id, *, path=SHORT, quirks="", faults=""):
    headers = {"X-Sandbox-Quirks": quirks, "X-Sandbox-Faults": faults}
    return sandbox.http.get(f"{path}/transcriptions/{task_id}", headers=headers).json()


def done(sandbox, eventually, begun, **options):
    found = {}

    def ended():
        found.update(looked(sandbox, begun.json()["taskId"], **options))
        return found["status"] in ("success", "failed")

    eventually(ended)
    return found


@pytest.mark.parametrize("path", [SHORT, LONG])
def test_a_spoken_sentence_is_a_line_with_its_times(quick, eventually, path):
    begun = create(quick, spoken(SAID), path=path)
    assert begun.json().keys() == {"taskId", "created"}
    found = done(quick, eventually, begun, path=path)
    head, _, text = found["result"].partition("] ")
    assert (found["status"], text) == ("success", f"{SAID}\n")
    begin, end, speaker = head.removeprefix("[").split(",")
    assert 0.3 < float(begin.removeprefix("0:")) < float(end.removeprefix("0:")) < 2.5
    assert speaker == "0"
    assert 1.5 < found["audio_duration"] < 3


@pytest.mark.parametrize(("ending", "container", "codec", "rate"), FORMATS)
def test_every_documented_format_is_heard(quick, eventually, ending, container, codec, rate):
    sound = encoded(spoken(SAID), container, codec, rate)
    found = done(quick, eventually, create(quick, sound, f"talk.{ending}"))
    assert found["result"].endswith(f"] {SAID}\n")


def test_amr_is_taken_by_its_name_and_read_where_the_engine_can(quick, eventually):
    # No wheel has an encoder for it: one second of frames that say "no speech".
    sound = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 50
    found = done(quick, eventually, create(quick, sound, "talk.amr"))
    assert found["status"] == "success"
    assert 0.9 < found["audio_duration"] < 1.1


@pytest.mark.parametrize("row", ["one two three four five", "one two three four five six"])
def test_numbers_are_heard_in_a_row_each_time_that_they_are_said(row):
    # The engine's noise differs each time: no two of these are the same sound.
    for _ in range(12):
        pcm, rate = voice.speak(row)
        sound = encoded(wav(bytes(rate) + pcm + bytes(rate), rate), "wav", "pcm_s16le", 16000)
        [said] = recogniser.recognise(sound[44:])
        assert said.text == f"{row.capitalize()}."
        assert [word.text for word in said.words] == row.split()
        assert all(word.start < word.end for word in said.words)


def test_the_same_sound_is_heard_alike_whoever_was_heard_before():
    pcm, rate = voice.speak("one two three four five six seven eight nine ten")
    sound = encoded(wav(bytes(rate) + pcm + bytes(rate), rate), "wav", "pcm_s16le", 16000)[44:]
    loud = array("h", sound)
    # Somebody else: four times as loud, and an octave higher.
    other = array("h", (max(-32768, min(32767, 4 * level)) for level in loud[::2])).tobytes()
    before = recogniser.recognise(sound)
    for _ in range(3):
        recogniser.recognise(other)
        assert recogniser.recognise(sound) == before


def test_a_decoder_knows_the_words_of_its_grammar_and_no_others():
    library = pytest.importorskip("pocketsphinx")
    whole = library.get_model_path("en-us/cmudict-en-us.dict")
    lines = recogniser._dictionary(whole).splitlines()
    words = {line.split()[0].partition("(")[0] for line in lines}
    wanted = " ".join([*recogniser.SENTENCES, *recogniser.NUMBERS]).lower()
    assert words == set(re.findall(r"[a-z']+", wanted))


def test_sound_in_pieces_is_heard_like_sound_as_a_whole():
    pcm, rate = voice.speak("The sky is blue.")
    sound = encoded(wav(bytes(rate) + pcm + bytes(2 * rate), rate), "wav", "pcm_s16le", 16000)
    ears, found = recogniser.Recogniser(), []
    for at in range(44, len(sound), 3200):
        found += ears.feed(sound[at : at + 3200])
    # The end is found while the sound goes on, not only when it is over.
    [final] = [said for said in found if said.final]
    assert ears.finish() == []
    assert (final.text, final.scripted) == ("The sky is blue.", False)
    partial = [said for said in found if not said.final]
    assert partial
    assert all(said.end is None for said in partial)
    assert abs(final.start - recogniser.recognise(sound[44:])[0].start) < 0.1


def test_what_is_not_understood_gets_a_script_that_says_so(quick, eventually):
    found = done(quick, eventually, create(quick, spoken("I would like a flight to Paris.")))
    assert "did not understand this, so it reads from a script" in found["result"]


@pytest.mark.parametrize(
    ("sound", "name", "reason"),
    [
        (b"not a sound at all" * 50, "a.mp3", "cannot be read as audio"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "a.wav", "cannot be read as audio"),
    ],
)
def test_a_file_without_sound_fails_with_the_reason(quick, eventually, sound, name, reason):
    found = done(quick, eventually, create(quick, sound, name))
    assert found["status"] == "failed"
    assert reason in found["errorMsg"]
    assert "result" not in found


def test_a_video_without_an_audio_track_fails_with_the_reason(quick, eventually):
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as target:
        stream = target.add_stream("libx264", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        target.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        target.mux(stream.encode(None))
    found = done(quick, eventually, create(quick, file.getvalue(), "a.mp4"))
    assert "no audio track" in found["errorMsg"]


def test_sound_of_six_hours_fails_with_the_reason(quick, eventually):
    # A rate of 8 samples a second makes a small file of a long time.
    found = done(quick, eventually, create(quick, wav(bytes(2 * 8 * 6 * 3600), 8)))
    assert found["errorMsg"] == "the audio is longer than 5 hours"


def test_silence_is_a_success_without_a_line(quick, eventually):
    found = done(quick, eventually, create(quick, wav(bytes(32000))))
    assert (found["status"], found["result"]) == ("success", "")


def test_a_tone_is_no_speech_of_ours(quick, eventually):
    tone = b"".join(struct.pack("<h", int(9e3 * math.sin(i / 6))) for i in range(32000))
    found = done(quick, eventually, create(quick, wav(tone)))
    assert "Please" not in found["result"]


def test_an_address_elsewhere_is_not_fetched_and_the_answer_says_so(quick, eventually):
    body = {"audio_url": "https://example.com/talk.mp3"}
    begun = quick.http.post(f"{SHORT}/transcriptions", json=body)
    found = done(quick, eventually, begun)
    assert "fetches nothing from the internet" in found["result"]
    assert {line.split(",")[2][0] for line in found["result"].splitlines()} == {"0", "1", "2"}


@pytest.mark.parametrize(
    ("path", "fields", "reason"),
    [
        (SHORT, {}, "audio_url must be"),
        (SHORT, {"audio_url": "file:///etc/passwd"}, "audio_url must be"),
        (LONG, {"audio_url": "https://x/a.wav"}, "easyllm_id is required"),
    ],
)
def test_a_wrong_request_is_refused_with_the_reason(quick, path, fields, reason):
    answer = quick.http.post(f"{path}/transcriptions", json=fields)
    assert answer.status_code == 400
    assert reason in answer.json()["message"]


@pytest.mark.parametrize(
    ("sound", "name", "reason"),
    [(b"x", "a.txt", "must be one of"), (b"", "a.wav", "is empty")],
)
def test_a_wrong_upload_is_refused_at_once(quick, sound, name, reason):
    answer = create(quick, sound, name)
    assert answer.status_code == 400
    assert reason in answer.json()["message"]


def test_a_form_whose_type_names_no_boundary_is_refused(quick):
    headers = {"Content-Type": "multipart/form-data"}
    answer = quick.http.post(f"{SHORT}/transcriptions", content=b"--x--", headers=headers)
    assert answer.status_code == 400
    assert "no boundary" in answer.json()["message"]


def test_the_synchronous_form_takes_wav_only_and_answers_with_words(quick):
    body = {"audio_url": "https://example.com/a.wav", "speech_recognition_param": {"format": "wav"}}
    answer = quick.http.post(f"{SHORT}/non-stream", json=body).json()
    assert "script" in answer["result"]
    assert not answer["result"].startswith("[")
    assert answer["audio_duration"] > 5
    for rate in ("16k", 0, True):
        wrong = {**body, "speech_recognition_param": {"sample_rate": rate}}
        refused = quick.http.post(f"{SHORT}/non-stream", json=wrong)
        assert "sample_rate must be" in refused.json()["message"]
    body["audio_url"] = "https://example.com/a.mp3"
    assert quick.http.post(f"{SHORT}/non-stream", json=body).status_code == 400


def test_the_quirks_change_the_key_and_the_letters_of_the_status(quick, eventually):
    begun = create(quick, wav(bytes(3200)), quirks="task_id").json()
    assert begun.keys() == {"task_id", "created"}
    quirks = "task_id,upper_status"
    eventually(lambda: looked(quick, begun["task_id"], quirks=quirks)["status"] == "SUCCESS")


def test_an_unknown_task_is_404(quick):
    assert quick.http.get(f"{SHORT}/transcriptions/1").status_code == 404


def test_of_many_lines_at_once_few_decoders_are_kept() -> None:
    lines = [recogniser.Recogniser() for _ in range(recogniser.KEPT + 3)]
    for line in lines:
        line.finish()
    assert len(recogniser._decoders._idle) == recogniser.KEPT
