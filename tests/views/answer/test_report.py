"""An analysis as it is shown, and as the documents that it is saved as."""

from __future__ import annotations

from typing import Any

import pytest

from sophnet_jupyter.events import ReasoningDelta, TextDelta
from sophnet_jupyter.response import Response, fold
from sophnet_jupyter.views.answer import Context
from sophnet_jupyter.views.answer.report import bundle, document, markdown
from sophnet_jupyter.views.live.report import LiveReport

TEXT = "# Sums\n\n| a | b |\n|---|---:|\n| x | 1 |\n\n<script>bad()</script>"
ANSWER = Response(text=TEXT, thinking="one\ntwo <img src=x>\n", ending="complete")


class Page:
    """Keeps what stands in each display, in their order."""

    watched = True

    def __init__(self) -> None:
        self.shown: dict[str, str] = {}

    def publish(self, data: Any, *, display_id: str | None = None, update: bool = False) -> str:
        place = display_id or str(len(self.shown))
        self.shown[place] = data["text/html"]
        return place


def test_steps_are_folded_and_both_are_marked() -> None:
    html = bundle(ANSWER)["text/html"]
    assert html.index("analysis steps</b> · 2 lines") < html.index("<b>report</b>")
    assert html.index("<b>report</b>") < html.index("<table")
    assert "<details open" not in html


def test_a_report_without_steps_is_an_ordinary_answer() -> None:
    assert "analysis steps" not in bundle(Response(text="a"))["text/html"]


@pytest.mark.parametrize(
    "make", [lambda q: document(q, ANSWER), lambda q: bundle(ANSWER)["text/html"]]
)
def test_nothing_of_an_answer_is_live_html(make: Any) -> None:
    html = make("why</title><script>x</script>?")
    assert "<script" not in html
    assert "<img" not in html


def test_a_saved_page_has_its_tables_and_its_letters() -> None:
    html = document("哪个?", ANSWER)
    assert html.startswith('<!doctype html><html><head><meta charset="utf-8">')
    assert "<table" in html
    assert "border-collapse" in html
    assert "哪个?" in html
    assert "| x | 1 |" in markdown("哪个?", ANSWER)


@pytest.mark.anyio
async def test_steps_that_come_after_the_report_began_are_folded_with_the_others() -> None:
    page, state = Page(), Response()
    view = LiveReport(page, Context())
    view.start("TeleAI")
    for event in (
        ReasoningDelta(text="first\n"),
        TextDelta(text="report"),
        ReasoningDelta(text="second\n"),
    ):
        state = fold(state, event)
        view.on_event(state, event)
    view.finish(state)
    steps, *report = page.shown.values()
    assert "2 lines" in steps
    assert "second" in steps
    assert "second" not in "".join(report)
    assert "report" in report[0]
