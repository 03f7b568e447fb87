"""``%transcribe`` in real kernels."""

from __future__ import annotations

import pytest

pytest.importorskip("av")
pytest.importorskip("pocketsphinx")

pytestmark = pytest.mark.kernel

MAKE = """import io, wave
from pathlib import Path
from sophnet_jupyter.sandbox.engines.sound import voice

def spoken(name, text):
    pcm, rate = voice.speak(text)
    with wave.open(name, "wb") as sound:
        sound.setnchannels(1); sound.setsampwidth(2); sound.setframerate(rate)
        sound.writeframes(bytes(rate) + pcm + bytes(rate))
"""


@pytest.fixture(scope="module")
def hall(start_sandbox):
    with start_sandbox("--task-seconds", "1.5") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def own(start_kernel, hall, tmp_path_factory):
    folder = tmp_path_factory.mktemp("talks")
    with start_kernel(SOPHNET_SANDBOX_URL=hall.root) as kernel:
        assert kernel.run(f"import os; os.chdir({str(folder)!r})\n{MAKE}").status == "ok"
        kernel.run("spoken('door.wav', 'Please open the door.')")
        kernel.run("spoken('sky.wav', 'The sky is blue.')")
        yield kernel


def test_a_file_becomes_a_player_with_its_sentences_and_a_still_form(own):
    cell = own.run("%transcribe door.wav -o talk")
    assert cell.status == "ok", cell.text
    views = [o for o in cell.outputs if "application/vnd.jupyter.widget-view+json" in o["data"]]
    assert len(views) == 1
    still = [o["data"]["text/html"] for o in cell.outputs if "text/html" in o["data"]]
    assert any("<audio" in html and "Please open the door." in html for html in still)
    assert "sandbox ✓ complete" in cell.text
    assert "✓ complete" in cell.outputs[-1]["data"]["text/plain"], "the footer stands last"
    number = cell.reply["execution_count"]
    assert own.value(f"talk is _ and talk is Out[{number}]")
    assert own.value("[each.text for each in talk.sentences]") == ["Please open the door."]


def test_speakers_are_named_and_subtitles_written(own):
    cell = own.run("%transcribe door.wav --speakers Ada --srt door.srt --vtt door -o talk")
    assert "saved: door.srt" in cell.text
    assert "saved: door.vtt" in cell.text
    assert own.value("talk.sentences[0].speaker") == "Ada"
    assert own.value("Path('door.srt').read_text()").startswith("1\n00:00:0")
    assert "<v Ada>Please open the door." in own.value("Path('door.vtt').read_text()")


def test_a_pattern_is_several_recordings_in_one_answer(own):
    cell = own.run("%transcribe *.wav --save texts/ -o both")
    assert cell.status == "ok", cell.text
    assert own.value("[(r.name, r.text) for r in both.recordings]") == [
        ("door.wav", "Please open the door."),
        ("sky.wav", "The sky is blue."),
    ]
    assert own.value("Path('texts/sky.txt').read_text()") == "The sky is blue."


def test_a_variable_may_hold_bytes_or_a_response_with_sound(own):
    own.run("data = Path('sky.wav').read_bytes()")
    own.run("%transcribe data -o one")
    assert own.value("one.text") == "The sky is blue."
    own.run("%transcribe {data} -o braced")
    assert own.value("braced.text") == "The sky is blue."
    own.run("from sophnet_jupyter import Response\nspoke = Response(audio=data)")
    own.run("%transcribe spoke -o two")
    assert own.value("two.text") == "The sky is blue."


def test_what_is_spoken_by_a_cell_is_transcribed_by_the_next(own):
    own.run("%speak The train leaves at seven. --save train.mp3 -o train")
    own.run("%transcribe train.mp3 -o heard")
    assert own.value("heard.text") == "The train leaves at seven."


def test_an_address_is_a_talk_of_three(own):
    cell = own.run("%transcribe https://example.com/talk.mp3 --speakers Ada,Bob")
    assert "Ada" in cell.text
    assert "Speaker 3" in cell.text
    assert "fetches nothing from the internet" in cell.text
    sync = own.run("%transcribe --sync https://example.com/talk.wav -o at_once")
    assert sync.status == "ok"
    assert own.value("at_once.sentences[0].start is None")


def test_in_the_background_it_is_drawn_stored_and_saved_when_it_is_there(own):
    cell = own.run("%transcribe -b sky.wav -o heard --srt heard --save heard.txt")
    assert cell.status == "ok"
    own.follow(lambda: "saved: heard.txt" in cell.text)
    assert "The sky is blue." in cell.text
    assert "saved: heard.srt" in cell.text
    assert own.value("(heard.text, Path('heard.txt').read_text())") == ("The sky is blue.",) * 2
    assert "-->" in own.value("Path('heard.srt').read_text()")


