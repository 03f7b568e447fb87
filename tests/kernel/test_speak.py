"""``%speak`` and ``%%sophchat --voice`` in real kernels."""

from __future__ import annotations

import importlib.util

import pytest

has_engines = all(importlib.util.find_spec(name) for name in ("av", "espeakng_loader"))
pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(not has_engines, reason="the engines are not installed"),
]


@pytest.fixture(scope="module")
def studio(start_sandbox):
    with start_sandbox("--voice-speed", "0", "--tokens-per-second", "0") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def slow(start_sandbox, start_kernel):
    """A kernel whose sandbox speaks as fast as one does."""
    with (
        start_sandbox("--voice-speed", "1", "--tokens-per-second", "40") as sandbox,
        start_kernel(SOPHNET_SANDBOX_URL=sandbox.root) as kernel,
    ):
        yield kernel


def speaking(cell):
    return cell.pieces > 3


def both(cell):
    return speaking(cell) and "1, 2" in cell.text


def test_words_are_said_with_what_the_line_asks_for(own, studio):
    studio.forget()
    cell = own.run("%speak Hello, world --voice longwan --rate 1.2 --volume 80 -o said")
    assert cell.status == "ok"
    [body] = studio.posted()
    assert body == {
        "text": ["Hello, world"],
        "synthesis_param": {
            "model": "cosyvoice-v1",
            "voice": "longwan",
            "volume": 80.0,
            "speechRate": 1.2,
        },
    }
    assert "sandbox ✓ complete · cosyvoice-v1" in cell.text
    assert "12 characters said" in cell.text
    assert own.value("said is _ and len(said.audio) > 1000")


def test_one_player_is_left_in_the_saved_notebook(own):
    cell = own.run("%speak one two three")
    html = "".join(str(output) for output in [*cell.outputs, *cell.updates])
    assert "data:audio/mpeg;base64," in html
    assert "waiting for" not in cell.text


def test_an_answer_a_text_and_a_list_are_said_by_their_names(own, studio):
    own.run("%sophchat -o answer say hi")
    own.run("text, several = 'one', ['two', 'three']")
    studio.forget()
    for name in ("answer", "text", "several"):
        assert own.run(f"%speak {name}").status == "ok"
    own.run("%%speak\nfour {text}")
    said = [body["text"] for body in studio.posted()]
    assert said[0] != ["answer"]
    assert said[1:] == [["one"], ["two", "three"], ["four one"]]


def test_the_sound_is_saved_as_a_file_that_plays(own, tmp_path):
    cell = own.run(f"%speak one two --format wav --save {tmp_path}/said.wav")
    assert f"saved: {tmp_path}/said.wav" in cell.text
    assert (tmp_path / "said.wav").read_bytes()[:4] == b"RIFF"


def test_a_sound_that_cannot_be_saved_is_kept(own, tmp_path):
    own.run("said = None")
    cell = own.run(f"%speak one two --save {tmp_path}")
    assert [error["ename"] for error in cell.errors] == ["SettingsError"]
    assert "is a folder: name a file in it" in cell.text
    number = cell.reply["execution_count"]
    assert own.value(f"_ is Out[{number}] and len(_.audio) > 1000 and _.ending == 'complete'")


def test_raw_samples_get_a_head(own):
    assert own.run("%speak one --format pcm -o raw").status == "ok"
    assert own.value("raw.audio[:4] == b'RIFF'")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("%speak 😀 😀", "nothing to say"),
        ("%speak", "Nothing to say"),
        ("%speak one --rate 3", "speech_rate goes from 0.5 to 2"),
        ("%speak one --rate fast", "--rate: invalid float value: 'fast'"),
        ("%speak one --voice longwan --model cosyvoice-v2", "a voice of cosyvoice-v1"),
        ("%speak one --voice nobody", "the voice 'nobody'"),
    ],
)
def test_what_cannot_be_said_is_one_sentence(own, line, says):
    cell = own.run(line)
    assert cell.status == "error"
    assert says in cell.text
    assert "Traceback" not in cell.text


