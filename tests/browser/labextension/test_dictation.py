"""Speech goes into a cell while it is spoken, also while another cell runs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytest.importorskip("pocketsphinx")
from sophnet_jupyter.files import wav
from sophnet_jupyter.sandbox.engines.sound import voice

from ..hearing import MICROPHONE_CLOSED, RESTART, hearing

pytestmark = pytest.mark.browser

SENTENCE = "The quick brown fox jumps over the lazy dog."
WATCH = """(() => {
    window.tracks = [];
    const media = navigator.mediaDevices;
    const ask = media.getUserMedia.bind(media);
    media.getUserMedia = async (wishes) => {
        const stream = await ask(wishes);
        window.tracks.push(...stream.getTracks());
        return stream;
    };
})()"""
SOURCE = "index => jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.source"
COUNT = "jupyterapp.shell.currentWidget.content.widgets.length"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A Chromium that hears a sentence between two silences, again and again."""
    pcm, rate = voice.speak(SENTENCE)
    path = tmp_path_factory.mktemp("spoken") / "spoken.wav"
    path.write_bytes(wav.written(bytes(2 * rate) + pcm + bytes(2 * rate), rate))
    with hearing(path) as browser:
        yield browser


@pytest.fixture
def notebook(lab, page, open_notebook, host):
    page.add_init_script(WATCH)
    # As everybody has it: a cell that is made has no editor at first.
    tracker = lab.settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.unlink()
    load = "import time\n%load_ext sophnet_jupyter"
    lab.write("say.ipynb", load, "%%sophchat\nIt is said:", "time.sleep(900)", "x = 1")
    notebook = open_notebook("say.ipynb", host)
    notebook.run_cell(0)
    return notebook


def source(notebook, index):
    return notebook.page.evaluate(SOURCE, index)


def dictate(notebook):
    notebook.page.locator(".jp-NotebookPanel-toolbar [data-jp-item-name=sophnet-dictate]").click()


def partial(notebook, index):
    return notebook.cell(index).locator(".jp-sophnet-partial")


def told(page):
    """The sentence that says why the microphone was let go."""
    return page.locator(".Toastify__toast, .jp-toast").last


def test_sentences_go_into_the_prompt_and_undo_takes_them_out_at_once(notebook, silent):
    page = notebook.page
    notebook.start_cell(2)
    notebook.cell(1).locator(".cm-content").click()
    page.keyboard.press("Control+End")
    dictate(notebook)
    expect(partial(notebook, 1)).to_contain_text("quick", timeout=30_000)
    # What is being said is drawn, and in no document.
    assert "quick" not in source(notebook, 1).replace(SENTENCE, "")
    notebook.screenshot("lab-dictation-light")
    wanted = f"%%sophchat\nIt is said: {SENTENCE}"
    page.wait_for_function(
        "wanted => jupyterapp.shell.currentWidget.content.widgets[1].model.sharedModel.source"
        ".startsWith(wanted)",
        arg=wanted,
        timeout=30_000,
        polling=100,
    )
    page.keyboard.type("!")
    page.keyboard.press("Escape")
    page.wait_for_function(MICROPHONE_CLOSED, polling=100)
    expect(partial(notebook, 1)).to_have_count(0)
    assert re.sub(r"[! ]", "", source(notebook, 1)).startswith(re.sub(" ", "", wanted))
    notebook.interrupt()
    notebook.wait_idle()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert source(notebook, 1) == "%%sophchat\nIt is said:"
    assert silent()


def test_what_is_said_in_code_is_a_prompt_below_and_a_restart_ends_it(lab, notebook, silent):
    page = notebook.page
    cells = page.evaluate(COUNT)
    notebook.cell(3).locator(".cm-content").click()
    dictate(notebook)
    expect(partial(notebook, 4)).to_contain_text("quick", timeout=30_000)
    assert page.evaluate(COUNT) == cells + 1
    assert source(notebook, 3) == "x = 1"
    assert source(notebook, 4).replace(SENTENCE, "").strip() == "%%sophchat"
    page.evaluate(RESTART)
    page.wait_for_function(MICROPHONE_CLOSED, polling=100)
    expect(told(page)).to_contain_text("The kernel was restarted")
    expect(partial(notebook, 4)).to_have_count(0)
    notebook.wait_idle()

    # Without the extension in the kernel nothing listens, and a click offers to load it.
    dictate(notebook)
    expect(told(page)).to_contain_text("%load_ext sophnet_jupyter")
    page.get_by_role("button", name="Insert that cell").click()
    assert source(notebook, 4) == "%load_ext sophnet_jupyter"
    notebook.run_cell(4)

    # Running the cell that it goes into ends it.
    notebook.cell(5).locator(".cm-content").click()
    dictate(notebook)
    expect(partial(notebook, 5)).to_contain_text("quick", timeout=30_000)
    page.keyboard.press("Control+Enter")
    page.wait_for_function(MICROPHONE_CLOSED, polling=100)
    expect(told(page)).to_contain_text("The cell was run")
    assert silent()
