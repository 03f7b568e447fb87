"""MP3 in pieces, decoded as it comes: the very samples of a decode of the whole file."""

from __future__ import annotations

import base64
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
TONE = Path(__file__).parents[1] / "widgets" / "tone.mp3"
IN_PIECES = """async ({ data, sizes }) => {
    const { openDecoder } = await import("/playing/decoder.js");
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const samples = [];
    let rate = 0;
    const hear = (pcm, sampleRate) => { samples.push(...pcm); rate = sampleRate; };
    const fail = (error) => { throw error };
    const decoder = openDecoder("mp3", { sampleRate: 0, channels: 0 }, hear, fail);
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length];
        decoder.feed(bytes.slice(at, at + size));
        at += size;
        if (turn % 8 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    await decoder.end();
    decoder.close();
    return { samples, rate };
}"""
WHOLE = """async ({ data, rate }) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const context = new OfflineAudioContext(1, 1, rate);
    return Array.from((await context.decodeAudioData(bytes.buffer)).getChannelData(0));
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A page of this machine, which may decode."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(FOLDER))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture
def data(page: Page, address: str) -> Any:
    page.goto(address)
    return base64.b64encode(TONE.read_bytes()).decode()


def test_wherever_an_mp3_is_cut_its_samples_are_the_same(page: Page, data: str) -> None:
    whole = page.evaluate(IN_PIECES, {"data": data, "sizes": [10**7]})
    assert len(whole["samples"]) > whole["rate"] / 2
    for sizes in ([1], [7, 113, 1], [417], [4096, 3]):
        assert page.evaluate(IN_PIECES, {"data": data, "sizes": sizes}) == whole, sizes


def test_a_streamed_mp3_is_what_a_decode_of_the_whole_file_gives(page: Page, data: str) -> None:
    pieces = page.evaluate(IN_PIECES, {"data": data, "sizes": [313]})
    streamed = numpy.array(pieces["samples"], dtype=numpy.int64)
    whole = numpy.array(page.evaluate(WHOLE, {"data": data, "rate": pieces["rate"]}))
    whole = numpy.round(numpy.clip(whole, -1, 1) * 32767).astype(numpy.int64)
    # The whole decode leaves out the silence that an encoder puts in front of the first sample.
    front = len(streamed) - len(whole)
    assert 0 <= front < 3 * 1152
    ahead = [n for n in range(front + 1) if numpy.array_equal(streamed[n : n + len(whole)], whole)]
    assert len(ahead) == 1
