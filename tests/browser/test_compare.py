"""Answers side by side in JupyterLab, in front of a real kernel and the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

THEMES = ("JupyterLab Light", "JupyterLab Dark")
BAD = ("uncaught", "error", "warning")


def seen_in_both_themes(notebook: Any, page: Page, name: str, of: Locator) -> None:
    """Leave pictures to look at, on a wide and on a narrow page."""
    for width in (1280, 600):
        page.set_viewport_size({"width": width, "height": 1200})
        for theme in THEMES:
            notebook.set_theme(theme)
            notebook.screenshot(f"{name}-{width}-{theme.split()[1].lower()}", of=of)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_columns_stream_side_by_side_and_are_there_without_a_kernel(
    lab: Any, open_notebook: Callable[[str], Any], page: Page, console: Any
) -> None:
    lab.write(
        "compare.ipynb",
        "%load_ext sophnet_jupyter",
        "%%sophchat -m DeepSeek-V3.2,no-such-model,GLM-5 -o c\nCount to 200",
        "one, two = 'Say **one** thing.', 'Say **two** things.'",
        "%sophchat --prompt one,two -m DeepSeek-V3.2,GLM-5 --repeat 2 --max-tokens 12",
        "%sophchat -m DeepSeek-V3.2 --grid temperature=0,0.5,1,1.5,2 --max-tokens 12 Hello.",
    )
    notebook = open_notebook("compare.ipynb")
    notebook.run_cell(0)
    notebook.start_cell(1)
    view = notebook.output_of(1).locator(".sophnet-compare")
    columns = view.locator(".sophnet-column")
    expect(columns).to_have_count(3)
    expect(columns.nth(1)).to_contain_text("✕")
    for number in (0, 2):
        expect(columns.nth(number)).to_contain_text("1, 2, 3")
    expect(columns.nth(0).get_by_role("button", name="Stop")).to_be_visible()
    notebook.screenshot("compare-running", of=view)

    columns.nth(2).get_by_role("button", name="Stop").click()
    expect(columns.nth(2)).to_contain_text("■ stopped")
    notebook.wait_idle()
    expect(columns.nth(0)).to_contain_text("199, 200.")
    expect(columns.nth(0)).to_contain_text("✓ complete")
    columns.nth(2).get_by_role("button", name="Ask again").click()
    expect(columns.nth(2)).to_contain_text("equal to [0]")
    view.get_by_label("Mark what differs from").select_option("1")
    view.get_by_label("Mark what differs from").select_option("0")
    expect(columns.nth(2).locator("pre")).to_contain_text("199, 200.")
    view.get_by_label("Mark what differs from").select_option("")
    columns.nth(0).get_by_role("button", name="Copy as cell").click()
    expect(view.locator(".sophnet-phase")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "%%sophchat -m DeepSeek-V3.2\nCount to 200"
    seen_in_both_themes(notebook, page, "compare-done", view)

    for index in (2, 3, 4):
        notebook.run_cell(index)
    expect(notebook.output_of(3).locator(".sophnet-settings")).to_have_count(2)
    expect(notebook.output_of(3)).to_contain_text("all 2 equal")
    scrolled = notebook.output_of(4).locator(".sophnet-grid")
    assert scrolled.evaluate("grid => grid.scrollWidth > grid.clientWidth")
    notebook.screenshot("compare-rows", of=notebook.output_of(3))
    notebook.save()
    book = nbformat.read(lab.root / "compare.ipynb", as_version=4)
    assert str(book.cells[1].outputs).count("199, 200.") == 4  # two columns, as HTML and as text

    for running in lab.api("/kernels"):
        lab.api(f"/kernels/{running['id']}", "DELETE")
    page.reload()
    still = notebook.output_of(1).locator(".jp-RenderedHTMLCommon").last
    expect(still).to_contain_text("199, 200.")
    expect(still).to_contain_text("[1] no-such-model")
    seen_in_both_themes(notebook, page, "compare-reopened", notebook.output_of(1))
    assert not [line for line in console.lines if line.startswith("uncaught")]


def test_prompts_are_compared_changed_and_continued_by_keyboard_alone(
    lab: Any, open_notebook: Callable[[str], Any], page: Page, console: Any
) -> None:
    lab.write(
        "panel.ipynb",
        "from sophnet_jupyter import Compare\n"
        "panel = Compare(prompt='Count to 4', models=['DeepSeek-V3.2', 'GLM-5'])\npanel",
        "[one.text for one in panel.comparison], panel.comparison.cells[0].kept",
    )
    notebook = open_notebook("panel.ipynb")
    notebook.run_cell(0)
    view = notebook.output_of(0).locator(".sophnet-compare")
    columns, keys = view.locator(".sophnet-column"), page.keyboard
    prompt = view.get_by_label("Prompt", exact=True)
    expect(prompt).to_have_value("Count to 4")
    prompt.focus()
    keys.press("Control+Enter")
    expect(columns).to_have_count(2)
    expect(columns.nth(1)).to_contain_text("1, 2, 3, 4.")

    view.get_by_role("button", name="Add a prompt").focus()
    keys.press("Enter")
    keys.type("Count to 5")
    keys.press("Shift+Control+Enter")
    expect(columns).to_have_count(4)
    expect(columns.nth(3)).to_contain_text("1, 2, 3, 4, 5.")
    expect(view.locator(".sophnet-phase")).to_have_text("Ready")
    keys.press("Shift+Control+Enter")
    expect(view.locator(".sophnet-alert")).to_contain_text("Nothing has changed")

    columns.nth(3).get_by_role("button", name="Continue with this one").focus()
    keys.press("Enter")
    expect(view.get_by_label("What to ask next")).to_be_focused()
    keys.type("Count to 6")
    seen_in_both_themes(notebook, page, "compare-panel", view)
    view.get_by_label("What to ask next").focus()
    keys.press("Enter")
    expect(columns).to_have_count(1)
    expect(columns.nth(0)).to_contain_text("1, 2, 3, 4, 5, 6.")
    expect(view.locator(".sophnet-past summary").first).to_contain_text("before: 4 columns")
    assert not [line for line in console.lines if line.startswith(BAD)]


def test_voices_share_one_player_that_goes_on_in_another_voice(
    lab: Any, open_notebook: Callable[[str], Any], page: Page, console: Any
) -> None:
    lab.write(
        "voices.ipynb",
        "%load_ext sophnet_jupyter",
        f"%speak {'One and two and three and four. ' * 4} --voice longwan,longcheng -o v",
    )
    notebook = open_notebook("voices.ipynb")
    for index in (0, 1):
        notebook.run_cell(index)
    view = notebook.output_of(1).locator(".sophnet-voices")
    expect(view.locator("audio")).to_have_count(1)
    expect(view.get_by_role("radio", name="longcheng")).to_be_enabled()
    view.get_by_role("radio", name="longwan").check()
    player = view.locator("audio")
    player.evaluate("audio => audio.play()")
    page.wait_for_function(
        "() => document.querySelector('.sophnet-voices audio').currentTime > 0.4"
    )
    first = player.evaluate("audio => audio.src")
    view.get_by_role("radio", name="longwan").focus()
    page.keyboard.press("ArrowDown")
    expect(view.get_by_role("radio", name="longcheng")).to_be_checked()
    page.wait_for_function(
        "first => { const audio = document.querySelector('.sophnet-voices audio');"
        " return audio.src !== first && !audio.paused && audio.currentTime > 0.4; }",
        arg=first,
    )
    notebook.screenshot("compare-voices", of=view)
    assert not [line for line in console.lines if line.startswith("uncaught")]
