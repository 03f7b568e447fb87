"""The handle that ``%%sophchat --background`` returns while its answer arrives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future
from typing import Any

from ...errors import SophNetError, Stopped
from ...kernel.loop import loop, settled, spawn
from ...language import tr
from ...response import Arrival, Response

CLIPPED = 40
TICK = 0.1


class Cancelled(Stopped):
    """A background answer was cancelled. What had arrived is in ``response``."""

    def __str__(self) -> str:
        if self.response is not None and self.response.text:
            return tr("cancelled; the part that had arrived is in .response.")
        return tr("cancelled before anything had arrived.")


class Background:
    """
    A handle of an answer that is arriving: ``await`` it, `wait` for it, or `cancel` it.

    Interrupting a cell that waits ends the waiting, and the answer goes on. It ends with the
    kernel.
    """

    def __init__(self, cell: int, prompt: str, conversation: str, arrival: Arrival) -> None:
        self.cell = cell
        self.prompt = prompt
        self.conversation = conversation
        self._arrival = arrival
        self._began = time.monotonic()
        self._ended: float | None = None
        self._error: BaseException | None = None
        self._task: asyncio.Task[Any] | None = None
        self._cancelled = False
        self.future: Future[Response] = Future()

    def start(
        self,
        answer: Coroutine[Any, Any, Response],
        end: Callable[[Exception | None], None],
    ) -> None:
        """Start a task that reads ``answer``; ``end`` is called before any waiter is woken."""
        self.future = spawn(self._follow(answer, end))

    @property
    def response(self) -> Response:
        """The answer so far; final when `done`."""
        return self._arrival.response

    @property
    def done(self) -> bool:
        # `future` ends a moment later: its cell may say already how it ended.
        return self._ended is not None or self.future.done()

    @property
    def error(self) -> BaseException | None:
        """The exception that ended the answer early; None if there was none, or not yet."""
        return self._error or (self.future.exception() if self.future.done() else None)

    @property
    def state(self) -> str:
        """``running``, or how it ended: complete, stopped, incomplete, failed."""
        if not self.done:
            return "running"
        ours = self.error is None or isinstance(self.error, SophNetError)
        # An error of somebody else's leaves an answer as it was, without an ending.
        return self.response.ending if ours else "failed"

    @property
    def seconds(self) -> float:
        """The running time so far, or in all."""
        return (self._ended or time.monotonic()) - self._began

    @property
    def notices(self) -> tuple[str, ...]:
        """What it says beside its answer."""
        return self.response.notices

    def cancel(self) -> None:
        """Close the connection. What had arrived stays in `response`, marked ``stopped``."""
        loop().call_soon_threadsafe(self._hang_up)

    def wait(self, timeout: float | None = None) -> Response:
        """
        Wait until the answer is complete, and return it.

        Raises what went wrong with it, and TimeoutError after that many seconds; then the answer
        goes on, and `response` is the part so far.
        """
        if not settled(self.future, timeout):
            raise TimeoutError(
                tr(
                    "the answer of cell [{cell}] is not whole after {timeout:g} s; it goes on",
                    cell=self.cell,
                    timeout=timeout,
                )
            )
        return self.future.result()

    def __await__(self) -> Generator[Any, None, Response]:
        return self._whole().__await__()

    def __repr__(self) -> str:
        said = f"{self.state} {self.seconds:.1f} s"
        return f"<Background [{self.cell}] {said} · {clipped(self.prompt)!r}>"

    async def _whole(self) -> Response:
        # What an interrupt cancels is the cell that waits, and not the answer.
        whole = asyncio.wrap_future(self.future)
        whole.add_done_callback(lambda _: whole.cancelled() or whole.exception())
        while not whole.done():
            # An interrupt reaches a cell that awaits only when its loop wakes.
            await asyncio.wait([whole], timeout=TICK)
        return whole.result()

    def _hang_up(self) -> None:
        self._cancelled = True
        if self._task:
            self._task.cancel()

    async def _follow(
        self,
        answer: Coroutine[Any, Any, Response],
        end: Callable[[Exception | None], None],
    ) -> Response:
        self._task = asyncio.current_task()
        error: Exception | None = None
        try:
            if self._cancelled:
                answer.close()
                self._arrival.end("stopped")
                raise Cancelled(response=self.response)
            return await answer
        except asyncio.CancelledError:
            error = Cancelled(response=self.response)
            raise error from None
        except Exception as failure:
            error = failure
            raise
        finally:
            # Nothing that ends an answer is to be cut short by a second cancel.
            self._task = None
            self._error, self._ended = error, time.monotonic()
            end(error)


def clipped(text: str) -> str:
    """The beginning of a text, on one line."""
    words = " ".join(text.split())
    return words if len(words) <= CLIPPED else words[: CLIPPED - 1] + "…"
