"""Read several files concurrently, with their pages in the order of the files."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from ...errors import SophNetError
from ...events import Event, Finished, Notice, PageRead, Progress, Transcribed
from ...wire.held import held
from ..together import together

# Requests of one call that are under way together.
AT_ONCE = 4


async def several(
    answers: Sequence[AsyncGenerator[Event, None]], names: Sequence[str]
) -> AsyncGenerator[Event, None]:
    """
    The events of all, as one answer.

    One that fails leaves the others alone; its error is told in a notice, and the first one is
    raised when all are through.
    """
    waiting: dict[int, list[Event]] = {number: [] for number in range(len(answers))}
    done: set[int] = set()
    failures: dict[int, SophNetError] = {}
    last = Finished(reason="stop")
    async with held(together(answers, at_once=AT_ONCE)) as arrived:
        async for index, said in arrived:
            match said:
                case SophNetError():
                    failures[index] = said
                    done.add(index)
                    yield Progress(index=index, state="failed")
                case Finished():
                    last = said
                    done.add(index)
                    yield Progress(index=index, state="ready")
                case PageRead() | Transcribed() | Notice():
                    waiting[index].append(said)
                case _:
                    yield said
            # Pages stand in the order of their files, whichever comes first.
            while waiting and (first := next(iter(waiting))) in done:
                for event in waiting.pop(first):
                    yield event
    for index in sorted(failures):
        yield Notice(text=f"{names[index]}: {failures[index]}")
    if failures:
        raise failures[min(failures)]
    yield last
