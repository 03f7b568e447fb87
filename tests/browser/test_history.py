"""The history panel as a reader meets it: searched while one types, opened, put as a cell."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def searched(lab: Any, sandbox: Any, open_notebook: Callable[[str], Any]) -> Any:
    lab.write(
        "searched.ipynb",
        f"%env SOPHNET_SANDBOX_URL={sandbox.root}\n%load_ext sophnet_jupyter\n"
        "from sophnet_jupyter import Client, HistoryPanel\n"
        "async with Client(history=True) as client:\n"
        "    for asked in ('客户要求退货，怎么回复？', '蓝牙耳机坏了可以换货吗？', "
        "'Where does the sea begin?', 'Write a table of <b>three</b> rivers', "
        "'Explain how tides come about, in three sentences'):\n"
        "        await client.chat.create(asked, model='DeepSeek-V3.2', temperature=0.2)\n"
        "    await client.chat.create('再说一次退货的规则', model='GLM-5')\n",
        "HistoryPanel()",
    )
    notebook = open_notebook("searched.ipynb")
    notebook.run_cell(0)
    notebook.run_cell(1)
    return notebook


def test_the_history_is_searched_while_one_types_and_its_questions_become_cells(
    searched: Any, page: Page, console: Any, lab: Any
) -> None:
    panel = searched.output_of(1).locator(".sophnet-history")
    items = panel.locator(".sophnet-item")
    expect(items.first).to_contain_text("再说一次退货的规则")
    searched.screenshot("history-begin-light", of=panel)
    panel.get_by_role("searchbox").press_sequentially("退货")
    expect(items).to_have_count(2)
    expect(items.first.locator("mark").first).to_have_text("退货")
    panel.get_by_role("searchbox").press("ArrowDown")
    expect(panel.locator(".sophnet-beside")).to_contain_text("再说一次退货的规则")
    items.first.press("ArrowDown")
    expect(panel.locator(".sophnet-beside")).to_contain_text("客户要求退货，怎么回复？")
    searched.screenshot("history-chinese-light", of=panel)
    panel.get_by_role("button", name="☆ Keep").click()
    expect(panel.get_by_role("button", name="★ Kept")).to_be_visible()
    panel.get_by_label("★ only").check()
    expect(items).to_have_count(1)
    panel.get_by_label("★ only").uncheck()
    expect(items).to_have_count(2)
    panel.get_by_role("button", name="As cell").click()
    expect(panel).to_contain_text("It is a cell below this one now; nothing was run.")
    cell = page.locator(".jp-Notebook .jp-Cell").nth(2)
    expect(cell).to_contain_text("%%sophchat -m DeepSeek-V3.2 --temperature 0.2")
    expect(cell).to_contain_text("客户要求退货，怎么回复？")

    searched.set_theme("JupyterLab Dark")
    searched.screenshot("history-chinese-dark", of=panel)
    page.set_viewport_size({"width": 600, "height": 900})
    searched.screenshot("history-chinese-dark-narrow", of=panel)
    page.set_viewport_size({"width": 1280, "height": 900})
    panel.get_by_role("searchbox").fill("rivers <b>")
    expect(items).to_have_count(1)
    items.first.click()
    expect(panel.locator(".sophnet-beside")).to_contain_text("<b>three</b>")
    panel.get_by_role("button", name="Forget…").click()
    searched.screenshot("history-forget-dark", of=panel)
    panel.get_by_role("button", name="Delete").click()
    expect(items).to_have_count(0)
    panel.get_by_role("searchbox").fill('" ( nowhere * 🙂')
    expect(panel).to_contain_text("Nothing of that is in the history.")
    panel.get_by_role("searchbox").fill("")
    panel.get_by_label("Model").select_option("GLM-5")
    expect(items.first).to_contain_text("GLM-5")
    searched.set_theme("JupyterLab Light")
    searched.save()
    saved = nbformat.read(lab.root / "searched.ipynb", as_version=4)
    left = nbformat.writes(saved.cells[1])
    assert re.search("in this notebook: run this cell", left)
    assert "退货" not in left
    bad = ("uncaught", "error", "warning")
    assert not [line for line in console.lines if line.startswith(bad)], console.lines


PRICES = """[[price]]
service = "SophNet"
model = "*e*"
input = 2000
output = 3000
currency = "CNY"
"""


def test_an_error_is_looked_at_before_it_is_sent_and_what_was_used_is_a_chart(
    lab: Any, sandbox: Any, open_notebook: Callable[[str], Any], page: Page, console: Any
) -> None:
    lab.write(
        "failing.ipynb",
        f"%env SOPHNET_SANDBOX_URL={sandbox.root}\n%load_ext sophnet_jupyter\n"
        "import os, pathlib\n"
        "prices = pathlib.Path(os.environ['SOPHNET_DATA_DIR'], 'prices.toml')\n"
        f"prices.write_text({PRICES!r})",
        "parts = []\nshare = 100 / len(parts)  # <b>none</b>",
        "%sophnet explain",
        "from sophnet_jupyter import Client\n"
        "async with Client(history=True) as client:\n"
        "    for model, words in ('DeepSeek-V3.2', 'Count to 300'), ('GLM-5', 'Count to 20'):\n"
        "        await client.chat.create(words, model=model)\n"
        "    await client.chat.create('Count to 90', model='Qwen3-Coder')",
        "%sophnet usage",
    )
    failing = open_notebook("failing.ipynb")
    for cell in range(3):
        failing.run_cell(cell)
    panel = failing.output_of(2).locator(".sophnet-explain")
    shown = panel.get_by_label("What is sent")
    expect(panel).to_contain_text("ZeroDivisionError: division by zero")
    expect(shown).to_have_value(re.compile("share = 100 / len.*# <b>none</b>"))
    failing.screenshot("explain-begin-light", of=panel)
    shown.fill(shown.input_value().replace("parts", "a_secret"))
    panel.get_by_role("button", name="Send to").click()
    expect(panel).to_contain_text("a number is divided by zero")
    expect(shown).to_be_hidden()
    panel.get_by_role("button", name="As cell").click()
    expect(panel).to_contain_text("It is a cell below this one now; nothing was run.")
    added = page.locator(".jp-Notebook .jp-Cell").nth(3)
    expect(added).to_contain_text("return number / by if by else None")
    failing.set_theme("JupyterLab Dark")
    failing.screenshot("explain-answer-dark", of=panel)
    page.set_viewport_size({"width": 600, "height": 900})
    failing.screenshot("explain-answer-dark-narrow", of=panel)
    page.set_viewport_size({"width": 1280, "height": 900})
    failing.run_cell(4)
    failing.run_cell(5)
    chart = failing.output_of(5)
    expect(chart).to_contain_text("DeepSeek-V3.2 (sandbox)")
    expect(chart).to_contain_text("CNY")
    expect(chart.locator("tr", has_text="GLM-5")).to_contain_text("–")
    bars = [bar.bounding_box()["width"] for bar in chart.locator("td > div").all()]
    assert bars == sorted(bars, reverse=True)
    assert bars[0] > 3 * bars[-1] > 0
    failing.screenshot("usage-dark", of=chart)
    page.set_viewport_size({"width": 600, "height": 900})
    failing.screenshot("usage-dark-narrow", of=chart)
    page.set_viewport_size({"width": 1280, "height": 900})
    failing.set_theme("JupyterLab Light")
    failing.screenshot("usage-light", of=chart)
    bad = ("uncaught", "error", "warning")
    assert not [line for line in console.lines if line.startswith(bad)], console.lines
