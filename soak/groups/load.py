"""Many clients, lines, texts and exchanges at once, with what they cost."""

from __future__ import annotations

import asyncio
import time
from array import array
from typing import Any

import psutil

from sophnet_jupyter import ChatPanel, Client
from sophnet_jupyter.kernel.loop import loop
from sophnet_jupyter.response import Arrival, settle
from sophnet_jupyter.widgets.panel.panel import Panel
from tests.conftest import run_sandbox

from ..tally import Tally

MB = 1_000_000
SENTENCES = (
    *("Please open the door.", "The sky is blue.", "The train leaves at seven."),
    "The quick brown fox jumps over the lazy dog.",
)
RATE, FRAME = 16_000, 3_200
# The median cost of the last exchanges may be so many times that of the first: each question takes
# the whole conversation along, which at the end is some 4,000 messages.
MOST = 4.0


def run(tally: Tally, *, small: bool) -> None:
    fast = ("--tokens-per-second", "0", "--task-seconds", "0")
    with run_sandbox(*fast) as sandbox:
        asyncio.run(_clients(tally, sandbox.url, 10 if small else 60, 3 if small else 20))
        asyncio.run(_texts(tally, sandbox.url, 2_000 if small else 100_000))
        _exchanges(tally, sandbox.url, 60 if small else 2_000)
    with run_sandbox() as sandbox:
        asyncio.run(_lines(tally, sandbox, 3 if small else 60))


async def _clients(tally: Tally, url: str, number: int, each: int) -> None:
    async def one(who: int) -> None:
        async with Client("sandbox", url) as client:
            for turn in range(each):
                a, b = who + 2, turn + 3
                try:
                    answer = await client.chat.create(f"What is {a} * {b}?", stream=True)
                    held = answer.ending == "complete" and str(a * b) in answer.text
                    tally.count(f"client {who}, question {turn}", held, answer.text)
                except Exception as error:
                    tally.count(f"client {who}, question {turn}", False, repr(error))

    begun = time.monotonic()
    await asyncio.gather(*(one(who) for who in range(number)))
    tally.figures[f"{number} clients with {each} questions each, seconds"] = _rounded(begun)


async def _texts(tally: Tally, url: str, number: int) -> None:
    process = psutil.Process()
    before, begun = process.memory_info().rss, time.monotonic()
    async with Client("sandbox", url) as client:
        answer = await client.embeddings.create([f"text {n}" for n in range(number)])
        shape = answer.vectors.shape
        grown = (process.memory_info().rss - before) / MB
    size = answer.vectors.nbytes / MB
    tally.count(f"{number:,} texts have a vector each", shape[0] == number, shape)
    tally.count(
        "they take little more than their size", grown < 2.2 * size + 150, f"{grown:.0f} MB"
    )
    tally.figures[f"{number:,} texts, seconds"] = _rounded(begun)
    tally.figures["memory over the size of their vectors"] = round(grown / size, 2)


def _exchanges(tally: Tally, url: str, number: int) -> None:
    """One conversation in a panel: an answer costs the same at its end as at its beginning."""
    Panel.send = lambda self, content, buffers=None: None  # type: ignore[method-assign]
    panel = ChatPanel(Client("sandbox", url))
    costs = []
    for turn in range(number):
        before, begun = panel.response, time.process_time()
        panel._line.receive(_message({"kind": "ask", "text": f"What is {turn} * 2?", "images": []}))
        deadline = time.monotonic() + 60
        while panel.response is before or panel.busy:
            if time.monotonic() > deadline:
                tally.count(f"exchange {turn}", False, "no answer")
                return
            # The gate lets five a second and thirty a minute through; that is not what is measured.
            time.sleep(0.002)
        panel._gate._latest.clear()
        panel._gate._spent.clear()
        costs.append(time.process_time() - begun)
        tally.count(f"exchange {turn}", panel.response and panel.response.ending == "complete")
    part = max(5, number // 20)
    first, last = sorted(costs[5 : 5 + part])[part // 2], sorted(costs[-part:])[part // 2]
    ratio = last / first
    tally.count(f"the last of {number} exchanges costs what the first did", ratio < MOST, ratio)
    tally.figures[f"cost of the last of {number:,} exchanges, over that of the first"] = round(
        ratio, 2
    )
    loop().call_soon_threadsafe(panel.close)


def _message(command: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"data": {"view": "v", **command}}, "buffers": []}


async def _lines(tally: Tally, sandbox: Any, number: int) -> None:
    try:
        from sophnet_jupyter.sandbox.engines.sound import voice

        sounds = [_sound(voice.speak(text)) for text in SENTENCES]
    except Exception as error:
        tally.count("the sandbox's voice", False, error)
        return
    begun = time.monotonic()

    async def one(client: Client, who: int) -> None:
        said, sound = SENTENCES[who % len(SENTENCES)], sounds[who % len(SENTENCES)] * 2
        try:
            async with client.speech.live() as live:
                for at in range(0, len(sound), FRAME):
                    await live.send(sound[at : at + FRAME])
                    await asyncio.sleep(0.1)  # as fast as it is spoken
                live.end()
                answer = await settle(aiter(live), Arrival())
            held = answer.ending == "complete" and live.text == f"{said}\n{said}"
            tally.count(f"line {who}", held, live.text)
        except Exception as error:
            tally.count(f"line {who}", False, repr(error))

    async with Client("sandbox", sandbox.url) as client:
        await asyncio.gather(*(one(client, who) for who in range(number)))
    tally.figures[f"{number} live lines at once, seconds"] = _rounded(begun)


def _sound(said: tuple[bytes, int]) -> bytes:
    """At the recogniser's rate, between two pauses; every sample taken from the nearest one."""
    samples, rate = array("h", said[0]), said[1]
    count = len(samples) * RATE // rate
    even = array("h", (samples[number * rate // RATE] for number in range(count)))
    return bytes(RATE) + even.tobytes() + bytes(2 * RATE)


def _rounded(begun: float) -> float:
    return round(time.monotonic() - begun, 1)
