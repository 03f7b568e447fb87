"""A voice chat in JupyterLab: a Chromium that hears a spoken WAV, a real kernel, the sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

pytest.importorskip("pocketsphinx")
from sophnet_jupyter.files import wav
from sophnet_jupyter.sandbox.engines.sound import voice

from .hearing import MICROPHONE_CLOSED, complaints, hearing, restart_kernel

pytestmark = pytest.mark.browser

# When each is spoken, in seconds: the second one into the first answer, the last one after the
# second answer was heard to its end.
SPOKEN = {
    1.0: "Please open the door.",
    8.0: "The sky is blue.",
    27.0: "The train leaves at seven.",
}
# Into the second answer, which is not interrupted: the panel is deaf then.
UNHEARD_AT, UNHEARD = 14.5, "Please open the door."
LENGTH = 90
# Short answers, of some nine seconds; the fake microphone hears no loudspeaker, and the browser's
# filters would spoil the first words while they learn.
SETUP = """import time
from sophnet_jupyter import Client, VoiceChat
client = Client()
async with client.voicechat.connect():
    pass  # the sandbox has loaded its recogniser now
talk = VoiceChat(client, keep=True, clean=False, silence=0.5, chat={"max_tokens": 40})
talk"""
TELL = """for turn in talk.turns:
    print(turn.ending, "|", turn.question, "|", turn.answer == turn.written, turn.barge_in)
print(len(talk.to_frame()))"""
# Keeps every track, context, decoder and interruption that there ever was.
WATCH = """(() => {
    window.tracks = [];
    window.contexts = [];
    window.decoders = [];
    const media = navigator.mediaDevices;
    const ask = media.getUserMedia.bind(media);
    media.getUserMedia = async (wishes) => {
        const stream = await ask(wishes);
        window.tracks.push(...stream.getTracks());
        return stream;
    };
    window.AudioContext = class extends AudioContext {
        constructor(options) {
            super(options);
            window.contexts.push(this);
        }
    };
    window.AudioDecoder = class extends AudioDecoder {
        constructor(options) {
            super(options);
            window.decoders.push(this);
        }
    };
})()"""
OPEN_DECODERS = "() => window.decoders.filter((each) => each.state !== 'closed').length"


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sentences, at their times; Chromium plays it again and again."""
    path = tmp_path_factory.mktemp("spoken") / "spoken.wav"
    all_spoken = {**SPOKEN, UNHEARD_AT: UNHEARD}
    sentences = {at: voice.speak(sentence) for at, sentence in all_spoken.items()}
    rate = next(rate for _, rate in sentences.values())
    samples = bytearray(2 * rate * LENGTH)
    for at, (pcm, _) in sentences.items():
        begin = 2 * round(at * rate)
        samples[begin : begin + len(pcm)] = pcm
    path.write_bytes(wav.written(bytes(samples), rate))
    return path


@pytest.fixture(scope="module")
def browser(spoken: Path) -> Iterator[Browser]:
    """A Chromium whose microphone hears that."""
    with hearing(spoken) as browser:
        yield browser


def test_three_turns_are_spoken_one_answer_is_broken_off_and_a_cell_runs_meanwhile(
    lab: Any, page: Page, open_notebook: Callable[[str], Any], console: Any
) -> None:
    page.add_init_script(WATCH)
    lab.write("talk.ipynb", SETUP, "time.sleep(900)", TELL)
    notebook = open_notebook("talk.ipynb")
    notebook.run_cell(0)
    view = notebook.output_of(0).locator(".sophnet-voice-chat")
    phase = view.locator(".sophnet-phase")
    notebook.start_cell(1)
    view.get_by_role("button", name="Start").click()
    turns = view.locator(".sophnet-turns > ol > li")
    expect(phase).to_have_text("Speaking", timeout=30_000)
    notebook.screenshot("voice-chat-speaking", of=view)
    first, second, third = (turns.nth(index) for index in range(3))
    expect(first).to_contain_text("Please open the door.")
    expect(first).to_contain_text("— interrupted", timeout=30_000)
    view.locator("summary").click()
    view.get_by_label("Half-duplex").check()
    view.locator("summary").click()
    expect(second).to_contain_text("The sky is blue.", timeout=30_000)
    expect(phase).to_have_text("Speaking")
    assert page.evaluate(OPEN_DECODERS) == 1
    expect(third).to_contain_text("The train leaves at seven.", timeout=60_000)
    expect(third.locator(".sophnet-figures")).to_contain_text("sound after")
    assert "interrupted" not in second.inner_text()
    expect(turns).to_have_count(3)
    view.get_by_role("button", name="Stop").click()
    expect(phase).to_have_text("Stopped")
    page.wait_for_function(MICROPHONE_CLOSED, polling=100)
    assert page.evaluate(OPEN_DECODERS) == 0
    notebook.interrupt()
    notebook.wait_idle()
    notebook.run_cell(2)
    told = notebook.output_of(2).inner_text().splitlines()
    assert re.match(r"stopped \| Please open the door\. \| False \d+\.\d+", told[0]), told
    assert told[1].startswith("complete | The sky is blue. | True None"), told
    assert told[2].split(" | ")[:2] == ["stopped", "The train leaves at seven."], told
    for theme in ("Light", "Dark", "Dark High Contrast"):
        notebook.set_theme(f"JupyterLab {theme}")
        notebook.screenshot(f"voice-chat-{theme.lower().replace(' ', '-')}", of=view)
    view.locator("summary").click()
    view.evaluate("(panel) => { panel.style.width = '320px'; }")
    assert view.evaluate("(panel) => panel.scrollWidth <= panel.clientWidth")
    notebook.screenshot("voice-chat-narrow", of=view)
    assert not complaints(console), console.lines
    # A still form as large as one with sound is renewed when the panel has rested.
    still = notebook.output_of(0).locator(".sophnet-twin")
    expect(still).to_contain_text("The train leaves at seven.")
    notebook.save()
    twin = str(nbformat.read(lab.root / "talk.ipynb", as_version=4).cells[0].outputs)
    for sentence in SPOKEN.values():
        assert sentence in twin
    assert "data:audio/mpeg;base64," in twin


