from __future__ import annotations

import asyncio

import pytest

from sophnet_jupyter.widgets.hearing.take import Take

from ...waiting import WITHIN

pytestmark = pytest.mark.anyio


async def test_frames_come_out_in_order_and_then_nothing() -> None:
    take = Take()
    for seq in range(3):
        take.add(seq, 100.0 * seq, 500.0 + 100 * seq, bytes([seq]))
    take.end()
    take.add(3, 300.0, 800.0, b"too late")
    assert [await take.next() for _ in range(4)] == [b"\0", b"\1", b"\2", None]
    assert (take.missing, take.dropped, take.why) == (0, 0, "")


async def test_gaps_are_counted_and_repeats_are_not_heard_twice() -> None:
    take = Take()
    for seq in (0, 1, 5, 5, 3, 6):
        take.add(seq, 0.0, 0.0, b"x")
    assert (take.frames, take.missing, take.received) == (7, 3, 4)


async def test_lateness_is_told_without_common_clocks() -> None:
    take = Take()
    take.add(0, 1_000_000.0, 40.0, b"x")
    assert take.late == 0
    take.add(1, 1_000_100.0, 2_140.0, b"x")
    assert take.late == 2000


async def test_what_nobody_takes_is_dropped_from_its_beginning() -> None:
    take = Take(sample_rate=16_000)
    for seq in range(400):
        take.add(seq, 0.0, 0.0, bytes(3200))
    assert take.dropped == 100
    assert take._waiting == 30 * 32_000


async def test_time_without_a_frame_counts_from_the_last_one_whoever_waits_for_the_next() -> None:
    now = 0.0
    take = Take(clock=lambda: now)
    now = 30.0
    take.add(0, 0.0, 0.0, b"x")
    now = 69.0
    take.add(1, 0.0, 0.0, b"y")
    # Meanwhile a line broke, and another one reads.
    now = 110.0
    assert [await take.next() for _ in range(2)] == [b"x", b"y"]
    assert await asyncio.wait_for(take.next(), WITHIN) is None
    assert "is it gone?" in take.why


async def test_a_page_that_is_gone_ends_the_take_with_a_sentence() -> None:
    take = Take(gone=0.02)
    assert await take.next() is None
    assert "is it gone?" in take.why
