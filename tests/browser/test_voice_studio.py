"""Speech in JupyterLab: heard while it is made, from a cell and from the studio."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from sophnet_jupyter.files import wav

has_engines = all(importlib.util.find_spec(name) for name in ("av", "espeakng_loader"))
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not has_engines, reason="the engines are not installed"),
]

# Notes when the first bytes reach the decoder, and when the first sample that is not silence
# goes to the loudspeaker.
LISTENER = """(() => {
    window.first = {};
    const decode = AudioDecoder.prototype.decode;
    AudioDecoder.prototype.decode = function (chunk) {
        window.first.bytes ??= performance.now();
        return decode.call(this, chunk);
    };
    const source = `registerProcessor("listener", class extends AudioWorkletProcessor {
        process([[mono]]) {
            const heard = mono?.some((sample) => sample !== 0);
            if (heard) this.port.postMessage("heard");
            return !heard;
        }
    })`;
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (to, ...rest) {
        if (to instanceof AudioDestinationNode) {
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            this.context.audioWorklet.addModule(url).then(() => {
                const listener = new AudioWorkletNode(this.context, "listener");
                listener.port.onmessage = () => (window.first.sound ??= performance.now());
                connect.call(this, listener);
            // A context may be closed by then: a short sound is over.
            }, () => {});
        }
        return connect.call(this, to, ...rest);
    };
})()"""
SOUND = wav.head(32_000, 16_000, 1) + bytes(32_000)
LONG = "One two three four five six seven eight nine ten. " * 3


def test_a_text_is_heard_while_it_is_made_and_leaves_one_player(
    lab: Any, page: Page, open_notebook: Callable[[str], Any], console: Any
) -> None:
    page.add_init_script(LISTENER)
    lab.write(
        "speak.ipynb",
        "%load_ext sophnet_jupyter",
        f"%speak --voice longwan -o said {LONG}",
        "%%sophchat --voice longxiaochun\nCount to 12",
        f"%speak -o part {LONG}",
        "print(said.ending, len(said.audio) > 10_000, part.ending, len(part.audio) > 1_000)",
    )
    notebook = open_notebook("speak.ipynb")
    notebook.run_cell(0)
    notebook.start_cell(1)
    spoken = notebook.output_of(1)
    # It plays while the cell still runs, and can be paused meanwhile.
    expect(spoken).to_contain_text("Playing, more is coming")
    notebook.screenshot("speak-arriving")
    spoken.get_by_role("button", name="Pause").click()
    expect(spoken).to_contain_text("Paused, more is coming")
    spoken.get_by_role("button", name="Play").click()
    notebook.wait_idle()
    expect(spoken).to_contain_text("characters said")
    expect(spoken.locator(".sophnet-audio")).to_have_count(1)
    expect(spoken.locator("audio:visible")).to_have_count(0)

    page.wait_for_function("() => window.first.sound > window.first.bytes", polling=100)
    notebook.run_cell(2)
    answered = notebook.output_of(2)
    expect(answered).to_contain_text("1, 2, 3")
    expect(answered.locator(".sophnet-audio")).to_have_count(1)

    # Enough was heard: the stream is closed, and what came can be played.
    notebook.start_cell(3)
    part = notebook.output_of(3)
    expect(part).to_contain_text("Playing, more is coming")
    part.get_by_role("button", name="Stop").click()
    notebook.wait_idle()
    expect(part).to_contain_text("stopped")
    notebook.run_cell(4)
    expect(notebook.output_of(4)).to_contain_text("complete True stopped True")
    for theme in ("Dark", "Light"):
        notebook.set_theme(f"JupyterLab {theme}")
        notebook.screenshot(f"speak-{theme.lower()}")
    notebook.save()
    saved = nbformat.read(lab.root / "speak.ipynb", 4)
    html = [output["data"].get("text/html", "") for output in saved.cells[1].outputs]
    assert sum("<audio controls" in part for part in html) == 1
    assert not [line for line in console.lines if line.startswith("uncaught")]


def test_an_interrupt_of_a_spoken_answer_silences_the_browser(
    lab: Any, page: Page, open_notebook: Callable[[str], Any], console: Any
) -> None:
    page.add_init_script(LISTENER)
    lab.write(
        "hush.ipynb",
        "%load_ext sophnet_jupyter",
        "%%sophchat --voice longwan -o part\nCount to 900",
        "print(part.ending, len(part.text) > 10, len(part.audio) > 1_000)",
    )
    notebook = open_notebook("hush.ipynb")
    notebook.run_cell(0)
    notebook.start_cell(1)
    answer = notebook.output_of(1)
    expect(answer.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function("() => window.first.sound", polling=100)
    notebook.interrupt()
    notebook.wait_idle()
    expect(answer.get_by_role("button", name="Play")).to_be_visible()
    expect(answer.locator(".sophnet-audio .sophnet-word")).to_have_text("Paused")
    expect(answer).to_contain_text("■ stopped")
    notebook.run_cell(2)
    expect(notebook.output_of(2)).to_contain_text("stopped True True")
    # What was heard stays playable.
    answer.get_by_role("button", name="Play").click()
    expect(answer.locator(".sophnet-audio .sophnet-word")).to_have_text("Playing")
    assert not [line for line in console.lines if line.startswith("uncaught")]


def test_the_studio_plays_one_text_at_a_time_whatever_is_pressed(
    lab: Any, page: Page, open_notebook: Callable[[str], Any], console: Any
) -> None:
    lab.write("turns.ipynb", "from sophnet_jupyter import VoiceStudio\nVoiceStudio()")
    notebook = open_notebook("turns.ipynb")
    notebook.run_cell(0)
    panel = notebook.output_of(0).locator(".sophnet-voice-studio")
    rows = panel.get_by_role("listitem")
    box = panel.get_by_label("Text", exact=True)
    speak = panel.locator("button.sophnet-main")
    for number, words in enumerate(("one two three four five", "six seven eight nine ten")):
        box.fill(f"{words} " * 3)
        panel.get_by_label("Format").select_option("wav")
        speak.click()
        expect(rows.nth(number).locator("audio")).to_be_visible(timeout=30_000)
        expect(rows.nth(number)).to_contain_text("Complete")
    first, second = (rows.nth(number).locator("audio") for number in (0, 1))
    paused = "player => player.paused"

    # One is played by its own controls while another is.
    first.evaluate("player => player.play()")
    expect_that(page, first, "player => !player.paused")
    second.evaluate("player => player.play()")
    expect_that(page, first, paused)
    assert not second.evaluate(paused)

    # One that is being made begins when the one that is heard has fallen silent.
    box.fill("One two three four five six seven eight. " * 4)
    panel.get_by_label("Format").select_option("mp3")
    second.evaluate("player => player.pause()")
    speak.click()
    live = rows.nth(2).get_by_role("button", name="Pause")
    expect(live).to_be_visible()

    # And it gives way to one that is played by hand, and takes its turn back.
    first.evaluate("player => player.play()")
    again = rows.nth(2).get_by_role("button", name="Play", exact=True)
    expect(again).to_be_visible()
    again.click()
    expect(live).to_be_visible()
    expect_that(page, first, paused)
    assert not [line for line in console.lines if line.startswith("uncaught")]


def expect_that(page: Page, player: Locator, condition: str) -> None:
    page.wait_for_function(condition, arg=player.element_handle(), polling=100)


def test_the_studio_says_a_queue_of_texts_and_gives_them_as_files(
    lab: Any, page: Page, open_notebook: Callable[[str], Any], console: Any
) -> None:
    page.add_init_script(LISTENER)
    lab.write(
        "studio.ipynb",
        "from sophnet_jupyter import VoiceStudio\nstudio = VoiceStudio()\nstudio",
        "import time; time.sleep(900)",
        "for each in studio.responses: print(each.model, each.ending, len(each.audio) > 3_000)",
    )
    notebook = open_notebook("studio.ipynb")
    notebook.run_cell(0)
    panel = notebook.output_of(0).locator(".sophnet-voice-studio")
    notebook.start_cell(1)
    rows = panel.get_by_role("listitem")

    panel.get_by_label("Voice", exact=True).select_option("longxiaochun_v2")
    panel.get_by_role("button", name="Sample").click()
    expect(rows.first).to_contain_text("Sample of longxiaochun_v2")
    expect(panel.locator(".sophnet-badge")).to_have_text("sandbox")
    page.wait_for_function("() => window.first.sound", polling=100)
    expect(rows.first.locator("audio")).to_be_visible()

    # Keys only from here on.
    box = panel.get_by_label("Text", exact=True)
    box.fill("One two three.")
    panel.get_by_label("Rate").focus()
    page.keyboard.press("ArrowRight")
    box.focus()
    page.keyboard.press("Control+Enter")
    box.fill("你好，世界。<img src=x onerror=alert(1)>")
    panel.get_by_label("Format").select_option("wav")
    page.keyboard.press("Tab")
    speak = panel.locator("button.sophnet-main")
    speak.press("Enter")
    expect(rows).to_have_count(3)
    notebook.screenshot("studio-speaking")
    expect(panel.locator("audio:visible")).to_have_count(3, timeout=30_000)
    expect(rows.nth(2)).to_contain_text("<img")
    with page.expect_download() as download:
        rows.nth(1).get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "One-two-three.mp3"

    # A voice is made of what is dropped, and chosen; nobody's is made who was not asked.
    panel.get_by_text("A voice of your own").click()
    panel.locator("input[type=file]").set_input_files(
        {"name": "ada.wav", "mimeType": "audio/wav", "buffer": SOUND}
    )
    create = panel.get_by_role("button", name="Make the voice")
    panel.get_by_label("Name of the voice").fill("ada")
    expect(panel.locator(".sophnet-own")).to_contain_text("ada.wav")
    expect(create).to_be_disabled()
    panel.get_by_label("The speaker has agreed").check()
    notebook.screenshot("studio-own-voice", of=panel)
    create.click()
    expect(panel.get_by_label("Voice", exact=True)).to_have_value("ada")
    expect(panel.get_by_label("Name of the voice")).to_be_hidden()

    # What cannot be said is told at once, and a stopped queue can go on.
    box.fill("😀")
    speak.click()
    expect(panel.get_by_role("alert")).to_contain_text("nothing to say")
    panel.get_by_label("Format").select_option("mp3")
    box.fill("One two three four five six seven eight. " * 4)
    speak.click()
    box.fill("The last one.")
    expect(speak).to_have_text("Add to the queue")
    speak.click()
    panel.get_by_role("button", name="Stop").click()
    expect(rows.nth(3)).to_contain_text("Stopped")
    expect(rows.nth(4)).to_contain_text("Waiting")
    panel.get_by_role("button", name="Go on").click()
    expect(rows.nth(4).locator("audio")).to_be_visible()
    rows.nth(3).get_by_role("button", name="Remove").click()
    expect(rows).to_have_count(4)
    for theme in ("Dark", "Light"):
        notebook.set_theme(f"JupyterLab {theme}")
        notebook.screenshot(f"studio-{theme.lower()}", of=panel)
    panel.evaluate("panel => { panel.style.width = '350px' }")
    room = rows.nth(3).locator(".sophnet-text").bounding_box()
    assert room
    assert room["width"] > 250
    notebook.screenshot("studio-narrow", of=panel)

    notebook.interrupt()
    notebook.wait_idle()
    notebook.run_cell(2)
    said = notebook.output_of(2).inner_text()
    assert re.findall("cosyvoice-v2 complete True", said) == ["cosyvoice-v2 complete True"] * 3
    assert not [line for line in console.lines if line.startswith("uncaught")]
