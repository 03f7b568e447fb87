"""One answer is stopped by its button, and the notebook goes on; marks tell how each ended."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# That of the second cell.
COVER_NOTHING = """() => {
    const { node } = jupyterapp.shell.currentWidget.content.widgets[1];
    const box = words => node.querySelector(words).getBoundingClientRect();
    const apart = (one, other) => one.right <= other.left || other.right <= one.left ||
        one.bottom <= other.top || other.bottom <= one.top;
    return apart(box(".jp-sophnet-stop"), box(".jp-OutputArea-output")) &&
        apart(box(".jp-sophnet-mark"), box(".jp-InputArea-editor")) &&
        apart(box(".jp-sophnet-mark"), box(".jp-OutputArea-output"));
}"""


@pytest.fixture(scope="module")
def slow(start_sandbox):
    """A sandbox that takes its time to write, and none to speak: its sound is heard for long."""
    with start_sandbox("--tokens-per-second", "10", "--voice-speed", "0") as sandbox:
        yield sandbox


def mark(notebook, index, state):
    return notebook.cell(index).locator(f".jp-sophnet-mark[data-state={state}]")


def test_stop_ends_one_answer_and_run_all_goes_on(lab, open_notebook, host, slow, silent):
    lab.write(
        "stop.ipynb",
        f"%env SOPHNET_SANDBOX_URL={slow.root}\n%load_ext sophnet_jupyter",
        "%%sophchat -o first\nTell a long story.",
        "print(first.ending, _ is first, bool(first.text))",
        "%sophchat -o second what is 17*23?",
        "%%sophchat -b -o third\nTell another long story.",
        f"said = %speak {' '.join(['It goes on and on and on.'] * 12)}",
        "%%sophchat -m GLM-5,Kimi-K2.5 -o both\nTell a long story.",
    )
    notebook = open_notebook("stop.ipynb", host)
    notebook.choose(5)
    notebook.command("notebook:run-all-above")
    stop = notebook.cell(1).get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible()
    expect(mark(notebook, 1, "running")).to_be_visible()
    # Some of it has come, and no word that it is waited for.
    expect(notebook.output_of(1)).to_contain_text(re.compile(r"\w{3}"))
    expect(notebook.output_of(1)).not_to_contain_text("waiting for")
    notebook.screenshot("lab-stop-light")
    # Neither covers a word, also in a narrow window.
    for width in (600, 1440):
        notebook.page.set_viewport_size({"width": width, "height": 900})
        notebook.page.wait_for_function(COVER_NOTHING, polling=100)
    stop.click()
    expect(stop).to_have_count(0)
    expect(mark(notebook, 1, "stopped")).to_have_attribute("title", re.compile(r"\w+ was stopped"))
    expect(notebook.output_of(1)).to_contain_text("stopped")
    expect(notebook.output_of(1).locator("[data-mime-type*=error]")).to_have_count(0)
    expect(notebook.output_of(2)).to_have_text("stopped True True")
    expect(mark(notebook, 3, "complete")).to_be_visible()

    # One in the background too, when its cell has ended.
    stop = notebook.cell(4).get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible()
    notebook.wait_idle()
    notebook.set_theme("JupyterLab Dark")
    notebook.page.wait_for_timeout(1000)
    notebook.screenshot("lab-stop-dark")
    stop.click()
    expect(mark(notebook, 4, "stopped")).to_be_visible()
    expect(stop).to_have_count(0)

    # A sound that has come is heard for a while still.
    notebook.start_cell(5)
    stop = notebook.cell(5).get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible()
    notebook.wait_idle()
    expect(stop).to_be_visible()
    stop.click()
    expect(mark(notebook, 5, "stopped")).to_be_visible()
    expect(notebook.output_of(5).get_by_role("button", name="Play")).to_be_visible()

    # Several answers have buttons of their own.
    notebook.start_cell(6)
    expect(mark(notebook, 6, "running")).to_have_attribute("title", re.compile("GLM-5, Kimi"))
    notebook.output_of(6).get_by_role("button", name="Stop all").click()
    expect(mark(notebook, 6, "stopped")).to_be_visible()
    expect(notebook.cell(6).locator(".jp-sophnet-stop")).to_have_count(0)
    assert silent()
