"""A conversation by voice in a browser: gaps, interruptions, the first sound, and what is left."""

from __future__ import annotations

import statistics
import wave
from array import array
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ..lab import Lab, lab
from ..result import OURS, Goal, Missing, Result
from ..rounds import skip

# The microphone: every so many seconds, somebody speaks for so long. Each time this breaks the
# answer off, and is the next question.
PERIOD, SPOKEN = 3.0, 0.4
RATE, LOUD = 48_000, 8000
# Milliseconds.
IN_BROWSER, THROUGH_KERNEL, FIRST_SOUND = 60, 250, 200
ENGINES = ("av", "espeakng_loader")
SETUP = """
import json, subprocess, sys, threading, time
from array import array
import psutil
from IPython.display import display
from sophnet_jupyter import Client, VoiceChat
from sophnet_jupyter.events import AudioChunk
from sophnet_jupyter.kernel.loop import run
from sophnet_jupyter.providers.sophnet.voicechat.session import VoiceChatSession
from sophnet_jupyter.widgets.hearing.take import Take
from sophnet_jupyter.widgets.voicechat.answer import Answers

command = [sys.executable, "-m", "sophnet_jupyter.sandbox", "--quirk", "scripted_speech"]
command += ["--api-key", "sandbox"]
command += ["--first-token", "0", "--tokens-per-second", "200", "--voice-speed", "1"]
service = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
report = json.loads(service.stdout.readline())
client = Client("sandbox", report["url"], "p", model="m")
ids = dict(asr_easyllm_id="ears", tts_easyllm_id="mouth")

# When turns ended, and when the browser said that their answer began to be heard.
asked, heard, frames = [], [], []
complete, hear_of, add = VoiceChatSession.complete, Answers.hear_of, Take.add
async def completing(self):
    asked.append(time.monotonic())
    await complete(self)
def hearing(self, turn, facts):
    if facts.get("began"):
        heard.append(time.monotonic() - asked[-1])
    hear_of(self, turn, facts)
def adding(self, seq, captured, now, data):
    frames.append(seq)
    add(self, seq, captured, now, data)
VoiceChatSession.complete, Answers.hear_of, Take.add = completing, hearing, adding

question = array("h", [7] * 6400).tobytes()
async def own(count):
    # The sandbox's own time, on a line without a panel.
    found = []
    async with client.voicechat.connect(**ids) as session:
        for _ in range(count):
            await session.play(question, pace=0)
            begin = time.monotonic()
            async for event in session.stream():
                if isinstance(event, AudioChunk):
                    found.append(time.monotonic() - begin)
                    break
            await session.rested()
    return found
many = VoiceChat(client, [question] * ({cancels} + 1), pace=0, **ids)
silent, cut = threading.Event(), many._answers.cut
def cutting(turn, facts):
    if "played" in facts:
        silent.set()
    return cut(turn, facts)
many._answers.cut = cutting
talk = VoiceChat(client, silence=0.3, clean=False, **ids)
display(many, talk)
"""
COMPUTE = """
end = time.monotonic() + {seconds}
while time.monotonic() < end:
    sum(range(1000))
"""
# Interrupts each answer from the kernel as soon as it is heard, and waits until the browser has
# said that it is silent; the last answer goes on.
INTERRUPT = """
heard.clear()
many.start()
told = []
for number in range({cancels} + 1):
    deadline = time.monotonic() + 30
    while len(heard) <= number:
        assert time.monotonic() < deadline, "no answer was heard"
        time.sleep(0.002)
    if number < {cancels}:
        silent.clear()
        begin = time.monotonic()
        many.interrupt()
        assert silent.wait(30), "the browser was not silent"
        told.append(time.monotonic() - begin)
"""
SOCKETS = """[each.raddr.port for each in psutil.Process().net_connections("tcp")
    if each.status == "ESTABLISHED" and each.raddr].count(report["port"])"""
# What is counted in the page: decoders, and sound that goes to the loudspeaker unasked.
WATCH = """() => {
    window.decoders = [];
    window.AudioDecoder = class extends AudioDecoder {
        constructor(options) {
            super(options);
            window.decoders.push(this);
        }
    };
    window.stray = 0;
    const begun = new WeakMap();
    const post = MessagePort.prototype.postMessage;
    MessagePort.prototype.postMessage = function (message, ...more) {
        if (message?.begin !== undefined) begun.set(this, message.begin);
        if (message?.flush) begun.set(this, -1);
        if (message?.pcm && message.answer !== begun.get(this)) window.stray++;
        return post.call(this, message, ...more);
    };
}"""
OPEN_DECODERS = "() => window.decoders.filter((each) => each.state !== 'closed').length"
UNDERRUNS = "() => [...document.querySelectorAll('[data-underruns]')].map((each) => each.dataset)"


