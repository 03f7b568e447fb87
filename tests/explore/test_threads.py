"""Blocks of work on several threads, while matrix products have one each."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from types import FrameType

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from sophnet_jupyter import explore
from sophnet_jupyter.explore.kernels import neighbors as module
from sophnet_jupyter.explore.kernels.threads import in_blocks, one_each
from sophnet_jupyter.kernel.loop import close
from tests.waiting import wait

from . import measured


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    """As if this machine had two processors, where BLAS can be told so."""
    # Products of the whole process are counted, and another test's map may be under way in it.
    close()
    wait(lambda: not _at_work())
    with threadpool_limits(2, user_api="blas"):
        yield


def _at_work() -> bool:
    """Whether another thread of this process is in a computation of the package."""
    for thread, frame in sys._current_frames().items():
        at: FrameType | None = frame if thread != threading.get_ident() else None
        while at:
            if at.f_globals.get("__name__", "").startswith("sophnet_jupyter.explore"):
                return True
            at = at.f_back
    return False


def _threads() -> list[int]:
    return [
        each["num_threads"] for each in ThreadpoolController().info() if each["user_api"] == "blas"
    ]


def test_threads_of_products_are_put_back_by_the_last_who_wanted_one() -> None:
    had = _threads()
    one, other = one_each(), one_each()
    assert one.__enter__() == other.__enter__() == max(had, default=1)
    assert set(_threads()) <= {1}
    one.__exit__(None, None, None)
    assert set(_threads()) <= {1}
    other.__exit__(None, None, None)
    assert _threads() == had


def test_each_block_is_done_once_and_an_error_is_raised() -> None:
    had, done = _threads(), list[int]()
    in_blocks(done.append, range(100), lambda: False)
    assert sorted(done) == list(range(100))
    with pytest.raises(ZeroDivisionError):
        in_blocks(lambda block: 1 // block, range(3), lambda: False)
    assert _threads() == had


def test_what_is_stopped_begins_no_later_block() -> None:
    done: list[int] = []
    answers = iter([False, False, False])
    in_blocks(done.append, range(100), lambda: next(answers, True))
    assert sorted(done) == [0, 1, 2]


@pytest.mark.parametrize("most", [100, 20_000])
def test_neighbors_are_the_same_for_any_count_of_threads(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXACT", most)
    rows = measured.texts()[:3000]
    with threadpool_limits(1, user_api="blas"):
        alone = explore.neighbors(rows, 15)
    together = explore.neighbors(rows, 15)
    assert np.array_equal(alone[0], together[0])
    assert np.array_equal(alone[1], together[1])
