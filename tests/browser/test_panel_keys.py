"""What JupyterLab would take from a panel: a drag with Shift held, and Enter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

CHOSEN = "box => box.value.slice(box.selectionStart, box.selectionEnd)"
DRAGS = """panel => {
    window.drags = 0;
    panel.addEventListener("mousemove", ({ shiftKey, buttons }) => {
        if (shiftKey && buttons) window.drags += 1;
    });
}"""


def test_a_drag_with_shift_and_enter_belong_to_the_panel(
    lab: Any, page: Page, open_notebook: Callable[[str], Any]
) -> None:
    lab.write(
        "keys.ipynb",
        "import sophnet_jupyter\nsophnet_jupyter.ChatPanel()",
        "1",
        "2",
    )
    notebook = open_notebook("keys.ipynb")
    notebook.run_cell(0)
    panel = notebook.output_of(0).locator(".sophnet-chat")
    box = panel.get_by_label("Your question")
    box.fill("one two three four five six seven")
    panel.evaluate(DRAGS)
    # Cells 0 to 2 would be selected by a click with Shift into cell 0.
    notebook.choose(2)
    place = box.bounding_box()
    assert place
    middle = place["y"] + 12
    page.keyboard.down("Shift")
    page.mouse.move(place["x"] + 40, middle)
    page.mouse.down()
    page.mouse.move(place["x"] + 90, middle, steps=5)
    page.mouse.move(place["x"] + 160, middle, steps=5)
    page.mouse.up()
    page.keyboard.up("Shift")
    assert page.evaluate("window.drags") >= 5
    assert len(box.evaluate(CHOSEN)) > 5
    expect(page.locator(".jp-Notebook .jp-Cell.jp-mod-multiSelected")).to_have_count(0)
    expect(page.locator(".jp-Notebook .jp-Cell.jp-mod-selected")).to_have_count(1)

    # Enter asks, and neither edits nor runs a cell.
    box.fill("say hi")
    box.press("Enter")
    expect(panel.locator(".sophnet-answer")).not_to_be_empty()
    expect(box).to_have_value("")
    expect(notebook.cell(0).locator(".jp-InputPrompt")).to_have_text("[1]:")
