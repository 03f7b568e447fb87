"""An evaluation as a reader meets it: its verdict, what is wrong, labels, and without a kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

THEMES = ("JupyterLab Light", "JupyterLab Dark")
SET_UP = """
%load_ext sophnet_jupyter
import pandas as pd
things = ["headphones", "kettle", "laptop", "lamp", "chair", "jacket", "camera", "watch"]
said = {"positive": ["The {} is great and I love it", "Wonderful {}, works perfectly", "Nice {}"],
        "negative": ["The {} broke after a day", "Terrible {}, I want a refund", "My {} is slow"]}
df = pd.DataFrame({"review": text.format(thing), "label": label}
    for label, texts in said.items() for text in texts for thing in things)
v1 = "Classify as positive or negative: {review}"
v2 = v1.replace(":", " please:")
v3 = '''Classify as positive or negative.

Review: It is lovely
Label: positive

Review: It leaks
Label: negative

Review: {review}'''
"""


def seen(notebook: Any, page: Page, name: str, of: Locator) -> None:
    """Leave pictures to look at, in both themes, on a wide and on a narrow page."""
    for width in (1280, 600):
        page.set_viewport_size({"width": width, "height": 1200})
        for theme in THEMES:
            notebook.set_theme(theme)
            notebook.screenshot(f"evaluate-{name}-{width}-{theme.split()[1].lower()}", of=of)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_an_evaluation_tells_its_verdict_shows_what_is_wrong_and_takes_labels(
    lab: Any, open_notebook: Callable[[str], Any], page: Page, console: Any
) -> None:
    lab.write(
        "evaluate.ipynb",
        SET_UP,
        "%sophchat --each df --expect label --prompt v1,v3 -m DeepSeek-V4-Flash -o e",
        "%sophchat --each df --expect label --prompt v1,v2 -m DeepSeek-V4-Flash",
        "[label.right for label in e.labels.values()]",
    )
    notebook = open_notebook("evaluate.ipynb")
    for number in range(3):
        notebook.run_cell(number)
    panel = notebook.output_of(1).locator(".sophnet-evaluation")
    expect(panel.locator(".sophnet-phase")).to_have_text("Done")
    expect(panel.locator("header .sophnet-badge")).to_have_text("sandbox")
    expect(panel.locator(".sophnet-badge:visible")).to_have_count(1)
    expect(panel).to_contain_text("Sandbox: these answers are scripted")
    expect(panel).to_contain_text("v3 is better in")
    other = notebook.output_of(2).locator(".sophnet-evaluation")
    expect(other).to_contain_text("can be chance")

    rows = panel.locator(".sophnet-answers > table > tbody > tr")
    expect(rows).to_have_count(50)
    expect(rows.first).to_contain_text("✗")
    panel.get_by_label("Answers to show").select_option("right")
    expect(rows.first).to_contain_text("✓")
    panel.get_by_label("Answers to show").select_option("wrong")
    panel.get_by_label("Prompt or model").select_option("v3")
    expect(rows.first).to_contain_text("v3")
    panel.get_by_role("button", name="review", exact=True).click()
    expect(panel.locator("th[aria-sort=ascending]")).to_have_text("review ▴")
    panel.get_by_label("Text to find").fill("no such text")
    expect(panel).to_contain_text("none")
    panel.get_by_label("Text to find").fill("")
    rows.first.get_by_role("button").first.click()
    opened = panel.locator(".sophnet-opened")
    expect(opened).to_contain_text("Label: negative")
    expect(opened).to_contain_text("From what was expected to what came")
    rows.first.get_by_label("is right").click()
    expect(rows.first.get_by_label("is right")).to_have_attribute("aria-pressed", "true")
    rows.first.get_by_label("Note on row").fill("it is a joke")
    rows.first.get_by_label("Note on row").press("Enter")
    expect(panel.locator(".sophnet-told")).to_contain_text("1 of 1")
    seen(notebook, page, "verdict", panel)
    seen(notebook, page, "chance", other)

    notebook.run_cell(3)
    expect(notebook.output_of(3)).to_contain_text("[True]")
    notebook.save()
    saved = nbformat.read(lab.root / "evaluate.ipynb", as_version=4)
    still = "".join(o.get("data", {}).get("text/html", "") for o in saved.cells[1].outputs)
    assert "v3 is better in" in still
    assert "Sandbox: these answers are scripted" in still
    assert len(still) <= 200_000
    bad = ("uncaught", "error", "warning")
    assert not [line for line in console.lines if line.startswith(bad)], console.lines


def test_without_a_kernel_the_verdict_and_the_wrong_answers_are_readable(
    lab: Any, open_notebook: Callable[[str], Any], page: Page
) -> None:
    notebook = open_notebook("evaluate.ipynb")
    output = notebook.output_of(1)
    expect(output).to_contain_text("v3 is better in")
    expect(output.locator("table").first).to_contain_text("v3")
    expect(output).to_contain_text("answers are wrong by a score")
    seen(notebook, page, "still", output)
