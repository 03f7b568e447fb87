"""``%ocr`` and the document viewer in JupyterLab, in front of a real kernel and the sandbox."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FILES = Path(__file__).parents[2] / "notebooks" / "files"
THEMES = ("JupyterLab Light", "JupyterLab Dark")
BAD = ("uncaught", "error", "warning")


@pytest.fixture(autouse=True)
def files(lab: Any) -> None:
    for path in FILES.iterdir():
        shutil.copy(path, lab.root)


def test_a_page_and_its_text_point_at_each_other(
    lab: Any, open_notebook: Callable[[str], Any], page: Page, console: Any
) -> None:
    lab.write(
        "ocr.ipynb",
        "%load_ext sophnet_jupyter",
        "%ocr letter.png -o letter",
        "letter",
        "%parse report.docx",
    )
    notebook = open_notebook("ocr.ipynb")
    for index in range(4):
        notebook.run_cell(index)
    view = notebook.output_of(1).locator(".sophnet-pages")
    blocks, boxes = view.locator(".sophnet-block"), view.locator(".sophnet-box")
    expect(blocks).to_have_count(5)
    expect(blocks.nth(0)).to_contain_text("季度报告 Quarterly report")
    expect(blocks.nth(3).get_by_role("cell", name="41.5")).to_be_visible()
    expect(notebook.output_of(1)).to_contain_text("sandbox")
    expect(notebook.output_of(1)).not_to_contain_text("first token")

    boxes.nth(2).hover()
    expect(blocks.nth(2)).to_have_class(re.compile("sophnet-marked"))
    blocks.nth(1).hover()
    expect(boxes.nth(1)).to_have_class(re.compile("sophnet-marked"))
    expect(blocks.nth(2)).not_to_have_class(re.compile("sophnet-marked"))
    boxes.nth(2).click()
    expect(blocks.nth(2)).to_have_class(re.compile("sophnet-copied"))
    expect(view.locator(".sophnet-heard-only")).to_have_text("Block 3 is copied.")
    assert "Sales rose" in page.evaluate("navigator.clipboard.readText()")
    blocks.nth(0).focus()
    page.keyboard.press("Enter")
    expect(view.locator(".sophnet-heard-only")).to_have_text("Block 1 is copied.")
    page.keyboard.press("Tab")
    expect(blocks.nth(1)).to_be_focused()
    expect(boxes.nth(1)).to_have_class(re.compile("sophnet-marked"))

    expect(notebook.output_of(2).locator("img")).to_be_visible()
    expect(notebook.output_of(3)).to_contain_text("南方地区库存不足")
    for theme in THEMES:
        notebook.set_theme(theme)
        notebook.screenshot(f"ocr-{theme.split()[1].lower()}", of=view)
        notebook.screenshot(f"ocr-static-{theme.split()[1].lower()}", of=notebook.output_of(2))
        notebook.screenshot(f"parse-{theme.split()[1].lower()}", of=notebook.output_of(3))
    notebook.save()
    book = nbformat.read(lab.root / "ocr.ipynb", as_version=4)
    twins = [output for output in book.cells[1].outputs if "sophnet-twin" in str(output)]
    assert len(twins) == 1
    assert "Quarterly report" in str(twins[0])
    assert not [line for line in console.lines if line.startswith(BAD)]


def test_files_are_dropped_searched_taken_as_tables_and_asked_about(
    lab: Any, open_notebook: Callable[[str], Any], page: Page, console: Any
) -> None:
    lab.write(
        "viewer.ipynb",
        "from sophnet_jupyter import DocumentViewer\n"
        "viewer = DocumentViewer('report.docx')\nviewer",
        "print(list(report_1.columns), len(viewer.pages), viewer.response.ending)",
    )
    notebook = open_notebook("viewer.ipynb")
    notebook.run_cell(0)
    view = notebook.output_of(0).locator(".sophnet-documents")
    expect(view.locator(".sophnet-place")).to_contain_text("What next")

    view.get_by_label("Search", exact=True).fill("the south")
    expect(view.locator(".sophnet-search")).to_contain_text("2 found")
    page.keyboard.press("Enter")
    expect(view.locator(".sophnet-search")).to_contain_text("1 of 2")
    view.get_by_role("button", name="Copy").click()
    expect(view.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("# Quarterly report")
    view.get_by_role("button", name="Table 1 to DataFrame").click()
    expect(view.locator(".sophnet-note")).to_contain_text("variable report_1")

    view.get_by_label("Ask about this page").fill("Summarise this in three points.")
    page.keyboard.press("Enter")
    expect(view.locator("article")).to_contain_text("characters of report.docx")

    view.locator("input[type=file]").set_input_files(FILES / "letter.png")
    expect(view.locator(".sophnet-block")).to_have_count(5, timeout=30_000)
    for theme in THEMES:
        notebook.set_theme(theme)
        notebook.screenshot(f"viewer-{theme.split()[1].lower()}", of=view)
    view.get_by_label("Path, pattern or address").fill("nowhere.pdf")
    view.get_by_role("button", name="Read").click()
    expect(view.locator(".sophnet-alert")).to_contain_text("There is no file")
    expect(view.get_by_role("button", name="letter.png")).to_have_attribute("aria-pressed", "true")
    notebook.run_cell(1)
    expect(notebook.output_of(1)).to_contain_text("地区 Region")
    expect(notebook.output_of(1)).to_contain_text("2 complete")
    notebook.save()
    book = nbformat.read(lab.root / "viewer.ipynb", as_version=4)
    twins = [output for output in book.cells[0].outputs if "sophnet-twin" in str(output)]
    assert len(twins) == 1
    assert "What next" in str(twins[0])
    assert not [line for line in console.lines if line.startswith(BAD)]
