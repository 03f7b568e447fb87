"""What comes without end is ended: what had come is kept, and the reader is told."""

from __future__ import annotations

import pytest

from sophnet_jupyter.events import ReasoningDelta, Reference, TextDelta, ToolCallDelta
from sophnet_jupyter.response import Response, arrival
from sophnet_jupyter.response.arrival import LONGEST, settle
from sophnet_jupyter.views.answer.answer import MOST_REFERENCES, asides, references
from sophnet_jupyter.views.safe.markdown import LARGEST_HTML, render


async def endless(make, left):
    try:
        while True:
            yield make("x" * 100_000)
    finally:
        left.append(True)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "make",
    [
        lambda text: TextDelta(text=text),
        lambda text: ReasoningDelta(text=text),
        lambda text: ToolCallDelta(index=0, arguments=text),
    ],
)
async def test_a_stream_without_end_is_left_and_what_came_is_kept(make):
    left: list[bool] = []
    response = await settle(endless(make, left))
    kept = response.text + response.thinking + "".join(c.arguments for c in response.tool_calls)
    assert LONGEST < len(kept) <= LONGEST + 100_000
    assert response.ending == "incomplete"
    assert arrival.TOO_LONG.format(count=LONGEST) in response.notices
    assert left == [True]


def test_of_many_references_a_hundred_are_shown_and_the_others_counted():
    many = tuple(
        Reference(index=n, type="web", title="t", url=f"https://a.org/{n}", content="c" * 500)
        for n in range(1, 100_001)
    )
    response = Response(references=many)
    html, words = references(many), "\n".join(asides(response))
    assert len(html) < 100_000
    assert len(words) < 20_000
    assert html.count("<li") == MOST_REFERENCES
    for shown in (html, words):
        assert "99,900 more" in shown
    assert len(response.references) == 100_000
    assert "more:" not in references(many[:MOST_REFERENCES])


@pytest.mark.parametrize("unit", ["|a|\n", "|a|b|c|d|\n", "```\n```\n", ">a\n\n", "a\n\n"])
def test_no_text_becomes_more_html_than_a_notebook_should_keep(unit):
    head = "|a|b|c|d|\n|-|-|-|-|\n" if unit.startswith("|") else ""
    text = head + unit * (190_000 // len(unit))
    html = render(text)
    assert len(html) < LARGEST_HTML
    assert html.count(unit.strip("\n").replace(">", "&gt;")) >= text.count(unit) - 1
