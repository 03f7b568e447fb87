"""Blocks of work on all processors, each of which does its matrix products alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

Block = TypeVar("Block")

# Each thread holds a block of distances: with more of them memory would be what runs out.
_MOST = 8


def in_blocks(
    work: Callable[[Block], object], blocks: Iterable[Block], stopped: Callable[[], bool]
) -> None:
    """
    Call ``work`` with each block, on as many threads as matrix products have here.

    Threads of a small product mostly wait for each other, and burn the processor meanwhile: on two
    of them 160 × 1,600 rows took three to four times the CPU of one. ``stopped`` is asked before
    each block, in their order; what has begun is finished. Raises what ``work`` raises.
    """
    waiting, lock = iter(blocks), threading.Lock()

    def do() -> None:
        while True:
            with lock:
                if stopped():
                    return
                try:
                    block = next(waiting)
                except StopIteration:
                    return
            work(block)

    with one_each() as threads:
        if threads == 1:
            do()
            return
        with ThreadPoolExecutor(threads, "sophnet-map") as pool:
            for done in [pool.submit(do) for _ in range(threads)]:
                done.result()


@contextmanager
def one_each() -> Iterator[int]:
    """
    Matrix products of this process on one thread each, and how many they had, at most 8.

    Put back when the last who wanted it has left: each would else put back what another has set.
    """
    with _lock:
        _limit.wanted += 1
        if _limit.wanted == 1:
            _limit.begin()
        threads = _limit.threads
    try:
        yield threads
    finally:
        with _lock:
            _limit.wanted -= 1
            if not _limit.wanted:
                _limit.end()


class _Limit:
    def __init__(self) -> None:
        self.wanted, self.threads = 0, 1
        self._held: Any = None

    def begin(self) -> None:
        try:
            from threadpoolctl import ThreadpoolController
        except ImportError:
            return
        found = ThreadpoolController()
        had = [each["num_threads"] for each in found.info() if each["user_api"] == "blas"]
        self.threads = min(_MOST, max(had, default=1))
        self._held = found.limit(limits=1, user_api="blas")

    def end(self) -> None:
        if self._held is not None:
            self._held.restore_original_limits()
            self._held = None


_lock = threading.Lock()
_limit = _Limit()