class Found(NamedTuple):
    """Times in milliseconds."""

    underruns: int
    missing: int
    in_browser: Sequence[float]
    through_kernel: Sequence[float]
    first_sound: Sequence[float]
    sockets: int
    decoders: int
    stray: int


def measure(*, full: bool) -> Iterator[Result]:
    seconds, cancels = (60, 50) if full else (15, 15)
    try:
        found = _found(seconds, cancels)
    except Missing as reason:
        skip("voice_chat", reason)
        return
    counts = {
        f"voice chat, {seconds} s busy: underruns": (found.underruns, 0),
        f"voice chat, {seconds} s busy: frames missing": (found.missing, 0),
        f"{cancels} cancels: sockets left": (found.sockets, 1),
        f"{cancels} cancels: decoders left": (found.decoders, 1),
        f"{cancels} cancels: stray frames": (found.stray, 0),
    }
    for name, (count, most) in counts.items():
        yield Result(measure=name, unit="", samples={OURS: [count]}, goal=Goal(most=most))
    for name, taken, limit in (
        ("speech to silence p95, in the browser", found.in_browser, IN_BROWSER),
        ("interrupt to silence p95, by the kernel", found.through_kernel, THROUGH_KERNEL),
    ):
        enough = len(taken) > 1
        p95 = statistics.quantiles(taken, n=20, method="inclusive")[18] if enough else float("inf")
        yield Result(measure=name, unit="ms", samples={OURS: [p95]}, goal=Goal(most=limit))
    yield Result(
        measure="end of turn to sound, less the sandbox's",
        unit="ms",
        samples={OURS: found.first_sound},
        goal=Goal(most=FIRST_SOUND),
    )


def _found(seconds: float, cancels: int) -> Found:
    if lacking := [name for name in ENGINES if find_spec(name) is None]:
        raise Missing(f"{' and '.join(lacking)} not installed here: it comes with '.[bench]'")
    with TemporaryDirectory() as folder:
        sound = Path(folder, "spoken.wav")
        _write(sound)
        with lab(SETUP.replace("{cancels}", str(cancels)), heard=sound) as running:
            running.page.evaluate(WATCH)
            underruns, missing, in_browser = _talk(running, seconds)
            own = statistics.median(running.value("run(own(5))"))
            running.run(INTERRUPT.format(cancels=cancels))
            page = running.page
            found = Found(
                underruns=underruns,
                missing=missing,
                in_browser=in_browser,
                through_kernel=[1000 * each for each in running.value("told")],
                first_sound=[1000 * (each - own) for each in running.value("heard")],
                sockets=running.value(SOCKETS),
                decoders=page.evaluate(OPEN_DECODERS),
                stray=page.evaluate("() => window.stray"),
            )
            running.run("many.stop(); service.kill()")
            return found


def _talk(running: Lab, seconds: float) -> tuple[int, int, list[float]]:
    """Underruns, frames that are missing, and how long each interruption took, in milliseconds."""
    panel = running.page.locator(".sophnet-voice-chat").last
    panel.get_by_role("button", name="Start").click()
    running.page.locator("[data-phase=speaking]").wait_for(timeout=60_000)
    running.run(COMPUTE.format(seconds=seconds))
    running.run("lost = talk._take.dropped; talk.stop()")
    running.page.locator("[data-phase=stopped]").wait_for(timeout=60_000)
    came = running.value("frames")
    gaps = len(came) - 1 - (came[-1] - came[0])
    underruns = sum(int(each["underruns"]) for each in running.page.evaluate(UNDERRUNS))
    taken = running.value("[turn.barge_in for turn in talk.turns if turn.barge_in is not None]")
    return underruns, abs(gaps) + running.value("lost"), [1000 * each for each in taken]


def _write(path: Path) -> None:
    """Somebody who speaks again and again: samples that the sandbox's script takes for a word."""
    silence, spoken = [0] * round(RATE * (PERIOD - SPOKEN)), [LOUD] * round(RATE * SPOKEN)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array("h", silence + spoken).tobytes())
