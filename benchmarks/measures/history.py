"""What is kept: how fast it is found, beside what SQLite has for it, and what keeping costs."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sophnet_jupyter.client import Client
from sophnet_jupyter.events import Finished, Started, TextDelta
from sophnet_jupyter.history.calls import CallRecord
from sophnet_jupyter.history.history import History
from sophnet_jupyter.history.keys import AskedCall
from sophnet_jupyter.history.search import HistoryQuery
from sophnet_jupyter.history.writer import BATCH

from ..processes import Server
from ..result import OURS, Goal, Result

WITHOUT = "without a history"
# Milliseconds of CPU that a record of the trigram index takes on an ordinary machine, by which the
# goals in milliseconds are made ratios: 0.3 a record in bulk, 0.4 a call.
ORDINARY = 0.2
TRIGRAM, SCAN = "FTS5 trigram", "a plain scan"
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
    size = 100_000 if full else 10_000
    texts = list(_texts(size))
    length = sum(len((asked + said).encode()) for asked, said in texts)
    with tempfile.TemporaryDirectory() as folder:
        history, trigram = History(Path(folder)), Trigram(Path(folder, "trigram.sqlite"))
        about = f"history of {size:,} calls"
        adding: list[float] = []
        cpu = _spent(lambda: _fill(history, texts, adding)), _spent(lambda: trigram.fill(texts))
        records = {OURS: [cpu[0] / size], TRIGRAM: [cpu[1] / size]}
        yield Result(
            measure=f"{about}: CPU a record in bulk",
            unit="ms",
            samples=records,
            goal=Goal(times_less=ORDINARY / 0.3, than=TRIGRAM),
        )
        files = history.path.stat().st_size / length, trigram.path.stat().st_size / length
        yield Result(
            measure=f"{about}: file / text",
            unit="",
            samples={OURS: [files[0]], TRIGRAM: [files[1]]},
            goal=Goal(most=3),
        )
        # A thread that is put off by others within some microseconds is none of ours.
        most = sorted(adding)[len(adding) * 99 // 100]
        yield _result("a record given to the history, of a hundred the longest", "ms", [most], 0.1)
        for name, (words, ranked, limit) in QUERIES.items():
            query = HistoryQuery(words=words, ranked=ranked)
            yield Result(
                measure=f"{about}, found by {name}",
                unit="ms",
                goal=Goal(most=limit),
                samples={
                    OURS: [_timed(lambda q=query: history.search(q)) for _ in range(ROUNDS)],
                    TRIGRAM: [_timed(lambda q=query: trigram.find(q)) for _ in range(ROUNDS)],
                    SCAN: [_timed(lambda q=query: _scan(history, q)) for _ in range(ROUNDS)],
                },
            )
        history.writer.close()
    yield from _calls(records[TRIGRAM][0])


class Trigram:
    """The same texts in a table that SQLite's own index for parts of words is of."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows = sqlite3.connect(path)
        self._rows.execute("PRAGMA page_size = 8192")
        self._rows.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, asked TEXT, said TEXT)")
        self._rows.execute(
            "CREATE VIRTUAL TABLE words USING fts5(asked, said, content='texts', "
            "content_rowid='id', tokenize='trigram')"
        )

    def fill(self, texts: list[tuple[str, str]]) -> None:
        for place in range(0, len(texts), BATCH):
            with self._rows as rows:
                for number, text in enumerate(texts[place : place + BATCH], place + 1):
                    rows.execute("INSERT INTO texts VALUES (?, ?, ?)", (number, *text))
                    put = "INSERT INTO words (rowid, asked, said) VALUES (?, ?, ?)"
                    rows.execute(put, (number, *text))

    def find(self, query: HistoryQuery) -> list[Any]:
        """The newest, or best, of which it can see only what has three letters."""
        order = "rank" if query.ranked and len(query.words) > 2 else "rowid DESC"
        if len(query.words) > 2:
            where, given = "words MATCH ?", [f'"{query.words}"']
        else:
            where, given = "asked LIKE ? OR said LIKE ?", [f"%{query.words}%"] * 2
        found = f"SELECT rowid, asked, said FROM words WHERE {where} ORDER BY {order} LIMIT 20"  # noqa: S608
        return self._rows.execute(found, given).fetchall()


def _scan(history: History, query: HistoryQuery) -> list[Any]:
    found = "SELECT id, asked, said FROM calls WHERE asked LIKE ? OR said LIKE ? ORDER BY id DESC"
    like = [f"%{query.words}%"] * 2
    return history.read(lambda rows: rows.execute(f"{found} LIMIT 20", like).fetchall())


def _calls(trigram: float) -> Iterator[Result]:
    with Server() as server, tempfile.TemporaryDirectory() as folder:
        os.environ["SOPHNET_DATA_DIR"] = folder
        kept = Client("sandbox", server.url(), history=True)
        bare = Client("sandbox", server.url())
        # Once before, so that no import is part of it.
        for client in (kept, bare):
            asyncio.run(_asked(client, 5))
        samples: dict[str, list[float]] = {OURS: [], WITHOUT: []}
        for _ in range(2 * ROUNDS):
            samples[WITHOUT].append(_cpu(bare))
            samples[OURS].append(_cpu(kept))
        kept.history.writer.flush(30)
        yield Result(
            measure="a call of 100, with what is kept of it", unit="ms CPU", samples=samples
        )
        pairs = zip(samples[OURS], samples[WITHOUT], strict=True)
        yield Result(
            measure="keeping a call: CPU",
            unit="ms",
            samples={OURS: [with_it - bare for with_it, bare in pairs], TRIGRAM: [trigram]},
            goal=Goal(times_less=ORDINARY / 0.4, than=TRIGRAM),
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


def _texts(size: int) -> Iterator[tuple[str, str]]:
    """Questions and answers of some 500 letters together."""
    chance = random.Random(1)
    texts = [_text(chance) for _ in range(2000)]
    for number in range(size):
        answer = f"{chance.choice(texts)} {number}{RARE if number % 1000 == 3 else ''}"
        yield chance.choice(texts)[:100], answer


def _fill(history: History, texts: list[tuple[str, str]], adding: list[float]) -> None:
    """Write a call for each; ``adding`` gets the milliseconds that giving each away takes."""
    for number, (question, answer) in enumerate(texts):
        request = {"model": "m", "messages": [{"role": "user", "content": question}]}
        asked = AskedCall(service="SophNet", resource="chat", request=request)
        events = [Started(service="SophNet", model="m"), TextDelta(text=answer)]
        events.append(Finished(reason="stop"))
        call = CallRecord(
            asked=asked, question=question, at=time.time(), origin="o", lane="m", events=events
        )
        before = time.thread_time()
        history.add(call)
        adding.append((time.thread_time() - before) * 1000)
        if number % 1000 == 0:
            history.writer.flush(60)
    history.writer.flush(120)


def _text(chance: random.Random) -> str:
    letters = "".join(chance.choices(CHINESE, WEIGHTS, k=200))
    return f"{letters} {' '.join(chance.choices(WORDS, k=8))}"


def _timed(find: Callable[[], object]) -> float:
    before = time.perf_counter()
    find()
    return (time.perf_counter() - before) * 1000


def _spent(work: Callable[[], object]) -> float:
    """The milliseconds of CPU that it takes."""
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1000


def _result(name: str, unit: str, samples: list[float], most: float) -> Result:
    return Result(measure=name, unit=unit, samples={OURS: samples}, goal=Goal(most=most))
