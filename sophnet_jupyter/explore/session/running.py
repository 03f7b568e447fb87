"""The work of an exploration: begun by whoever first waits, on one loop, until it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Generator
from concurrent.futures import Future
from typing import Any, Self

from ...errors import SettingsError, SophNetError
from ...events import Event, Finished
from ...language import tr
from .. import looks
from .embedding import Embedding
from .placing import Placing


class Working(Embedding, Placing):
    """Begin, wait, follow, stop."""

    _work_future: Future[None] | None = None
    _closed = False

    def begin(self) -> None:
        """Begin the work where it has not begun. Raises `SettingsError` where no loop runs."""
        with self._lock:
            if self._work_future is not None or self._closed:
                return
            loop = looks.home()
            if loop is None:
                try:
                    loop = asyncio.get_running_loop()
                except RuntimeError:
                    raise SettingsError(
                        tr("Outside of a notebook an exploration is awaited: await exploration.")
                    ) from None
            self._work_future = asyncio.run_coroutine_threadsafe(self._work(), loop)

    async def _work(self) -> None:
        await self._doing(self._parts())

    async def _parts(self) -> None:
        if self._inputs.vectors is None:
            await self._embed()
        self._set_state("placing")
        await self._place()

    async def _doing(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it, and note how it ends."""
        try:
            await work
        except asyncio.CancelledError:
            self._end("stopped", Finished(reason="", ending="stopped"))
            raise
        except Exception as error:
            self._error = error
            self._end("failed", Finished(reason="", ending="failed"))
            if isinstance(error, SophNetError):
                self._tell("error", error)
            raise
        self._end("ready", Finished(reason="stop"))

    def _set_state(self, state: Any) -> None:
        self._state = state
        self._tell("state", state)

    def _end(self, state: Any, event: Finished) -> None:
        self._set_state(state)
        self._emit(event)

    def __await__(self) -> Generator[Any, None, Self]:
        return self._whole().__await__()

    async def _whole(self) -> Self:
        """Wait until it is ready. Interrupted, the work is stopped; what came is kept."""
        self.begin()
        if self._work_future is None:
            raise SettingsError(tr("This exploration is closed."))
        await asyncio.wrap_future(self._work_future)
        return self

    async def __aiter__(self) -> AsyncGenerator[Event, None]:
        """The events of the work, those of before first. Leaving does not stop it."""
        loop, arrived = asyncio.get_running_loop(), asyncio.Queue[Event]()

        def hear(kind: str, value: Any) -> None:
            if kind == "event":
                loop.call_soon_threadsafe(arrived.put_nowait, value)

        with self._lock:
            before = self._so_far()
            take_back = self.watch(hear)
        try:
            self.begin()
            for event in before:
                yield event
            done = bool(before) and isinstance(before[-1], Finished)
            while not done:
                event = await arrived.get()
                yield event
                done = isinstance(event, Finished)
        finally:
            take_back()
        if self._work_future and self._work_future.done() and not self._work_future.cancelled():
            # What ended it is raised here too.
            self._work_future.result()

    def stop(self) -> None:
        """End the work. What has come is kept, and so are the vectors: they cost nothing again."""
        if self._work_future is not None:
            self._work_future.cancel()

    def close(self) -> None:
        """Stop, and let go of whoever watches."""
        self._closed = True
        self.stop()
        self._tell("closed", tr("This map is closed, and changes no more."))
        with self._lock:
            self._watchers.clear()
