"""The audio player in JupyterLab: sound that is heard while it still arrives."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# Three seconds of 440 Hz, made for these tests.
TONE = Path(__file__).parents[1] / "widgets" / "tone.mp3"
SETUP = """import array, math, time, threading
from pathlib import Path
from sophnet_jupyter.widgets.playing.audio_player import AudioPlayer

def samples(seconds, rate=24_000):
    turn = 2 * math.pi * 440 / rate
    tone = (round(12_000 * math.sin(turn * i)) for i in range(int(seconds * rate)))
    return array.array("h", tone).tobytes()

def arrive(player, data, pieces, seconds):
    # As a service sends it: in pieces that know nothing of frames or samples.
    def feed():
        size = len(data) // pieces + 1
        for at in range(0, len(data), size):
            player.feed(data[at : at + size])
            time.sleep(seconds / pieces)
        player.finish()
    threading.Thread(target=feed, daemon=True).start()
"""
# Keeps what goes to the loudspeaker, and every context that was ever opened.
RECORDER = """(() => {
    window.contexts = [];
    window.recorders = [];
    window.AudioContext = class extends AudioContext {
        constructor(options) {
            super(options);
            window.contexts.push(this);
        }
    };
    const source = `registerProcessor("recorder", class extends AudioWorkletProcessor {
        heard = [];
        constructor() {
            super();
            this.port.onmessage = () => this.port.postMessage(this.heard);
        }
        process([[mono]]) {
            if (mono) this.heard.push(...mono);
            return true;
        }
    })`;
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (to, ...rest) {
        if (to instanceof AudioDestinationNode) {
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            this.context.audioWorklet.addModule(url).then(() => {
                const recorder = new AudioWorkletNode(this.context, "recorder");
                window.recorders.push(recorder);
                connect.call(this, recorder);
            });
        }
        return connect.call(this, to, ...rest);
    };
    window.heard = () => Promise.all(recorders.map((recorder) => new Promise((resolve) => {
        recorder.port.onmessage = ({ data }) => resolve(data);
        recorder.port.postMessage("all");
    })));
})()"""
# Whether the last tenth of a second was so loud.
LOUDNESS = """window.between = async (low, high) => {
    const [all = []] = await window.heard();
    const loudest = Math.max(...all.slice(-2400).map(Math.abs));
    return all.length > 2400 && low <= loudest && loudest <= high;
}"""
# All that was ever written in the players of a notebook, also what is gone before anybody looks.
SHOWN = """(() => {
    const seen = [];
    const look = () => document.querySelectorAll(".sophnet-audio").forEach((player, at) => {
        seen[at] = (seen[at] ?? "") + player.textContent;
    });
    const options = { childList: true, characterData: true, subtree: true };
    new MutationObserver(look).observe(document, options);
    window.shown = (cell) => seen[cell] ?? "";
})()"""
# A browser that wants a click before it makes a sound.
SHY = """window.AudioContext = class extends AudioContext {
    constructor(options) {
        super(options);
        super.suspend();
    }
    resume() {
        return window.event?.type === "click" ? super.resume() : new Promise(() => {});
    }
}"""


def glitches(heard: list[float], hertz: float = 440.0, rate: int = 24_000) -> list[int]:
    """
    Where a steady tone is not one: a sine obeys x[n+1] = 2 cos(w) x[n] - x[n-1].

    Its beginning and end fade, and are left out.
    """
    loud = [index for index, level in enumerate(heard) if abs(level) > 0.3]
    turn = 2 * math.cos(2 * math.pi * hertz / rate)
    middle = range(loud[0] + 300, loud[-1] - 300)
    return [i for i in middle if abs(heard[i + 1] - turn * heard[i] + heard[i - 1]) > 0.01]


def test_streams_play_without_a_gap_while_a_cell_sleeps(
    lab: Any, page: Page, open_notebook: Callable[[str], Any], console: Any
) -> None:
    page.add_init_script(RECORDER)
    page.add_init_script(SHOWN)
    # So much faster than it is heard that it is there in time on a busy machine too.
    arrive = "arrive({0}, {0}_data, pieces=37, seconds=1)"
    lab.write(
        "streams.ipynb",
        f"{SETUP}\nmp3, mp3_data = AudioPlayer(), Path({str(TONE)!r}).read_bytes()\nmp3",
        "pcm, pcm_data = AudioPlayer('pcm', title='Beep'), samples(3)\npcm",
        f"{arrive.format('mp3')}\n{arrive.format('pcm')}\ntime.sleep(900)",
        "for it in mp3, pcm:\n    print(it.underruns, 2.9 < it.played < 3.2, it.played)",
    )
    notebook = open_notebook("streams.ipynb")
    notebook.run_cell(0)
    notebook.run_cell(1)
    notebook.start_cell(2)
    notebook.screenshot("audio-arriving")
    for cell in (0, 1):
        expect(notebook.output_of(cell)).to_contain_text("0:03 / 0:03Ended")
        assert "more is coming" in page.evaluate("cell => shown(cell)", cell)
    for heard in page.evaluate("heard()"):
        assert sum(abs(level) > 0.01 for level in heard) > 2.5 * 24_000
        assert not glitches(heard)
    notebook.interrupt()
    expect(notebook.output_of(2)).to_contain_text("KeyboardInterrupt")
    notebook.wait_idle()
    notebook.run_cell(3)
    expect(notebook.output_of(3)).to_contain_text(re.compile(r"0 True .*\n0 True"))
    notebook.save()
    cells = nbformat.read(lab.root / "streams.ipynb", as_version=4).cells
    for cell, mime in zip(cells, ("mpeg", "wav"), strict=False):
        start = f'<audio controls preload="metadata" src="data:audio/{mime};base64,'
        assert start in cell.outputs[1].data["text/html"]
    bad = ("uncaught", "error", "warning")
    assert not [line for line in console.lines if line.startswith(bad)], console.lines


def test_a_listener_taps_pauses_goes_back_and_stops(
    lab: Any, page: Page, open_notebook: Callable[[str], Any]
) -> None:
    page.add_init_script(RECORDER)
    page.add_init_script(SHY)
    lab.write(
        "taps.ipynb",
        f"{SETUP}\nplayer = AudioPlayer('pcm', on_stop=lambda: print('closed'))\nplayer",
        "player.feed(samples(40)); player.played",
        "player.finished, player.played > 10",
    )
    notebook = open_notebook("taps.ipynb")
    notebook.run_cell(0)
    notebook.run_cell(1)
    player = notebook.output_of(0).locator(".sophnet-audio")
    tap = player.get_by_role("button", name="Tap to hear")
    tap.click()
    expect(tap).to_be_hidden()
    expect(player).to_contain_text(re.compile(r"0:(0[1-9]|[1-3]\d) / 0:40"))
    player.get_by_role("button", name="Pause").click()
    expect(player).to_contain_text("Paused, more is coming")
    # What has come can be kept while more does.
    with page.expect_download() as saved:
        player.get_by_role("button", name="Download").click()
    assert saved.value.suggested_filename == "sound.wav"
    assert saved.value.path().stat().st_size == 44 + 40 * 2 * 24_000
    place = player.get_by_label("Position")
    place.fill("12.5")
    expect(player).to_contain_text("0:12 / 0:40")
    player.get_by_role("button", name="Play").click()
    expect(player).to_contain_text(re.compile(r"0:(1[3-9]|[23]\d) / 0:40"))
    notebook.screenshot("audio-light", of=player)
    player.get_by_role("button", name="Stop").click()
    expect(player).to_contain_text("Paused")
    expect(player.get_by_role("button", name="Stop")).to_be_hidden()
    notebook.run_cell(2)
    expect(notebook.output_of(2)).to_contain_text("(True, True)")
    notebook.set_theme("JupyterLab Dark")
    page.set_viewport_size({"width": 640, "height": 800})
    notebook.screenshot("audio-narrow-dark", of=player)
    assert page.evaluate("contexts.map((context) => context.state)") == ["running"]
    notebook.choose(0)
    page.keyboard.press("Escape")
    notebook.command("notebook:clear-cell-output")
    page.wait_for_function("contexts.every((context) => context.state === 'closed')")


def test_position_and_volume_are_heard(
    lab: Any, page: Page, open_notebook: Callable[[str], Any]
) -> None:
    page.add_init_script(RECORDER)
    page.add_init_script(LOUDNESS)
    quiet = "array.array('h', (v // 6 for v in array.array('h', samples(20)))).tobytes()"
    lab.write(
        "loud.ipynb",
        f"{SETUP}\nplayer = AudioPlayer('pcm')\nplayer",
        f"player.feed({quiet} + 3 * samples(20)); player.finish()",
    )
    notebook = open_notebook("loud.ipynb")
    notebook.run_cell(0)
    notebook.run_cell(1)
    player = notebook.output_of(0).locator(".sophnet-audio")
    expect(player).to_contain_text("/ 1:20Playing")
    # A tone of 12,000 of 32,768, and a sixth of it in the first quarter.
    page.wait_for_function("between(0.04, 0.08)", polling=100)
    player.get_by_label("Position").fill("25")
    page.wait_for_function("between(0.33, 0.4)", polling=100)
    # Faster it is as loud, also while more may come.
    player.get_by_label("Speed").select_option("1.5×")
    page.wait_for_function("between(0.33, 0.4)", polling=100)
    player.get_by_label("Volume").fill("0.5")
    page.wait_for_function("between(0.16, 0.2)", polling=100)
    player.get_by_label("Volume").fill("0")
    page.wait_for_function("between(0, 0.001)", polling=100)
    player.get_by_label("Volume").fill("1")
    player.get_by_label("Position").fill("5")
    page.wait_for_function("between(0.04, 0.08)", polling=100)
    expect(player).to_contain_text("/ 1:20Playing")
