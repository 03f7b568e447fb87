"""How long a kernel takes from an interrupt in the midst of an answer until it is idle."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from functools import partial

from ..kernel import Kernel, kernel
from ..processes import Server
from ..result import OURS, Goal, Missing, Result
from ..rounds import interleaved

RATE = 100
# The answer is well under way then.
UNDER_WAY = 5

ASK_OURS = "%%sophchat --max-tokens 4000\nTell me the story of the lamp."
ASK_OPENAI = """
for chunk in client.chat.completions.create(
    model="m", messages=[{"role": "user", "content": "hi"}], max_tokens=4000, stream=True
):
    print(chunk.choices[0].delta.content, end="", flush=True)
"""


def measure(*, full: bool) -> Iterator[Result]:
    with Server() as server:
        url = server.url(rate=RATE)
        with kernel(url) as ours, kernel() as theirs:
            ours.run("%load_ext sophnet_jupyter")
            takes = {
                OURS: partial(_interrupted, ours, ASK_OURS),
                "openai, printed": partial(_interrupted_openai, theirs, url),
            }
            found = interleaved(takes, 31 if full else 7)
    yield Result(measure="interrupt to idle", unit="ms", samples=found["idle"], goal=Goal(most=150))
    yield Result(measure="what the error puts on iopub", unit="kB", samples=found["error"])


def _interrupted_openai(running: Kernel, url: str) -> dict[str, float]:
    try:
        running.run(f"import openai; client = openai.OpenAI(base_url='{url}/v1')")
    except RuntimeError:
        raise Missing("it is not installed") from None
    return _interrupted(running, ASK_OPENAI)


def _interrupted(running: Kernel, code: str) -> dict[str, float]:
    cell = running.send(code)
    running.follow(cell, lambda: cell.over or cell.messages >= UNDER_WAY)
    # Anywhere between two tokens and two paints.
    time.sleep(random.random() / RATE * 10)
    seconds = running.interrupt(cell)
    assert cell.reply
    assert cell.reply["status"] == "error", "it was over before it was interrupted"
    return {"idle": seconds * 1e3, "error": cell.error / 1e3}
