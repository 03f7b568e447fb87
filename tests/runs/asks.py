"""Ways to ask, for runs without a service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from sophnet_jupyter.events import Event, Finished, Started, TextDelta, Usage
from sophnet_jupyter.runs.rows import Ask, Item

from ..waiting import WITHIN


def echo(asked: list[int] | None = None) -> Ask:
    """Answers each question with its own words; ``asked`` notes the rows that were sent."""

    async def ask(item: Item) -> AsyncGenerator[Event, None]:
        if asked is not None:
            asked.append(item.number)
        yield Started(service="Test", model="m")
        await asyncio.sleep(0)
        yield TextDelta(text=f"<{item.prompt}>")
        yield Usage(prompt_tokens=2, completion_tokens=1, total_tokens=3)
        yield Finished(reason="stop")

    return ask


def failing(error: Callable[[Item], Exception | None], asked: list[int] | None = None) -> Ask:
    """As `echo`, but a row for which there is an error fails with it after its first words."""
    answer = echo(asked)

    async def ask(item: Item) -> AsyncGenerator[Event, None]:
        if (found := error(item)) is None:
            async for event in answer(item):
                yield event
            return
        if asked is not None:
            asked.append(item.number)
        yield TextDelta(text="half")
        raise found

    return ask


class Held:
    """Answers a row when it is let go; ``under_way`` are those that wait, ``left`` were hung up."""

    def __init__(self) -> None:
        self.gates: dict[int, asyncio.Event] = {}
        self.under_way: set[int] = set()
        self.left: list[int] = []
        self.news = asyncio.Event()

    async def ask(self, item: Item) -> AsyncGenerator[Event, None]:
        gate = self.gates.setdefault(item.number, asyncio.Event())
        self.under_way.add(item.number)
        self.news.set()
        try:
            yield TextDelta(text="half ")
            await gate.wait()
            yield TextDelta(text=f"<{item.prompt}>")
            yield Finished(reason="stop")
        except (asyncio.CancelledError, GeneratorExit):
            self.left.append(item.number)
            raise
        finally:
            self.under_way.discard(item.number)

    def let_go(self, *numbers: int) -> None:
        for number in numbers:
            self.gates.setdefault(number, asyncio.Event()).set()

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), WITHIN)


def items(count: int) -> list[Item]:
    return [Item(number=n, prompt=f"q{n}", key=f"q{n}") for n in range(count)]
