"""The capture's own resampler, on a real audio thread: lengths, loudness, delay, level."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

import sophnet_jupyter.widgets

pytestmark = pytest.mark.browser
numpy = pytest.importorskip("numpy")

FOLDER = Path(sophnet_jupyter.widgets.__file__).parent
RATE = 16_000
SECONDS = 2
# Tones of a device at one rate, as the frames that the worklet makes of them.
CAPTURED = """async ({ rate, tones, seconds }) => {
    const context = new OfflineAudioContext(1, rate * seconds, rate);
    await context.audioWorklet.addModule("/hearing/capture_worklet.js");
    const node = new AudioWorkletNode(context, "sophnet-capture", {
        numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit",
        processorOptions: { rate: 16000, frame: 1600 },
    });
    const frames = [], levels = [];
    const closed = new Promise((resolve) => {
        node.port.onmessage = ({ data }) => {
            if (data.pcm) frames.push(Array.from(data.pcm));
            if (data.level) levels.push(data.level);
            if (data.closed) resolve();
        };
    });
    const buffer = new AudioBuffer({ length: rate * seconds, sampleRate: rate });
    const samples = buffer.getChannelData(0);
    for (let index = 0; index < samples.length; index++)
        for (const [frequency, size] of tones)
            samples[index] += size * Math.sin(2 * Math.PI * frequency * index / rate);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(node);
    source.start();
    await context.startRendering();
    node.port.postMessage({ close: true });
    await closed;
    return { frames, levels };
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A page that may use worklets: one of this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=FOLDER)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/panel/panel.css"
        server.shutdown()


def captured(page: Page, rate: int, *tones: tuple[float, float]) -> tuple[Any, dict[str, Any]]:
    """The samples as numbers from -1 to 1, and all that came."""
    asked = {"rate": rate, "tones": tones, "seconds": SECONDS}
    found: dict[str, Any] = page.evaluate(CAPTURED, asked)
    samples = numpy.concatenate([numpy.array(frame) for frame in found["frames"]]) / 0x8000
    return samples, found


def gain(samples: Any, frequency: float) -> complex:
    """How a tone of that frequency came out: its size, and its phase against a sine."""
    middle = samples[RATE // 2 : RATE // 2 + RATE]
    at = numpy.arange(RATE // 2, RATE // 2 + RATE) / RATE
    return complex(2j * numpy.mean(middle * numpy.exp(-2j * numpy.pi * frequency * at)))


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000])
def test_tones_of_speech_keep_their_size_and_are_delayed_alike(
    page: Page, address: str, rate: int
) -> None:
    page.goto(address)
    tones = [(each, 0.15) for each in (200, 1000, 3000, 6000) if each < rate * 0.39]
    samples, found = captured(page, rate, *tones)
    assert abs(len(samples) - SECONDS * RATE) <= 32 * max(1, RATE / rate), "nothing is lost"
    assert {len(frame) for frame in found["frames"][:-1]} == {1600}
    for frequency, size in tones:
        came = gain(samples, frequency)
        decibel = 20 * numpy.log10(abs(came) / size)
        assert abs(decibel) < 0.5, f"{frequency} Hz: {decibel:.2f} dB"
        delay = -numpy.angle(came) / (2 * numpy.pi * frequency)
        assert abs(delay - 1 / rate) < 5e-6, f"{frequency} Hz: {1e6 * delay:.1f} µs"


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_tones_above_speech_do_not_come_back_as_others(page: Page, address: str, rate: int) -> None:
    page.goto(address)
    for frequency in (9_500, 12_000, 18_000):
        samples, _ = captured(page, rate, (frequency, 0.5))
        middle = samples[RATE // 2 : RATE // 2 + RATE]
        loudness = float(numpy.sqrt(numpy.mean(middle**2)))
        # A rounded sample alone is as loud as -100 dB.
        assert loudness < 0.5 * 10 ** (-60 / 20), f"{frequency} Hz: {loudness:.1e}"


def test_a_device_of_the_right_rate_is_passed_on_sample_by_sample(page: Page, address: str) -> None:
    page.goto(address)
    samples, found = captured(page, RATE, (440, 0.5))
    assert len(samples) == SECONDS * RATE
    wished = 0.5 * numpy.sin(2 * numpy.pi * 440 * numpy.arange(len(samples)) / RATE)
    assert float(numpy.max(numpy.abs(samples - wished))) < 2 / 0x8000
    level = found["levels"][5]
    assert abs(level["peak"] - 0.5) < 0.01
    assert abs(level["loudness"] - 0.5 / 2**0.5) < 0.02


def test_what_is_too_loud_is_cut_and_does_not_turn_over(page: Page, address: str) -> None:
    page.goto(address)
    samples, _ = captured(page, 48_000, (1000, 1.5))
    assert float(samples.max()) > 0.99
    assert float(samples.min()) == -1.0
    steps = numpy.abs(numpy.diff(samples[100:]))
    assert float(steps.max()) < 0.65, "no sample turned over"
