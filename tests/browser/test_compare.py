"""Answers side by side in JupyterLab, in front of a real kernel and the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

THEMES = ("JupyterLab Light", "JupyterLab Dark")
BAD = ("uncaught", "error", "warning")


def test_three_columns_stream_side_by_side_and_stay(
    lab: Any, open_notebook: Callable[[str], Any], page: Page, console: Any
) -> None:
    lab.write(
        "compare.ipynb",
        "%load_ext sophnet_jupyter",
        "%%sophchat -m DeepSeek-V3.2,GLM-5,no-such-model -o c\nCount to 40",
        "print([a.ending for a in c])",
        "%%sophchat --prompt v1,v2 -m DeepSeek-V3.2,GLM-5\n",
    )
    notebook = open_notebook("compare.ipynb")
    notebook.run_cell(0)
    notebook.start_cell(1)
    view = notebook.output_of(1).locator(".sophnet-compare")
    columns = view.locator(".sophnet-column")
    expect(columns).to_have_count(3)
    expect(columns.nth(1)).to_contain_text("lamp")
    page.wait_for_timeout(1500)
    notebook.screenshot("compare-running-light", of=view)
    notebook.wait_idle()
    for width in (1280, 600):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            notebook.set_theme(theme)
            notebook.screenshot(f"compare-{width}-{theme.split()[1].lower()}", of=view)
    assert not [line for line in console.lines if line.startswith(BAD)]
