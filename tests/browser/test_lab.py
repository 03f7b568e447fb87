"""The rig itself: a notebook opens in JupyterLab, runs, and can be looked at."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_cell_shows_what_it_printed(lab, open_notebook):
    lab.write("six.ipynb", "print(6*7)", "import sophnet_jupyter; sophnet_jupyter.__name__")
    notebook = open_notebook("six.ipynb")
    notebook.run_cell(0)
    expect(notebook.output_of(0)).to_have_text("42")
    notebook.run_cell(1)
    expect(notebook.output_of(1)).to_contain_text("'sophnet_jupyter'")
    notebook.screenshot("six-times-seven")


def test_run_all_waits_for_the_last_cell_and_stops_at_an_error(lab, open_notebook):
    lab.write(
        "late.ipynb", "import time", "time.sleep(1); print('晚了 🦀')", "1/0", "print('never')"
    )
    notebook = open_notebook("late.ipynb")
    notebook.set_theme("JupyterLab Dark")
    notebook.run_all()
    assert notebook.output_of(1).inner_text().strip() == "晚了 🦀"
    assert "ZeroDivisionError" in notebook.output_of(2).inner_text()
    assert notebook.output_of(3).inner_text() == ""
    notebook.screenshot("late-dark")


def test_a_page_can_listen_to_the_microphone(lab, page):
    page.goto(f"{lab.url}/api")
    listen = "navigator.mediaDevices.getUserMedia({ audio: true })"
    assert page.evaluate(f"{listen}.then(stream => stream.getTracks()[0].readyState)") == "live"
