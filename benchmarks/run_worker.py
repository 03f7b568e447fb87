"""
A run over many rows in a process of its own: ``python -m benchmarks.run_worker ORDER …``.

``memory ROWS`` says what a run of so many rows takes over its table; ``rows URL ROWS`` what a row
costs with its history kept; ``kept URL ROWS`` prints each row of a run that can be gone on with.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections.abc import AsyncGenerator
from time import process_time
from typing import Any

import psutil

from sophnet_jupyter import Client, SettingsError
from sophnet_jupyter.events import Event, Finished, Started, TextDelta, Usage
from sophnet_jupyter.runs.rows import Item
from sophnet_jupyter.runs.run import Run
from sophnet_jupyter.runs.tables import Table
from sophnet_jupyter.runs.template import Template

from .contenders import KEY

WORDS = "word " * 60


async def _answer(item: Item) -> AsyncGenerator[Event, None]:
    yield Started(service="SophNet", model="m", request_id=f"{item.number:040d}")
    yield TextDelta(text=f"{item.number} {WORDS}")
    yield Usage(prompt_tokens=200, completion_tokens=70, total_tokens=270)
    yield Finished(reason="stop")


async def memory(rows: int) -> dict[str, float]:
    table = Table([{"text": f"{number} {WORDS}"} for number in range(rows)])
    gc.collect()
    before = psutil.Process().memory_info().rss
    prompt = Template("Say {text}")
    run = await Run(prompt.items(table), _answer, total=rows, table=table)
    gc.collect()
    taken = psutil.Process().memory_info().rss - before
    assert run.progress().complete == rows
    return {"memory": taken / 1e6}


async def rows(url: str, rows: int) -> dict[str, float]:
    async with Client(KEY, url, history=True) as client:
        await client.chat.map("warm {n}", [{"n": 0}])
        before = process_time()
        run = await client.chat.map("row {n}", [{"n": number} for number in range(rows)])
        cpu = (process_time() - before) / rows * 1e3
        assert run.progress().complete == rows
    return {"cpu": cpu}


async def kept(url: str, rows: int) -> dict[str, float]:
    async with Client(KEY, url) as client:
        table = [{"n": number} for number in range(rows)]
        how: dict[str, Any] = {"name": "killed"}
        try:
            run = client.chat.map("row {n}", table, resume=True, **how)
        except SettingsError:
            run = client.chat.map("row {n}", table, **how)
        async for _ in run:
            told = run.progress()
            sys.stdout.write(f"{told.done - told.kept}\n")
            sys.stdout.flush()
        return {"complete": run.progress().complete}


def main() -> None:
    order, *words = sys.argv[1:]
    arguments = [int(word) if word.isdecimal() else word for word in words]
    found = asyncio.run({"memory": memory, "rows": rows, "kept": kept}[order](*arguments))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
