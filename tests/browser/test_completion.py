"""Tab in a chat cell of a real JupyterLab."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

POPUP = ".jp-Completer:not(.lm-mod-hidden)"


def type_into(notebook, index, text):
    """Type at the end of a cell."""
    notebook.cell(index).locator(".cm-content").click()
    notebook.page.keyboard.press("Control+End")
    notebook.page.keyboard.type(text)


def source(notebook, index):
    return notebook.page.evaluate(
        f"jupyterapp.shell.currentWidget.content.widgets[{index}].model.sharedModel.source"
    )


def test_tab_offers_options_and_models_and_puts_the_chosen_one_in(lab, open_notebook):
    lab.write("tab.ipynb", "%load_ext sophnet_jupyter", "")
    notebook = open_notebook("tab.ipynb")
    notebook.run_cell(0)
    page, popup = notebook.page, notebook.page.locator(POPUP)

    type_into(notebook, 1, "%%sophchat --ma")
    page.keyboard.press("Tab")
    item = popup.locator(".jp-Completer-item", has_text="--max-tokens")
    expect(item).to_be_visible()
    expect(item.locator(".jp-Completer-typeExtended")).to_have_text("option")
    item.click()
    expect(popup).to_have_count(0)
    assert source(notebook, 1) == "%%sophchat --max-tokens"

    type_into(notebook, 1, " 99 -m deep")
    page.keyboard.press("Tab")
    names = popup.locator(".jp-Completer-item .jp-Completer-match")
    expect(names.first).to_contain_text("DeepSeek")
    offered = names.all_inner_texts()
    notebook.screenshot("completion-models")
    assert len(offered) > 2
    assert all(name.startswith("DeepSeek-") for name in offered)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(popup).to_have_count(0)
    assert source(notebook, 1) == f"%%sophchat --max-tokens 99 -m {offered[1]}"