def test_cancelled_in_the_background_it_goes_on_at_the_service(
    start_kernel, start_sandbox, tmp_path
):
    with (
        start_sandbox("--task-seconds", "60") as slow,
        start_kernel(SOPHNET_SANDBOX_URL=slow.root) as kernel,
    ):
        kernel.run(f"import os; os.chdir({str(tmp_path)!r})\n{MAKE}")
        kernel.run("spoken('sky.wav', 'The sky is blue.')")
        cell = kernel.run("%transcribe -b sky.wav")
        kernel.follow(lambda: "queue" in cell.text)
        assert "goes on with the task" in kernel.run("%sophnet cancel").text
        assert "sky.wav" in kernel.run("%sophnet tasks").text


def test_a_task_is_resumed_in_another_cell(own):
    own.run("import asyncio, sophnet_jupyter\nclient = sophnet_jupyter.Client()")
    own.run("await client.speech.submit('sky.wav')")
    resumed = own.run(
        "[task] = [t for t in await client.tasks.list() if t.kind == 'speech']\n"
        "again = await client.tasks.resume(task.id)"
    )
    assert resumed.status == "ok", resumed.text
    assert own.value("(again.text, again.recordings[0].name)") == ("The sky is blue.", "sky.wav")


def test_a_resumed_transcription_has_its_player_too(own):
    own.run("await sophnet_jupyter.Client().speech.submit('sky.wav')")
    cell = own.run("%sophnet tasks resume")
    views = [o for o in cell.outputs if "application/vnd.jupyter.widget-view+json" in o["data"]]
    assert len(views) == 1, cell.text
    assert own.value("_.text") == "The sky is blue."
    assert "No task of this folder is unfinished" in own.run("%sophnet tasks resume").text


def test_no_task_is_begun_where_one_of_several_cannot_be(own, hall):
    own.run("Path('zero.wav').touch()")
    hall.forget()
    cell = own.run("%transcribe -b sky.wav zero.wav")
    assert "zero.wav is empty" in cell.text
    assert not [request for request in hall.seen() if request["method"] == "POST"]
    own.run("Path('zero.wav').unlink()")


def test_completion_offers_options_recordings_and_variables(own):
    own.run("skylark, notes = Path('sky.wav').read_bytes(), 7\nPath('sky.txt').touch()")
    for typed, offered, kept_back in [
        ("%transcribe --spe", "--speakers", "--sync"),
        ("%transcribe sky", "sky.wav", "sky.txt"),
        ("%transcribe skyl", "skylark", "sky.wav"),
        ("%transcribe --sync note", "", "notes"),
    ]:
        reply = own.client.complete(typed, len(typed), reply=True, timeout=60)["content"]
        assert not offered or offered in reply["matches"], typed
        assert kept_back not in reply["matches"], typed


def test_an_interrupt_says_that_the_service_goes_on(start_kernel, start_sandbox, tmp_path):
    with (
        start_sandbox("--task-seconds", "60") as slow,
        start_kernel(SOPHNET_SANDBOX_URL=slow.root) as kernel,
    ):
        kernel.run(f"import os; os.chdir({str(tmp_path)!r})\n{MAKE}")
        kernel.run("spoken('sky.wav', 'The sky is blue.')")
        cell = kernel.send("%transcribe sky.wav")
        kernel.follow(lambda: "queue" in cell.text)
        kernel.interrupt(cell)
        kernel.finish(cell)
        assert "goes on with the task" in cell.text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%transcribe", "Name a recording"),
        ("%transcribe lost.wav", "There is no file"),
        ("%transcribe *.flac", "fits no file of a kind"),
        ("%transcribe 42", "There is no file"),
        ("%transcribe picture.png", "is a picture and has no sound"),
        ("%transcribe silent.wav", "Nobody speaks in silent.wav"),
        ("%transcribe broken.mp3", "cannot be read as audio"),
        ("%transcribe broken.mp3 --sync", "sync=True takes wav files only"),
        ("%transcribe *.wav --srt all.srt", "Subtitles belong to one recording"),
        ("%transcribe -b broken.mp3 --sync", "sync=True takes wav files only"),
    ],
)
def test_what_goes_wrong_is_one_sentence(own, line, said):
    own.run(
        "with wave.open('silent.wav', 'wb') as sound:\n"
        "    sound.setnchannels(1); sound.setsampwidth(2); sound.setframerate(16000)\n"
        "    sound.writeframes(bytes(32000))\n"
        "Path('broken.mp3').write_bytes(b'no sound ' * 99)\n"
        "Path('picture.png').write_bytes(b'\\x89PNG\\r\\n\\x1a\\n' + bytes(99))"
    )
    cell = own.run(line)
    own.follow(lambda: said in cell.text)  # an answer in the background ends after its cell
    assert "Traceback" not in cell.text
    own.run("Path('silent.wav').unlink()")
