from __future__ import annotations

import asyncio

import pytest

from sophnet_jupyter.wire.http import happy_eyeballs
from sophnet_jupyter.wire.http.happy_eyeballs import first, interleaved

from ...waiting import WITHIN

pytestmark = pytest.mark.anyio


class Places:
    """Addresses that answer, refuse, or never say anything; and what became of each."""

    def __init__(self, **kinds: str) -> None:
        self.kinds = kinds
        self.asked: list[str] = []
        self.news: asyncio.Queue[str] = asyncio.Queue()
        self.left: list[str] = []
        self.abandoned: list[str] = []

    async def connect(self, address: str) -> str:
        self.asked.append(address)
        self.news.put_nowait(address)
        match self.kinds[address]:
            case "silent":
                try:
                    await asyncio.Event().wait()
                finally:
                    self.left.append(address)
            case "refuses":
                raise ConnectionRefusedError(address)
        return address

    async def first(self) -> str:
        return await first(list(self.kinds), self.connect, abandon=self.abandoned.append)


async def test_a_silent_address_is_not_waited_for() -> None:
    places = Places(a="silent", b="answers", c="answers")
    assert await places.first() == "b"
    await asyncio.sleep(0)
    assert places.asked == ["a", "b"]
    assert places.left == ["a"]


async def test_an_address_that_refuses_is_followed_by_the_next_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(happy_eyeballs, "NEXT", 60)
    places = Places(a="refuses", b="refuses", c="answers")
    assert await asyncio.wait_for(places.first(), WITHIN) == "c"


async def test_where_nobody_answers_the_last_refusal_is_told() -> None:
    with pytest.raises(ConnectionRefusedError, match="b"):
        await Places(a="refuses", b="refuses").first()
    with pytest.raises(OSError, match="no address"):
        await Places().first()


async def test_who_leaves_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(happy_eyeballs, "NEXT", 0)
    places = Places(a="silent", b="silent")
    connecting = asyncio.create_task(places.first())
    await places.news.get()
    await places.news.get()
    connecting.cancel()
    await asyncio.wait([connecting])
    await asyncio.sleep(0)
    assert sorted(places.left) == ["a", "b"]


async def test_a_connection_that_comes_too_late_is_abandoned() -> None:
    places = Places(a="answers")
    connecting = asyncio.create_task(places.first())
    await places.news.get()
    # It has answered, and nobody has been told yet.
    connecting.cancel()
    await asyncio.wait([connecting])
    await asyncio.sleep(0)
    assert connecting.cancelled()
    assert places.abandoned == ["a"]


def test_families_take_turns_and_nothing_is_tried_twice() -> None:
    found = [(6, "::1"), (6, "::1"), (6, "::2"), (6, "::3"), (4, "127.0.0.1"), (4, "127.0.0.2")]
    assert interleaved(found) == ["::1", "127.0.0.1", "::2", "127.0.0.2", "::3"]
    assert interleaved([]) == []
