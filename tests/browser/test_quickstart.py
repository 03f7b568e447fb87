"""The quickstart as a new user meets it: in JupyterLab, from the first cell to the last."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import expect

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "quickstart.ipynb"

pytestmark = pytest.mark.browser


def cell_with(text: str) -> int:
    """The number of the quickstart's cell that has these words."""
    cells = nbformat.read(QUICKSTART, as_version=4).cells
    [found] = [index for index, cell in enumerate(cells) if text in cell.source]
    return int(found)


def test_every_cell_of_the_quickstart_answers(
    lab: Any, open_notebook: Callable[[str], Any], console: Any
) -> None:
    shutil.copy(QUICKSTART, lab.root / "quickstart.ipynb")
    quickstart = open_notebook("quickstart.ipynb")
    quickstart.run_all(within=120)
    expect(quickstart.page.locator("[data-mime-type$=stderr]")).to_have_count(0)
    expect(quickstart.output_of(cell_with("%load_ext"))).to_contain_text("SANDBOX")
    answer = quickstart.output_of(cell_with("What can you do?"))
    expect(answer).to_contain_text("sandbox ✓ complete")
    assert answer.locator("li").count() >= 3
    expect(quickstart.output_of(cell_with("What is my name?"))).to_contain_text("Mei")
    thinking = quickstart.output_of(cell_with("--think\n"))
    expect(thinking.locator("details")).not_to_have_attribute("open", "")
    expect(thinking.locator("mjx-container").first).to_be_visible()
    expect(quickstart.output_of(cell_with("counted.ending"))).to_contain_text("'length'")
    for theme in ("Light", "Dark"):
        quickstart.set_theme(f"JupyterLab {theme}")
        for number, words in enumerate(["# Quickstart", "Summarise", "trip --new", "%sophnet`"]):
            quickstart.cell(cell_with(words)).scroll_into_view_if_needed()
            quickstart.screenshot(f"quickstart-{theme.lower()}-{number}")
    assert not [line for line in console.lines if line.startswith("uncaught")]


@pytest.fixture
def counting(lab: Any, open_notebook: Callable[[str], Any]) -> Any:
    """A notebook whose second cell takes its time; the third comes after it."""
    lab.write("count.ipynb", "%load_ext sophnet_jupyter", "%sophchat Count to 500.", "print(6 * 7)")
    return open_notebook("count.ipynb")


def test_an_answer_grows_in_front_of_the_reader(counting: Any) -> None:
    counting.run_cell(0)
    counting.start_cell(1)
    output = counting.output_of(1)
    expect(output).to_contain_text("1, 2, 3")
    expect(output).not_to_contain_text("complete")
    expect(output).to_contain_text("31, 32, 33")
    counting.interrupt()
    counting.wait_idle()


def test_interrupting_keeps_the_text_says_one_line_and_stops_run_all(counting: Any) -> None:
    counting.command("notebook:run-all-cells")
    output = counting.output_of(1)
    expect(output).to_contain_text("1, 2, 3", timeout=30_000)
    counting.interrupt()
    expect(output).to_contain_text("■ stopped")
    counting.wait_idle()
    expect(output).to_contain_text("1, 2, 3")
    error = output.locator("[data-mime-type$=error], [data-mime-type$=stderr]")
    expect(error).to_have_text(re.compile(r"^Stopped: interrupted[^\n]*$"))
    expect(counting.cell(2).locator(".jp-InputPrompt")).to_have_text("[ ]:")
    counting.screenshot("interrupted", of=output)
