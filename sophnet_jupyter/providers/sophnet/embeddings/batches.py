"""Send the batches of one embeddings call concurrently, and collect their outcomes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from ....errors import (
    BalanceExhausted,
    KeyRejected,
    NotFound,
    RateLimited,
    RequestRefused,
    SophNetError,
    Unreachable,
)
from ....wire.held import held
from .answer import Found
from .request import Batch

# Failures that would meet every other request of the call as well.
HOPELESS = (KeyRejected, BalanceExhausted, NotFound, RateLimited, Unreachable)
# Of other failures, but for refusals, so many end the call.
MOST_FAILURES = 5

Ask = Callable[[Batch], Awaitable[Found]]


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """The vectors of one batch, or its error."""

    batch: Batch
    came: Found | SophNetError


class BatchRun:
    """
    Sends batches, at most ``at_once`` concurrently.

    One that is refused is asked for again input by input: a text that is too long shall not cost
    its neighbours their vectors. Nothing more is asked for once it is clear that it would fail too.
    """

    def __init__(self, ask: Ask, batches: Sequence[Batch], *, at_once: int) -> None:
        self._ask = ask
        self._left: Iterator[Batch] = iter(batches)
        self._workers = min(at_once, len(batches))
        self._failures = 0
        self._came = self._hopeless = False

    async def outcomes(self) -> AsyncGenerator[BatchOutcome, None]:
        """The outcome of each batch, in the order of arrival."""
        if self._workers == 1:
            async with held(self._work()) as outcomes:
                async for outcome in outcomes:
                    yield outcome
            return
        arrived: asyncio.Queue[BatchOutcome | None] = asyncio.Queue()
        working = asyncio.ensure_future(self._work_together(arrived))
        working.add_done_callback(lambda _: arrived.put_nowait(None))
        try:
            while (one := await arrived.get()) is not None:
                yield one
            await working
        finally:
            working.cancel()
            await asyncio.wait({working})
            if not working.cancelled():
                working.exception()

    async def _work_together(self, arrived: asyncio.Queue[BatchOutcome | None]) -> None:
        async def follow() -> None:
            async with held(self._work()) as outcomes:
                async for outcome in outcomes:
                    arrived.put_nowait(outcome)

        async with asyncio.TaskGroup() as group:
            for _ in range(self._workers):
                group.create_task(follow())

    async def _work(self) -> AsyncGenerator[BatchOutcome, None]:
        # All workers take from the same iterator.
        for batch in self._left:
            outcome = await self._outcome(batch)
            if isinstance(outcome.came, RequestRefused) and len(batch) > 1:
                async with held(self._one_by_one(outcome)) as singles:
                    async for single in singles:
                        yield single
            else:
                self._failures += isinstance(outcome.came, SophNetError)
                yield outcome
            if self._hopeless or self._failures >= MOST_FAILURES:
                return

    async def _one_by_one(self, refused: BatchOutcome) -> AsyncGenerator[BatchOutcome, None]:
        singles = refused.batch.each
        first = await self._outcome(singles[0])
        second = await self._outcome(singles[1])
        both = isinstance(first.came, SophNetError) and isinstance(second.came, SophNetError)
        if both and not self._came:
            # Not one text is at fault, but what is said besides.
            self._hopeless = True
            yield refused
            return
        yield first
        yield second
        for single in singles[2:]:
            if self._hopeless:
                return
            yield await self._outcome(single)

    async def _outcome(self, batch: Batch) -> BatchOutcome:
        try:
            found = await self._ask(batch)
        except SophNetError as error:
            self._hopeless = self._hopeless or isinstance(error, HOPELESS)
            return BatchOutcome(batch, error)
        self._came = True
        return BatchOutcome(batch, found)
