"""Run coroutines from a cell, which IPython calls synchronously."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

from .running import HungUp, Running

T = TypeVar("T")

# How long an interrupted coroutine may take to close its connection.
GRACE = 2.0
# For so long after an interrupt a second one is the same wish: what ends may take that twice.
DEAF = 2 * GRACE

# When the interrupt came that is being answered, and how many magics are being called.
_pressed, _within = 0.0, 0

_making = threading.Lock()
# Kept over importlib.reload(), after which nobody could end them.
_own: asyncio.AbstractEventLoop | None = globals().get("_own")
_thread: threading.Thread | None = globals().get("_thread")


def loop() -> asyncio.AbstractEventLoop:
    """
    The loop that owns all connections, on a thread of its own: one for the process.

    Not the kernel's: that one is busy running the cell that calls us, and a websocket on it would
    die of a long cell. A forked child gets one of its own, since threads are not forked.
    """
    global _own, _thread
    with _making:
        if _own is None:
            _own = asyncio.new_event_loop()
            _thread = threading.Thread(target=_run, args=(_own,), name="sophnet", daemon=True)
            _thread.start()
        return _own


def close() -> None:
    """
    End that loop and its thread: whatever runs on it is cancelled. `loop` makes a new one.

    Does nothing where the thread would wait for itself. What does not end within `GRACE` is left.
    """
    global _own, _thread
    with _making:
        own, thread = _own, _thread
        if own is None or thread is None or thread is threading.current_thread():
            return
        _own = _thread = None
    asyncio.run_coroutine_threadsafe(_end(), own)
    thread.join(GRACE)


async def _end() -> None:
    """Cancel everything on the running loop, then stop it."""
    own = asyncio.get_running_loop()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=GRACE / 2)
    await own.shutdown_asyncgens()
    own.stop()


def _run(own: asyncio.AbstractEventLoop) -> None:
    try:
        own.run_forever()
    finally:
        own.close()


def _forget() -> None:
    """In a forked child: neither the thread of that loop nor whoever held the lock is there."""
    global _own, _thread, _making
    _own, _thread, _making = None, None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def spawn(coroutine: Coroutine[Any, Any, T]) -> Future[T]:
    """Start without waiting. Cancel the future to stop."""
    return asyncio.run_coroutine_threadsafe(coroutine, loop())


def later(seconds: float, work: Callable[[], object]) -> None:
    """Call ``work`` on the loop's thread after a while."""
    own = loop()
    own.call_soon_threadsafe(own.call_later, seconds, work)


def after_answers(seconds: float, work: Callable[[], object]) -> None:
    """
    The same where others have so long to answer, in two steps.

    Where the whole process stood still meanwhile, as under code that holds Python's lock, time is
    over before anybody could read the answers that have come: the second step waits for them.
    """
    later(seconds / 2, lambda: later(seconds / 2, work))


def settled(future: Future[Any], timeout: float | None = None) -> bool:
    """
    Wait for something spawned, and say whether it has come to its end.

    Interrupting the kernel ends the waiting, not the work.
    """
    deadline = float("inf") if timeout is None else time.monotonic() + timeout
    with _interruptible():
        # A bare wait cannot be interrupted on Windows.
        while not future.done() and (left := deadline - time.monotonic()) > 0:
            wait([future], min(left, 0.1))
    return future.done()


def run(coroutine: Coroutine[Any, Any, T], *, one: Running | None = None) -> T:
    """
    Run to completion and return the result.

    Interrupting the kernel cancels the coroutine and waits for it to clean up, so that the
    connection is closed before the next cell starts; then KeyboardInterrupt goes on. What stops
    ``one`` cancels it likewise, and raises `HungUp`.
    """
    own, done = loop(), threading.Event()
    started: list[asyncio.Task[T]] = []

    def start() -> None:
        started.append(task := own.create_task(coroutine))
        task.add_done_callback(lambda _: done.set())
        if one:
            one.on_stop(lambda: own.call_soon_threadsafe(task.cancel))

    def cancel() -> None:
        if started:
            started[0].cancel()
        else:
            coroutine.close()
            done.set()

    try:
        with _interruptible():
            own.call_soon_threadsafe(start)
            # A bare wait cannot be interrupted on Windows.
            while not done.wait(0.1):
                pass
    except KeyboardInterrupt:
        own.call_soon_threadsafe(cancel)
        done.wait(GRACE)
        raise
    if one and one.stopped and started[0].cancelled():
        raise HungUp
    return started[0].result()


@contextmanager
def one_interrupt() -> Iterator[None]:
    """
    Let the first interrupt end what waits in here, and others at once after it change nothing.

    A second press while the first is answered would lose what is just being stored. `DEAF` seconds
    after the first, one is heard again: what hangs can still be broken off.
    """
    global _within
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before, _within = signal.getsignal(signal.SIGINT), _within + 1
    try:
        yield
    finally:
        _within -= 1
        if signal.getsignal(signal.SIGINT) is _ignored and before is not _ignored:
            signal.signal(signal.SIGINT, before)


def _first(number: int, frame: FrameType | None) -> None:
    global _pressed
    if _within:
        # Here and not later: there is no moment in which the second would be heard.
        _pressed = time.monotonic()
        signal.signal(signal.SIGINT, _ignored)
    raise KeyboardInterrupt


def _ignored(number: int, frame: FrameType | None) -> None:
    if time.monotonic() - _pressed > DEAF:
        raise KeyboardInterrupt


@contextmanager
def _interruptible() -> Iterator[None]:
    """
    Let an interrupt raise KeyboardInterrupt here, whatever else was to happen.

    In a cell with a top-level ``await``, ipykernel makes it cancel the cell's task instead, which
    is the one that waits here and would learn of it only when the wait is over.
    """
    before = signal.getsignal(signal.SIGINT)
    # A process that ignores interrupts goes on ignoring them.
    silent = not callable(before) or before is _ignored
    if threading.current_thread() is not threading.main_thread() or silent:
        yield
        return
    signal.signal(signal.SIGINT, _first)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is _first:
            signal.signal(signal.SIGINT, before)