def test_an_interrupt_keeps_what_was_heard_and_it_can_be_played(slow):
    sentence = "one two three four five six seven eight nine ten. " * 5
    # Half a second of sound comes at once; each piece is a message to the player.
    cell = slow.run(f"%speak --format wav -o part {sentence}", interrupt_after=speaking)
    assert [error["ename"] for error in cell.errors] == ["Stopped"]
    assert "the part that had arrived is kept" in cell.text
    assert slow.value("part.ending") == "stopped"
    slow.run("import io, wave\nwith wave.open(io.BytesIO(part.audio)) as f: n = f.getnframes()")
    assert 0.1 < slow.value("n") / 24_000 < 10
    assert slow.value("len(part.audio) - 44") == 2 * slow.value("n")


def test_an_interrupt_of_a_chat_ends_both_its_words_and_its_voice(slow):
    cell = slow.run("%%sophchat --voice longwan -o part\nCount to 900", interrupt_after=both)
    assert [error["ename"] for error in cell.errors] == ["Stopped"]
    assert slow.value("part.ending") == "stopped"
    assert slow.value("bool(part.text and part.audio)")


def test_chat_is_written_and_heard(own, studio):
    studio.forget()
    cell = own.run("%%sophchat --voice longwan -o answer\nsay hi")
    assert cell.status == "ok"
    [body] = studio.posted()
    assert body["speech_synthesis_req"]["synthesis_param"]["voice"] == "longwan"
    assert body["chat_completion_req"]["stream"] is True
    assert "characters said" in cell.text
    assert own.value("bool(answer.text) and len(answer.audio) > 1000")


def test_a_line_says_how_an_answer_is_said(own, studio):
    studio.forget()
    assert own.run("%sophchat --voice longwan --rate 1.5 --pitch 0.9 say hi").status == "ok"
    [body] = studio.posted()
    assert body["speech_synthesis_req"]["synthesis_param"] == {
        "model": "cosyvoice-v1",
        "voice": "longwan",
        "speechRate": 1.5,
        "pitchRate": 0.9,
    }
    refused = own.run("%sophchat --volume 9 say hi")
    assert "name it by --voice" in refused.text + refused.printed("stderr")


def test_a_voice_in_the_background_is_refused(own):
    cell = own.run("%%sophchat --voice longwan -b\nsay hi")
    assert "leave out -b" in cell.text


def test_completion_lists_voices_formats_and_texts(own):
    own.run("spoken_words = 'x'")
    for typed, offered in [
        ("%speak --voice longw", "longwan"),
        ("%speak --format MP3_16", "MP3_16000HZ_MONO_128KBPS"),
        ("%speak --model cosy", "cosyvoice-v2"),
        ("%speak spoken_w", "spoken_words"),
        ("%%sophchat --voice longw", "longwan"),
    ]:
        reply = own.client.complete(typed, len(typed), reply=True, timeout=60)["content"]
        assert offered in reply["matches"], typed


def test_a_voice_is_made_of_a_recording_and_says_the_words(own, studio):
    own.run("%speak Hello --format wav --save ada.wav")
    said = own.run("%speak --clone ada.wav --voice ada Hello again -o told")
    assert said.status == "ok", said.text
    assert "The voice ada of cosyvoice-v2 is made." in said.printed()
    assert len(own.value("told.audio")) > 500
    studio.forget()
    made = own.run('%speak --clone told --voice bea --clone-text "Hello again"')
    assert made.status == "ok", made.text
    assert "The voice bea of cosyvoice-v2 is made." in made.printed()
    assert [each["path"].rpartition("/")[2] for each in studio.seen()] == ["upload"]
    # From now on the name is enough, and Tab knows it.
    assert own.run("%speak Hello --voice bea").status == "ok"
    reply = own.client.complete("%speak --voice be", 17, reply=True, timeout=60)["content"]
    assert "bea" in reply["matches"]
    for line, why in (
        ("%speak --clone ada.wav Hello", "name it by --voice"),
        ("%speak --clone-text words --voice bea Hello", "name that by --clone"),
        ("%speak --clone *.wav --voice bea", "There is no file"),
    ):
        refused = own.run(line)
        assert why in refused.text + refused.printed("stderr"), line


def test_a_file_gets_an_address_that_is_kept_and_not_shown(own):
    own.run("%speak Hello --format wav --save ada.wav")
    said = own.run("%sophnet upload ada.wav place")
    assert "place is its address" in said.printed()
    assert "http" not in said.printed() + said.text
    assert own.value("place").startswith("http")
    heard = own.run("%transcribe --sync --sample-rate 16000 {place} -o words")
    assert heard.status == "ok", heard.text
    assert "FILE NAME" in own.run("%sophnet upload ada.wav").text
