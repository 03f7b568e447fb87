"""The transcript in JupyterLab: the sound, and its sentences beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

pytest.importorskip("av")
pytest.importorskip("pocketsphinx")

pytestmark = pytest.mark.browser

SETUP = """%load_ext sophnet_jupyter
import wave
from sophnet_jupyter.sandbox.engines.sound import voice

said = ["The sky is blue.", "Please open the door.", "The train leaves at seven."]
with wave.open("talk.wav", "wb") as sound:
    for text in said:
        pcm, rate = voice.speak(text)
        if not sound.getnframes():
            sound.setnchannels(1); sound.setsampwidth(2); sound.setframerate(rate)
        # After four seconds somebody else is thought to speak.
        sound.writeframes(bytes(8 * rate) + pcm)
    sound.writeframes(bytes(2 * rate))"""
HOSTILE = """from sophnet_jupyter import Response, TranscriptPlayer
from sophnet_jupyter.values.transcript import Recording, Sentence
bad = "<img src=x onerror=window.struck=1><b>bold</b>"
lines = [Sentence(text=f"line {n} {bad}", start=n, end=n + 1.0, speaker=bad) for n in range(300)]
shown = TranscriptPlayer(Response(recordings=(Recording(name=bad, sentences=tuple(lines)),)))
shown"""


PANEL = """from sophnet_jupyter import RecordingPanel
panel = RecordingPanel(speakers=["Ada"])
panel"""


@pytest.fixture
def talk(lab: Any, open_notebook: Callable[[str], Any]) -> Any:
    lab.write("talk.ipynb", SETUP, "%transcribe talk.wav --speakers Ada,Bob -o talk", HOSTILE)
    notebook = open_notebook("talk.ipynb")
    for cell in range(3):
        notebook.run_cell(cell)
    return notebook


def test_a_click_jumps_and_the_spoken_sentence_is_marked(talk: Any, page: Page) -> None:
    output = talk.output_of(1)
    panel = output.locator(".sophnet-transcript")
    rows = panel.locator("li")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("Bob")
    expect(panel.locator(".sophnet-chip")).to_have_text(["Ada", "Bob"])
    audio = panel.locator("audio")
    door = rows.filter(has_text="Please open the door.")
    door.get_by_role("button").click()
    expect(door).to_have_attribute("aria-current", "true")
    assert 8 < audio.evaluate("sound => sound.currentTime") < 12
    talk.set_theme("JupyterLab Dark")
    audio.evaluate("sound => { sound.pause(); sound.currentTime += 0.1 }")
    talk.screenshot("transcript-dark", of=output)
    talk.set_theme("JupyterLab Light")
    talk.screenshot("transcript-light", of=output)
    # The sound itself moves the mark on, without a click.
    audio.evaluate("sound => { sound.currentTime = 15; sound.playbackRate = 4; sound.play() }")
    expect(rows.nth(2)).to_have_attribute("aria-current", "true")
    expect(panel.locator("[aria-current]")).to_have_count(1)
    # By the keyboard alone.
    rows.nth(0).get_by_role("button").press("Enter")
    expect(rows.nth(0)).to_have_attribute("aria-current", "true")

    box = panel.get_by_label("Search the transcript")
    box.fill("TRAIN")
    expect(panel.get_by_text("1 of 3 sentences")).to_be_visible()
    expect(panel.locator("mark")).to_have_text("train")
    expect(rows.nth(0)).to_be_hidden()
    box.fill("")
    expect(rows.nth(0)).to_be_visible()

    # In little room the words have all of it, below the name.
    panel.evaluate("panel => { panel.style.width = '350px' }")
    room = door.locator(".sophnet-said").bounding_box()
    assert room
    assert room["width"] > 300
    talk.screenshot("transcript-narrow", of=panel)

    struck = talk.output_of(2)
    expect(struck.get_by_role("listitem")).to_have_count(300)
    expect(struck.get_by_role("listitem").nth(3)).to_contain_text("<b>bold</b>")
    assert page.evaluate("window.struck") is None


def test_a_saved_notebook_shows_player_and_sentences_without_a_kernel(
    talk: Any, lab: Any, open_notebook: Callable[[str], Any], page: Page
) -> None:
    talk.save()
    path = lab.root / "talk.ipynb"
    saved = nbformat.read(path, as_version=4)
    saved.metadata.pop("widgets", None)
    foreign = path.with_name("foreign.ipynb")
    # Other numbers make it a notebook that this server has not signed.
    saved.cells[1].outputs = [output for output in saved.cells[1].outputs if "data" in output]
    nbformat.write(saved, foreign)
    opened = open_notebook("foreign.ipynb")
    output = opened.output_of(1)
    player = output.locator("audio[src]")
    expect(player).to_be_visible()
    page.wait_for_function("sound => sound.duration > 15", arg=player.element_handle(), polling=100)
    expect(output.get_by_text("Please open the door.").last).to_be_visible()
    expect(output.get_by_text("Bob").last).to_be_visible()
    for theme in ("Light", "Dark"):
        opened.set_theme(f"JupyterLab {theme}")
        opened.screenshot(f"transcript-still-{theme.lower()}", of=output)
    expect(opened.output_of(2).get_by_text("100 more sentences")).to_be_visible()
    assert page.evaluate("window.struck") is None


def test_a_dropped_recording_is_transcribed_named_and_saved(
    lab: Any, open_notebook: Callable[[str], Any], page: Page
) -> None:
    lab.write("panel.ipynb", SETUP, PANEL, "panel.response.speakers", "panel.transcribe('no.wav')")
    notebook = open_notebook("panel.ipynb")
    for cell in range(2):
        notebook.run_cell(cell)
    panel = notebook.output_of(1).locator(".sophnet-recording")
    save = panel.get_by_role("button", name="Save .srt")
    expect(save).to_be_disabled()
    talk = {
        "name": "talk.wav",
        "mimeType": "audio/wav",
        "buffer": (lab.root / "talk.wav").read_bytes(),
    }
    panel.locator("input[type=file]").set_input_files(talk)
    rows = panel.locator("li").filter(has=page.locator(".sophnet-said"))
    expect(rows).to_have_count(3)
    expect(panel).to_have_attribute("data-phase", "ready")
    expect(rows.nth(0)).to_contain_text("Ada")
    expect(panel.locator("audio")).to_be_visible()
    bob = panel.get_by_label("Name of Speaker 2")
    bob.fill("Bob")
    bob.press("Enter")
    expect(rows.nth(1)).to_contain_text("Bob")
    with page.expect_download() as saved:
        save.click()
    assert saved.value.suggested_filename == "talk.srt"
    assert "Bob: Please open the door." in saved.value.path().read_text("utf-8")
    notebook.run_cell(2)
    expect(notebook.output_of(2)).to_contain_text("['Ada', 'Bob']")
    for theme in ("Dark", "Light"):
        notebook.set_theme(f"JupyterLab {theme}")
        notebook.screenshot(f"recording-{theme.lower()}", of=panel)

    # What is wrong with another one leaves what is there.
    notebook.run_cell(3)
    expect(panel.get_by_role("alert").first).to_contain_text("no.wav")
    expect(rows).to_have_count(3)
    # The quick way, for a short one.
    panel.get_by_label("Fast, for a short .wav").check()
    panel.locator("input[type=file]").set_input_files(talk | {"name": "short.wav"})
    expect(panel.locator(".sophnet-name").first).to_have_text("short.wav")
    expect(save).to_be_disabled()
    expect(panel.get_by_role("button", name="Save .txt")).to_be_enabled()
    expect(rows.nth(1)).to_contain_text("Please open the door.")
    panel.evaluate("panel => { panel.style.width = '350px' }")
    notebook.screenshot("recording-narrow", of=panel)
