"""A run as it stays in a notebook."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from html.parser import HTMLParser

import pytest

from sophnet_jupyter.events import Event, Finished, Started, TextDelta, Usage
from sophnet_jupyter.runs.rows import Item
from sophnet_jupyter.runs.run import Run
from sophnet_jupyter.runs.tables import Table
from sophnet_jupyter.runs.template import Template
from sophnet_jupyter.views.runs import progress, still
from sophnet_jupyter.widgets.run import opened, rows

from ...hostile.allowed import FRAME_TAGS
from ...hostile.allowed import TAGS as PLAIN_TAGS

pytestmark = pytest.mark.anyio

HOSTILE = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<a href='javascript:alert(1)'>x</a>",
    "</td></table><iframe src=//evil>",
    "$\\href{javascript:alert(1)}{x}$ \x1b]52;c;!\x07",
)


TAGS = PLAIN_TAGS | FRAME_TAGS | {"i"}


class Tags(HTMLParser):
    """The names of elements and of attributes in HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


async def ask(item: Item) -> AsyncGenerator[Event, None]:
    yield Started(service="Test", model="<b>m</b>", sandbox=True)
    yield TextDelta(text=str(item.prompt))
    yield Usage(prompt_tokens=10, completion_tokens=5, total_tokens=15)
    yield Finished(reason="stop")


def run(texts: list[str], **options: object) -> Run:
    table, template = Table([{"text <i>": text} for text in texts]), Template("{text <i>}")
    return Run(
        template.items(table),
        ask,
        total=len(texts),
        table=table,
        template="{text <i>}",
        make=lambda number: template.item(number, table.row(number), table),
        **options,  # type: ignore[arg-type]
    )


async def test_nothing_of_a_table_or_an_answer_is_more_than_words() -> None:
    made = await run(list(HOSTILE))
    for html in (still.bundle(made)["text/html"], *(opened.row_html(made, n) for n in range(5))):
        found = Tags()
        found.feed(html)
        assert found.names <= TAGS
        assert found.attributes <= {"style", "class"}
    page = rows.page(made, rows.numbers(made, rows.Wish()), 0)
    assert not [row for row in page if "\x1b" in "".join(row["cells"].values())]


async def test_it_keeps_fifty_rows_within_its_bytes() -> None:
    made = await run([f"{n} " + "名" * 5000 for n in range(300)])
    html = still.bundle(made)["text/html"]
    assert html.count("<tr>") <= 51
    assert len(html.encode()) <= still.MOST_BYTES
    assert "of 300 rows" in html


async def test_rows_that_failed_stand_among_those_that_are_kept() -> None:
    made = await run([*(f"good {n}" for n in range(200)), ""])
    assert "There is nothing to ask" in still.bundle(made)["text/html"]


async def test_the_first_rows_say_what_all_would_take() -> None:
    made = await run([f"row {n}" for n in range(100)], first=5)
    assert progress.estimate(made) == ("All 100 rows would take about 1,000 tokens in, 500 out.")
    assert progress.line(made).startswith("sandbox · 5 of 5 rows")


async def test_rows_are_filtered_and_sorted_with_what_is_missing_last() -> None:
    made = await run(["b", "a", "", "c"])
    column = "text <i>"
    assert rows.numbers(made, rows.Wish(by=column)) == [2, 1, 0, 3]
    assert rows.numbers(made, rows.Wish(ending="not complete")) == [2]
    assert rows.numbers(made, rows.Wish(text="C", column=column)) == [3]
    assert rows.numbers(made, rows.Wish(by="tokens_in", falling=True))[-1] == 2
