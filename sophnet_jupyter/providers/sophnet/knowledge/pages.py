"""Iterate the paged lists of the knowledge base (docs/services/sophnet.md#knowledge)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from ....wire.call import Call
from ....wire.retry import READ
from ....wire.wire import Wire
from .answer import ListPage, page

# The document's example has 10 in a page; the 300 files of a service are six requests so.
SIZE = 50


async def rows(
    wire: Wire, path: str, *, size: int = SIZE
) -> AsyncGenerator[tuple[Mapping[str, Any], bool], None]:
    """
    The rows of a list, each with whether it is the sandbox's; pages are requested as needed.

    A row that moved to the next page, because another was added meanwhile, comes once.
    """
    known: set[str] = set()
    number = 1
    while True:
        found = await one(wire, path, number=number, size=size)
        for row in found.rows:
            if str(row["id"]) not in known:
                known.add(str(row["id"]))
                yield row, found.sandbox
        # Some servers answer a page beyond the last with the last one.
        other = found.number not in (0, number)
        if not found.rows or other or _is_last(found, number, size):
            return
        number += 1


async def one(wire: Wire, path: str, *, number: int = 1, size: int = 1) -> ListPage:
    """One page; pages are counted from 1."""
    call = Call(method="GET", path=f"{path}?pageNum={number}&pageSize={size}")
    return page(await wire.fetch(call, retry=READ))


def _is_last(found: ListPage, number: int, size: int) -> bool:
    if found.pages is not None:
        return number >= found.pages
    if found.total is not None:
        return number * size >= found.total
    return len(found.rows) < size
