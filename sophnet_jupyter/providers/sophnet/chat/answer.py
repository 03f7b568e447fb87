"""The events of one answer, over one or several requests, as its tools need."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

from ....events import Event, Notice, Started
from ....wire.held import held
from .question import Ask, ChatQuestion


def answer(
    asked: ChatQuestion, ask: Ask, *, scrub: Callable[[str], str] = str
) -> AsyncGenerator[Event, None]:
    """
    The events of one answer, over all its rounds; `Finished` comes once, at the end.

    ``ask`` sends one request. Closing this early closes the connection and cancels async tools;
    one that runs in a thread is left to itself. Raises `SophNetError`.
    """
    if asked.plain:
        return _noted(asked, ask) if asked.notices else ask(asked.body)
    from .rounds import Rounds

    return Rounds(asked, ask, scrub).events()


async def _noted(asked: ChatQuestion, ask: Ask) -> AsyncGenerator[Event, None]:
    async with held(ask(asked.body)) as events:
        async for event in events:
            yield event
            if isinstance(event, Started):
                for text in asked.notices:
                    yield Notice(text=text)
