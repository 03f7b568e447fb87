"""What travels to a browser while several answers grow side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from sophnet_jupyter.events import Event, Finished, Started, TextDelta
from sophnet_jupyter.runs.compare.comparison import Comparison
from sophnet_jupyter.runs.compare.grid import Column, grid
from sophnet_jupyter.views.answer import Context
from sophnet_jupyter.views.live.columns import LiveColumns

TEXT = ["The 🦊 ", "jumps 𝒙 over\n\n", "- **two", "** 😀 dogs\n", "<script>", " & `co", "de`"] * 40


async def answer(column: Column, repeat: int) -> AsyncGenerator[Event, None]:
    yield Started(service="S", model=column.model)
    for text in TEXT:
        yield TextDelta(text=text)
        await asyncio.sleep(0.001)
    yield Finished(reason="stop")


class Page:
    """Puts pieces together as the script does: by UTF-16 units."""

    def __init__(self) -> None:
        self.pieces: dict[tuple[Any, ...], bytes] = {}
        self.messages = self.sent = 0

    def take(self, changes: list[dict[str, Any]]) -> None:
        self.messages += 1
        for change in changes:
            for name, keep, html in change["pieces"]:
                at = (*change["at"], name)
                self.sent += len(html)
                before = self.pieces.get(at, b"")[: 2 * keep]
                self.pieces[at] = before + html.encode("utf-16-le")


def drawn(columns: LiveColumns) -> dict[tuple[Any, ...], str]:
    return {
        (*change["at"], name): html
        for change in columns.whole()
        for name, _, html in change["pieces"]
    }


def test_pieces_put_together_from_their_changes_are_the_pieces() -> None:
    page = Page()

    async def compare() -> LiveColumns:
        comparison = Comparison(grid("?", models=["a", "b"], repeat=2), answer)
        columns = LiveColumns(comparison, Context(), page.take)
        await comparison
        return columns

    whole = drawn(asyncio.run(compare()))
    assert {at: html.decode("utf-16-le") for at, html in page.pieces.items()} == whole
    assert "&lt;script&gt;" in "".join(whole.values())
    size = sum(map(len, whole.values()))
    assert page.sent < 4 * size
    assert page.messages < len(TEXT)


def test_a_column_that_is_asked_again_is_emptied_first() -> None:
    page = Page()

    async def compare() -> LiveColumns:
        comparison = Comparison(grid("?", models=["a", "b"]), answer)
        columns = LiveColumns(comparison, Context(), page.take)
        await comparison
        await comparison.again(0)
        return columns

    columns = asyncio.run(compare())
    html = "".join(text for at, text in drawn(columns).items() if at[0] == 0)
    other = "".join(text for at, text in drawn(columns).items() if at[0] == 1)
    assert html == other