HELD = """from sophnet_jupyter import VoiceChat
talk = VoiceChat(mode="push-to-talk", clean=False, chat={"max_tokens": 60})
talk"""


def test_a_held_button_is_a_turn_and_an_end_of_any_kind_leaves_nothing_open(
    lab: Any, page: Page, open_notebook: Callable[[str], Any], console: Any
) -> None:
    page.add_init_script(WATCH)
    lab.write("held.ipynb", HELD, "print([turn.ending for turn in talk.turns], talk.phase)")
    notebook = open_notebook("held.ipynb")
    notebook.run_cell(0)
    view = notebook.output_of(0).locator(".sophnet-voice-chat")
    phase, turns = view.locator(".sophnet-phase"), view.locator(".sophnet-turns > ol > li")
    hold = view.locator(".sophnet-hold")

    def speak() -> None:
        """Hold the space bar for one sentence, whichever is the next one by now."""
        hold.focus()
        page.keyboard.down("Space")
        expect(hold).to_have_attribute("aria-pressed", "true")
        expect(view.locator(".sophnet-partial")).to_contain_text(re.compile(r"\w"), timeout=40_000)
        page.wait_for_timeout(1500)
        page.keyboard.up("Space")
        question = turns.last.locator(".sophnet-you .sophnet-words")
        expect(question).to_have_text(re.compile(r"\w \w"))
        expect(phase).to_have_text("Speaking")

    def restart() -> None:
        restart_kernel(page, view)
        assert page.evaluate(OPEN_DECODERS) == 0

    view.get_by_role("button", name="Start").click()
    expect(phase).to_have_text("Listening", timeout=30_000)
    speak()
    notebook.save()
    # The page is loaded anew in the middle of an answer.
    page.reload()
    expect(phase).to_have_text("Ready", timeout=60_000)
    notebook.wait_idle()
    expect(turns).to_have_count(1)
    view.get_by_role("button", name="Start").click()
    expect(phase).to_have_text("Listening", timeout=30_000)
    speak()
    view.get_by_role("button", name="Interrupt").click()
    expect(turns.last).to_contain_text("— interrupted")
    expect(phase).to_have_text("Listening")
    view.locator("summary").click()
    notebook.screenshot("voice-chat-setup", of=view)
    view.get_by_label("System").fill("Answer in one sentence.")
    view.get_by_role("button", name="Apply").click()
    expect(view.locator(".sophnet-notice")).to_contain_text("on a new line only")
    expect(phase).to_have_text("Listening")
    notebook.run_cell(1)
    expect(notebook.output_of(1)).to_contain_text(
        re.compile(r"\['(in)?complete', 'stopped'\] listening")
    )
    notebook.set_theme("JupyterLab Dark")
    notebook.screenshot("voice-chat-setup-dark", of=view)
    # The kernel is restarted in the middle of an answer, and while nobody speaks.
    speak()
    restart()
    notebook.screenshot("voice-chat-restarted", of=view)
    notebook.wait_idle()
    notebook.run_cell(0)
    view.get_by_role("button", name="Start").click()
    expect(phase).to_have_text("Listening", timeout=30_000)
    restart()
    assert not [line for line in console.lines if line.startswith("uncaught")], console.lines
