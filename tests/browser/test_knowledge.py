"""The knowledge panel in JupyterLab, in front of a real kernel and the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

THEMES = ("JupyterLab Light", "JupyterLab Dark")
BAD = ("uncaught", "error", "warning")
RULES = (
    "# Travel rules\n\nA night in a hotel may cost 120 euros. Trains come before planes.\n\n"
    "酒店每晚不超过八百元。\n"
)


@pytest.fixture(scope="module")
def slow(start_sandbox: Any) -> Iterator[str]:
    """A sandbox that reads files slowly enough to be seen at it, also by a busy machine."""
    with start_sandbox("--task-seconds", "8") as sandbox:
        yield sandbox.root


def test_files_and_questions_are_kept_in_the_panel(
    lab: Any, open_notebook: Callable[[str], Any], page: Page, console: Any, slow: str
) -> None:
    lab.write(
        "knowledge.ipynb",
        f"%env SOPHNET_SANDBOX_URL={slow}\n%load_ext sophnet_jupyter\n"
        "from sophnet_jupyter import KnowledgePanel\n"
        "panel = KnowledgePanel('handbook-b')\npanel",
        "import time\nbusy = time.sleep(8)",
        "%sophchat -m custom:handbook-b Who may use the printer, and what may a hotel cost?",
        "%knowledge handbook-b files",
        "len(panel.files), [pair.answer for pair in panel.pairs]",
        "KnowledgePanel('nope')",
    )
    notebook = open_notebook("knowledge.ipynb")
    notebook.run_cell(0)
    panel = notebook.output_of(0).locator(".sophnet-knowledge")
    expect(panel.get_by_text("No files yet")).to_be_visible()

    # While a cell runs: two files at once, and one that the service does not take.
    notebook.start_cell(1)
    panel.locator("input[type=file]").set_input_files(
        [
            {"name": "travel.txt", "mimeType": "text/plain", "buffer": RULES.encode()},
            {"name": "kitchen.txt", "mimeType": "text/plain", "buffer": b"Cups are washed."},
            {"name": "old.doc", "mimeType": "application/msword", "buffer": b"x"},
        ]
    )
    files = panel.locator(".sophnet-files li")
    expect(files).to_have_count(2)
    expect(panel.locator(".sophnet-uploads .sophnet-refused")).to_contain_text("old.doc")
    expect(files.nth(0).locator(".sophnet-file-state")).to_have_text("… being read")
    expect(files.nth(0).get_by_role("button", name="Delete")).to_be_disabled()
    # A row of one line is no higher than its buttons need.
    expect(files.nth(0).locator(".sophnet-file-state")).to_have_css("padding", "0px")
    expect(files.filter(has_text="enabled")).to_have_count(2)
    panel.get_by_role("button", name="Dismiss old.doc").click()
    expect(panel.get_by_text("sandbox")).to_be_visible()

    panel.get_by_role("button", name="Show travel.txt").click()
    reader = panel.locator(".sophnet-reader")
    expect(reader.get_by_role("heading", name="Travel rules")).to_be_visible()
    reader.get_by_role("searchbox").fill("hotel")
    expect(reader.get_by_text("1 found")).to_be_visible()

    panel.get_by_role("searchbox", name="Search files and questions").fill("cups")
    expect(files).to_have_count(1)
    panel.get_by_role("searchbox", name="Search files and questions").fill("")

    for theme in THEMES:
        notebook.set_theme(theme)
        notebook.screenshot(f"knowledge-files-{theme.split()[1].lower()}", of=panel)

    panel.get_by_role("tab", name="Files").press("ArrowRight")
    expect(panel.get_by_role("tab", name="Questions (0)")).to_be_focused()
    panel.get_by_role("button", name="Close what was read").click()
    panel.get_by_role("tab", name="Questions").click()
    panel.get_by_role("button", name="Add a question").click()
    question = panel.get_by_role("textbox", name="Question")
    answer = panel.get_by_role("textbox", name="Answer")
    question.fill("q" * 201)
    expect(panel.get_by_text("201 of 200: too long")).to_be_visible()
    answer.fill("Everybody on the second floor.")
    answer.press("Enter")
    expect(question).to_be_focused()
    question.fill("Who may use the printer?")
    answer.press("Enter")
    rows = panel.locator(".sophnet-pairs tbody tr")
    expect(rows).to_have_count(1)
    expect(panel.get_by_role("textbox")).to_have_count(0)
    panel.get_by_role("button", name="Add a question").click()
    question.fill("谁可以使用会议室？")
    answer.fill("所有员工。")
    panel.get_by_role("button", name="Save").click()
    expect(rows).to_have_count(2)
    panel.get_by_role("button", name="Edit Who may use the printer?").click()
    answer.fill("The second floor.")
    for theme in THEMES:
        notebook.set_theme(theme)
        notebook.screenshot(f"knowledge-edit-{theme.split()[1].lower()}", of=panel)
    answer.press("Enter")
    expect(rows.nth(0)).to_contain_text("The second floor.")
    panel.get_by_role("button", name="Delete 谁可以使用会议室？").click()
    expect(panel.get_by_text("Delete this question?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(rows).to_have_count(2)
    panel.get_by_role("button", name="Delete 谁可以使用会议室？").click()
    panel.get_by_role("button", name="Delete", exact=True).click()
    expect(rows).to_have_count(1)

    notebook.wait_idle()
    notebook.run_cell(2)
    said = notebook.output_of(2)
    expect(said).to_contain_text("The second floor. [1]")
    expect(said).to_contain_text("Who may use the printer? (qa)")
    expect(said).to_contain_text("travel.txt (file)")
    notebook.run_cell(3)
    for theme in THEMES:
        notebook.set_theme(theme)
        notebook.screenshot(f"knowledge-cited-{theme.split()[1].lower()}", of=said)
        notebook.screenshot(f"knowledge-table-{theme.split()[1].lower()}", of=notebook.output_of(3))

    panel.get_by_role("tab", name="Files").click()
    panel.get_by_role("button", name="Delete kitchen.txt").click()
    panel.get_by_role("button", name="Keep").click()
    expect(files).to_have_count(2)
    panel.get_by_role("button", name="Delete kitchen.txt").click()
    page.keyboard.press("Enter")
    expect(files).to_have_count(1)
    notebook.run_cell(4)
    expect(notebook.output_of(4)).to_contain_text("(1, ['The second floor.'])")
    notebook.run_cell(5)
    failed = notebook.output_of(5).locator(".sophnet-state:visible")
    expect(failed).to_contain_text("there is no service nope")

    panel.evaluate("element => element.style.width = '320px'")
    for tab in ("Questions", "Files"):
        panel.get_by_role("tab", name=tab).click()
        assert panel.evaluate("element => element.scrollWidth <= element.clientWidth + 1")
        notebook.screenshot(f"knowledge-narrow-{tab.lower()}", of=panel)
    notebook.save()
    book = nbformat.read(lab.root / "knowledge.ipynb", as_version=4)
    twins = [output for output in book.cells[0].outputs if "sophnet-twin" in str(output)]
    assert len(twins) == 1
    assert "travel.txt" in str(twins[0])
    assert "The second floor." in str(twins[0])
    assert not [line for line in console.lines if line.startswith(BAD)]
