"""Each of the extension's settings changes what it says, in the page that is open."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .test_pictures import give, png

pytestmark = pytest.mark.browser

SCHEMA = Path(__file__).parents[3] / "labextension" / "schema" / "plugin.json"
SOURCES = """jupyterapp.shell.currentWidget.content.widgets.map(
    cell => cell.model.sharedModel.source)"""
# What the settings' editor calls, which would have to be drawn for each of them.
SET = """async values => {
    const isRegistry = ({ name }) => name === "@jupyterlab/coreutils:ISettingRegistry";
    const token = [...jupyterapp.pluginRegistry._services.keys()].find(isRegistry);
    const settings = await jupyterapp.resolveOptionalService(token);
    for (const [name, value] of Object.entries(values))
        await settings.set("sophnet-jupyter:plugin", name, value);
}"""
# A cell that ends when the kernel has heard of it.
HEARD = """import time
from sophnet_jupyter.views.output import output
while output.autoplay or not output.unfolded:
    time.sleep(0.05)"""


def test_each_setting_changes_what_it_says_at_once(lab, open_notebook, start_sandbox, silent):
    with start_sandbox("--tokens-per-second", "10") as slow:
        lab.write(
            "chosen.ipynb",
            "%load_ext sophnet_jupyter",
            HEARD,
            "%%sophchat --think\nHow many moons has Mars?",
            f"%env SOPHNET_SANDBOX_URL={slow.root}",
            "%sophchat -b Tell a long story.",
            "%%sophchat --image there.png\nWhat is that?",
            "x = 1",
            "",
        )
        # What an administrator has chosen for all.
        overrides = lab.settings.parents[1] / "labconfig" / "default_setting_overrides.json"
        overrides.parent.mkdir(exist_ok=True)
        overrides.write_text(json.dumps({"sophnet-jupyter:plugin": {"model": "Kimi-K2.5"}}))
        notebook = open_notebook("chosen.ipynb")
        overrides.unlink()
        page = notebook.page
        tried = set()

        def choose(**values):
            tried.update(values)
            page.evaluate(SET, values)

        def sources():
            return page.evaluate(SOURCES)

        # What a model thought, and sound.
        choose(autoplay=False, folds="open")
        notebook.run_cell(0)
        notebook.run_cell(1)
        notebook.run_cell(2)
        expect(notebook.output_of(2).locator("details[open]")).to_have_count(1)

        # Marks and buttons, also those that are there.
        notebook.run_cell(3)
        notebook.run_cell(4)
        mark = notebook.cell(2).locator(".jp-sophnet-mark")
        stop = notebook.cell(4).get_by_role("button", name="Stop", exact=True)
        expect(mark).to_be_visible()
        expect(stop).to_be_visible()
        choose(marks=False, stop=False)
        expect(mark).to_be_hidden()
        expect(stop).to_be_hidden()
        choose(marks=True, stop=True)
        expect(mark).to_be_visible()
        stop.click()

    # Colors, and pictures.
    prompt = notebook.cell(5)
    magic = prompt.locator(".cm-line span", has_text=re.compile("^%%sophchat$"))
    lines = page.locator(".jp-sophnet-magic")
    picture = prompt.locator(".jp-sophnet-picture")
    for counted in (magic, lines, picture):
        expect(counted).not_to_have_count(0)
    choose(prompts=False, pictures=False)
    for counted in (magic, lines, picture):
        expect(counted).to_have_count(0)
    give(notebook, 5, "drop", ("off.png", "image/png", png("red")))
    choose(prompts=True, pictures=True)
    for counted in (magic, lines, picture):
        expect(counted).not_to_have_count(0)
    give(notebook, 5, "drop", ("on.png", "image/png", png("red")))
    expect(picture).to_have_count(2)
    assert "on.png" in sources()[5]
    assert "off.png" not in sources()[5]

    # Icons, where the cursor is already.
    notebook.cell(7).locator(".cm-content").click()
    choose(completion=False)
    page.keyboard.type("%%sophchat --max")
    page.keyboard.press("Tab")
    expect(page.locator(".jp-Completer-monogram").first).to_be_visible()
    expect(page.locator(".jp-Completer-icon")).to_have_count(0)
    page.keyboard.press("Escape")
    choose(completion=True)
    page.keyboard.press("Tab")
    expect(page.locator(".jp-Completer-icon").first).to_be_visible()
    page.keyboard.press("Escape")

    # The cells of menus.
    notebook.command("sophnet:ask")
    assert sources()[-1] == "%%sophchat -m Kimi-K2.5\n"
    notebook.command("notebook:delete-cell")
    choose(model="GLM-5", voice="longwan")
    notebook.command("sophnet:ask")
    notebook.command("sophnet:speak")
    assert sources()[-2:] == ["%%sophchat -m GLM-5\n", "%%speak --voice longwan\n"]

    # Dictation: who hears it, where it goes, and whether it is offered.
    dictate = page.locator(".jp-NotebookPanel-toolbar [data-jp-item-name=sophnet-dictate]")
    choose(dictation="comment", speech="an-ear")
    notebook.cell(6).locator(".cm-content").click()
    dictate.click()
    told = page.locator(".Toastify__toast, .jp-toast", has_text="SOPHNET_PROJECT_ID")
    expect(told.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(dictate.get_by_role("button", pressed=True)).to_have_count(0)
    assert sources()[7].startswith("%%sophchat --max")
    choose(dictation="prompt")
    dictate.click()
    page.wait_for_function(f"{SOURCES}[7] === '%%sophchat\\n'", polling=100)
    page.keyboard.press("Escape")
    choose(microphone=False)
    expect(dictate).to_be_hidden()
    choose(microphone=True)
    expect(dictate).to_be_visible()

    assert tried == set(json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"])
    assert silent()
