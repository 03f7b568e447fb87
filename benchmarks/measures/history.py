"""What is kept: how fast it is found, and what keeping costs a call."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sophnet_jupyter.client import Client
from sophnet_jupyter.events import Finished, Started, TextDelta
from sophnet_jupyter.history.calls import CallRecord
from sophnet_jupyter.history.history import History
from sophnet_jupyter.history.keys import AskedCall
from sophnet_jupyter.history.search import HistoryQuery

from ..processes import Server
from ..result import OURS, Goal, Result

WITHOUT = "without a history"
# Texts are of words that repeat, the first of them most often, as in any language.
LETTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
CHINESE = [LETTERS[0], *(f"{LETTERS[n % 700]}{LETTERS[n * 7 % 3000]}" for n in range(1, 8000))]
WEIGHTS = [1 / (place + 1) for place in range(len(CHINESE))]
WORDS = ["the", "of", "refund", "policy", "model", *(f"word{n}" for n in range(3000))]
RARE, ROUNDS, CALLS = "退货政策", 5, 100
# What is looked for, and the milliseconds that it may take.
QUERIES = {
    "two letters, rare": (RARE[:2], False, 20),
    "two letters, common": (CHINESE[1], False, 20),
    "four letters": (RARE, False, 20),
    "one letter, common": (LETTERS[0], False, 200),
    "a beginning of an English word": ("ref", False, 20),
    "a common English word": ("the", False, 20),
    "ranked": ("refund", True, 60),
}


def measure(*, full: bool) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        history = History(Path(folder))
        size = 100_000 if full else 10_000
        before = time.process_time()
        text = _fill(history, size)
        spent = (time.process_time() - before) / size * 1000
        about = f"history of {size:,} calls"
        yield _result(f"{about}: CPU a record in bulk", "ms", [spent], 0.3)
        ratio = history.path.stat().st_size / text
        yield _result(f"{about}: file / text", "", [ratio], 3)
        for name, (words, ranked, most) in QUERIES.items():
            query = HistoryQuery(words=words, ranked=ranked)
            samples = [_timed(history, query) for _ in range(ROUNDS)]
            yield _result(f"{about}, found by {name}", "ms", samples, most)
        history.writer.close()
    yield from _calls()


def _calls() -> Iterator[Result]:
    with Server() as server, tempfile.TemporaryDirectory() as folder:
        os.environ["SOPHNET_DATA_DIR"] = folder
        kept = Client("sandbox", server.url(), history=True)
        bare = Client("sandbox", server.url())
        # Once before, so that no import is part of it.
        for client in (kept, bare):
            asyncio.run(_asked(client, 5))
        samples: dict[str, list[float]] = {OURS: [], WITHOUT: []}
        for _ in range(ROUNDS):
            samples[WITHOUT].append(_cpu(bare))
            samples[OURS].append(_cpu(kept))
        kept.history.writer.flush(30)
        yield Result(
            measure="a call of 100, with what is kept of it", unit="ms CPU", samples=samples
        )
        file = Path(folder, "tape.jsonl")
        with bare.cassette(file):
            asyncio.run(_asked(bare, CALLS))
        with bare.cassette(file):
            before = time.perf_counter()
            asyncio.run(_asked(bare, CALLS))
            took = time.perf_counter() - before
        yield _result("100 calls replayed from a cassette", "s", [took], 1)
        kept.close_history()


async def _asked(client: Client, count: int) -> None:
    for number in range(count):
        await client.chat.create(f"question {number}", stream=True, max_tokens=330)
    await client.aclose()


def _cpu(client: Client) -> float:
    before = time.process_time()
    asyncio.run(_asked(client, CALLS))
    client.history.writer.flush(30)
    return (time.process_time() - before) / CALLS * 1000


def _fill(history: History, size: int) -> int:
    """Write calls of some 500 letters; returns the bytes of their texts."""
    chance, total = random.Random(1), 0
    texts = [_text(chance) for _ in range(2000)]
    for number in range(size):
        question = chance.choice(texts)[:100]
        answer = f"{chance.choice(texts)} {number}{RARE if number % 1000 == 3 else ''}"
        total += len((question + answer).encode())
        request = {"model": "m", "messages": [{"role": "user", "content": question}]}
        asked = AskedCall(service="SophNet", resource="chat", request=request)
        events = [Started(service="SophNet", model="m"), TextDelta(text=answer)]
        events.append(Finished(reason="stop"))
        call = CallRecord(
            asked=asked, question=question, at=time.time(), origin="o", lane="m", events=events
        )
        history.add(call)
        if number % 1000 == 0:
            history.writer.flush(60)
    history.writer.flush(120)
    return total


def _text(chance: random.Random) -> str:
    letters = "".join(chance.choices(CHINESE, WEIGHTS, k=200))
    return f"{letters} {' '.join(chance.choices(WORDS, k=8))}"


def _timed(history: History, query: HistoryQuery) -> float:
    before = time.perf_counter()
    history.search(query)
    return (time.perf_counter() - before) * 1000


def _result(name: str, unit: str, samples: list[float], most: float) -> Result:
    return Result(measure=name, unit=unit, samples={OURS: samples}, goal=Goal(most=most))
