"""What a reader did to an answer survives while the rest of it arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

SPEED = 60
# 4,000 words take more than a minute: time enough to do something, and to see it stay.
PROMPT = "Write a story of 4000 words."
ARRIVED = "cell => cell.textContent.length"
SELECT = """paragraph => {
    getSelection().selectAllChildren(paragraph);
    window.chosen = paragraph;
}"""
STILL_SELECTED = """() => [
    getSelection().toString(), window.chosen.isConnected, window.chosen.textContent
]"""
SCROLLER = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"


@pytest.fixture(scope="module")
def slow_sandbox(start_sandbox: Any) -> Iterator[str]:
    """The address of a sandbox that answers at the pace of a model."""
    with start_sandbox("--tokens-per-second", str(SPEED)) as sandbox:
        yield sandbox.root


@pytest.fixture
def story(lab: Any, open_notebook: Callable[[str], Any], slow_sandbox: str) -> Any:
    """A notebook in which an answer with a thought before it has begun to arrive."""
    lab.write(
        "story.ipynb",
        f"import os; os.environ['SOPHNET_SANDBOX_URL'] = '{slow_sandbox}'\n"
        "%load_ext sophnet_jupyter",
        f"%%sophchat --think\n{PROMPT}",
    )
    notebook = open_notebook("story.ipynb")
    notebook.run_cell(0)
    notebook.start_cell(1)
    return notebook


def grown(notebook: Any, by: int) -> None:
    """Wait until so many more characters have arrived, and the answer has not ended."""
    output = notebook.output_of(1)
    length = output.evaluate(ARRIVED)
    wait = f"length => document.querySelectorAll('.jp-Cell')[1].textContent.length > length + {by}"
    notebook.page.wait_for_function(wait, arg=length, timeout=60_000, polling=100)
    expect(output).not_to_contain_text("complete", timeout=1)


def first_paragraph(notebook: Any) -> Locator:
    """A paragraph of a block that is finished: another output comes after it."""
    outputs = notebook.output_of(1).locator(".jp-OutputArea-output")
    # The thought, the first block, and what is still growing.
    expect(outputs.nth(2)).to_be_visible(timeout=60_000)
    return outputs.nth(1).locator("p").first


@pytest.mark.parametrize("unfolded", [True, False], ids=["unfolded", "folded again"])
def test_a_thought_stays_as_the_reader_left_it(story: Any, unfolded: bool) -> None:
    fold = story.output_of(1).locator("details")
    fold.locator("summary").click(timeout=60_000)
    expect(fold).to_have_attribute("open", "")
    if not unfolded:
        fold.locator("summary").click()
    grown(story, 1_500)
    assert fold.evaluate("fold => fold.open") is unfolded
    story.interrupt()
    story.wait_idle()
    assert fold.evaluate("fold => fold.open") is unfolded


def test_a_selection_and_the_scroll_position_stay_while_the_answer_grows(
    story: Any, page: Page
) -> None:
    paragraph = first_paragraph(story)
    paragraph.evaluate(SELECT)
    selected, *_ = page.evaluate(STILL_SELECTED)
    assert len(selected) > 40
    scroller = page.locator(SCROLLER)
    scroller.evaluate("box => { box.scrollTop = 120 }")
    grown(story, 2_500)
    assert page.evaluate(STILL_SELECTED) == [selected, True, selected]
    assert scroller.evaluate("box => box.scrollTop") == 120
    story.interrupt()
    expect(story.output_of(1)).to_contain_text("■ stopped")
    story.wait_idle()
    assert page.evaluate(STILL_SELECTED) == [selected, True, selected]
    assert scroller.evaluate("box => box.scrollTop") == 120
