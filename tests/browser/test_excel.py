"""The Excel panel as a user meets it: in JupyterLab, in front of a real kernel and the sandbox."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SETUP = """from sophnet_jupyter import ExcelAnalyst
panel = ExcelAnalyst()
panel"""


@pytest.fixture(scope="module")
def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "销售"
    rows = [["region", "sales", "units"], ["North", 10.5, 1], ["South", 20, 2], ["North", 31, 4]]
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture(scope="module")
def slow(start_sandbox: Any) -> Iterator[str]:
    """A sandbox whose reports are long on their way, so that a busy machine sees them there."""
    with start_sandbox("--tokens-per-second", "15") as sandbox:
        yield sandbox.root


@pytest.fixture
def panel(lab: Any, open_notebook: Callable[[str], Any], slow: str) -> tuple[Any, Any]:
    lab.write(
        "excel.ipynb",
        f"%env SOPHNET_SANDBOX_URL={slow}\n{SETUP}",
        "print(panel.response.ending, len(panel.files))",
    )
    notebook = open_notebook("excel.ipynb")
    notebook.run_cell(0)
    return notebook, notebook.output_of(0).locator(".sophnet-excel")


def test_a_workbook_is_added_analysed_and_saved(
    panel: Any, page: Page, console: Any, lab: Any, workbook: bytes, tmp_path: Path
) -> None:
    notebook, view = panel
    expect(view.get_by_text("Add a workbook")).to_be_visible()
    view.locator("input[type=file]").set_input_files(
        {"name": "q3.xlsx", "mimeType": "application/octet-stream", "buffer": workbook}
    )
    expect(view.get_by_label("q3", exact=True)).to_be_checked()
    box = view.get_by_label("Your question")
    view.get_by_role("button", name="What is in these sheets?").click()
    expect(box).to_have_value("What is in these sheets?")
    box.fill("Which region sells most?")
    box.press("Enter")
    expect(view.locator(".sophnet-phase")).to_have_text("Writing the report")
    expect(view.get_by_role("button", name="Stop")).to_be_visible()
    expect(view.locator(".sophnet-phase")).to_have_text("Ready", timeout=120_000)
    expect(view.locator("article summary")).to_contain_text("analysis steps")
    expect(view.get_by_text("Reading q3.xlsx")).to_be_hidden()
    expect(view.get_by_role("cell", name="61.50")).to_be_visible()
    expect(view.locator("article")).to_contain_text("sandbox")

    view.get_by_role("button", name="Copy").click()
    expect(view.get_by_role("button", name="Copied")).to_be_visible()
    assert "| sales | 3 |" in page.evaluate("navigator.clipboard.readText()")
    for form, words in (("md", "| sales | 3 |"), ("html", "<td")):
        with page.expect_download() as saved:
            view.get_by_role("button", name=f"Save .{form}").click()
        assert saved.value.suggested_filename == f"report.{form}"
        text = Path(saved.value.path()).read_text(encoding="utf-8")
        assert words in text
        assert "Reading q3.xlsx" in text

    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        notebook.set_theme(theme)
        notebook.screenshot(f"excel-{theme.split()[1].lower()}", of=view)

    notebook.save()
    book = nbformat.read(lab.root / "excel.ipynb", as_version=4)
    twins = [output for output in book.cells[0].outputs if "sophnet-twin" in str(output)]
    assert len(twins) == 1
    assert "61.50" in str(twins[0])
    assert "61.50" not in str(book.metadata), "no widget state holds the report too"
    bad = ("uncaught", "error", "warning")
    assert not [line for line in console.lines if line.startswith(bad)]


def test_a_refusal_is_drawn_and_stopping_keeps_what_had_come(panel: Any, workbook: bytes) -> None:
    notebook, view = panel
    view.get_by_role("button", name="Analyse").click()
    view.get_by_label("Your question").fill("why?")
    view.get_by_role("button", name="Analyse").click()
    expect(view.locator(".sophnet-alert")).to_contain_text("1 to 20 files, not 0")
    view.get_by_text("Already at TeleAI").click()
    view.get_by_label("Name of a workbook").fill("mine")
    view.get_by_label("uuid", exact=True).fill("d12fd037-19df-4973-a246-290673b6407a")
    view.get_by_role("button", name="Add", exact=True).click()
    expect(view.get_by_label("mine")).to_be_checked()
    view.get_by_role("button", name="Analyse").click()
    expect(view.locator(".sophnet-error")).to_contain_text("没有找到对应uuid的文件")
    expect(view.locator(".sophnet-phase")).to_have_text("Failed")
    notebook.run_cell(1)
    expect(notebook.output_of(1)).to_contain_text("failed 1")
    view.locator("input[type=file]").set_input_files(
        {"name": "q3.xlsx", "mimeType": "application/octet-stream", "buffer": workbook}
    )
    expect(view.get_by_label("q3", exact=True)).to_be_checked()
    view.get_by_label("mine").uncheck()
    view.get_by_label("Your question").fill("哪个地区最好?")
    view.get_by_role("button", name="Analyse").click()
    expect(view.locator(".sophnet-phase")).to_have_text("Writing the report")
    view.get_by_role("button", name="Stop").click()
    expect(view.locator(".sophnet-phase")).to_have_text("Stopped")
    expect(view.locator("article").first).to_contain_text("stopped")
    # The report before stays, folded below its question.
    expect(view.locator("details > .sophnet-asked")).to_have_text(["哪个地区最好?", "why?"])
    expect(view.get_by_text("没有找到对应uuid的文件")).to_be_hidden()
    view.get_by_text("why?", exact=True).click()
    expect(view.get_by_text("没有找到对应uuid的文件")).to_be_visible()
    notebook.run_cell(1)
    expect(notebook.output_of(1)).to_contain_text("stopped 2")
