"""Menus put cells into the notebook, and run nothing."""

from __future__ import annotations

import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SOURCES = """jupyterapp.shell.currentWidget.content.widgets.map(
    cell => cell.model.sharedModel.source)"""
NOT_RUN = """jupyterapp.shell.currentWidget.content.widgets.every(
    cell => !cell.model.executionCount || !cell.model.sharedModel.source.includes("%"))"""
PICTURE = "from PIL import Image\ndisplay(Image.new('RGB', (70, 50), 'teal'))"


def become(page, wanted):
    """Wait until the cells are these: a menu does its work after the click."""
    same = f"wanted => JSON.stringify({SOURCES}) === JSON.stringify(wanted)"
    page.wait_for_function(same, arg=wanted, polling=100)


def becomes(page, index, wanted):
    """The same for one of them."""
    same = f"([index, wanted]) => {SOURCES}[index] === wanted"
    page.wait_for_function(same, arg=[index, wanted], polling=100)


def test_menus_insert_cells_and_run_nothing(lab, open_notebook, silent):
    (lab.root / "talks").mkdir()
    (lab.root / "talks" / "first talk.mp3").write_bytes(b"")
    (lab.root / "it's {x} --raw.png").write_bytes(b"")
    lab.write("menus.ipynb", "1/0", PICTURE)
    notebook = open_notebook("menus.ipynb")
    page = notebook.page
    notebook.run_cell(0)
    notebook.run_cell(1)
    # On a picture, also one that is only displayed: it is put beside the notebook.
    notebook.choose(0)
    notebook.output_of(1).locator("img").click(button="right")
    page.get_by_text("Describe This Picture").click()
    wanted = "%%sophchat --image picture.png\nDescribe this picture."
    becomes(page, 2, wanted)
    with Image.open(lab.root / "picture.png") as saved:
        assert saved.size == (70, 50)
    notebook.command("notebook:delete-cell")
    notebook.wait_idle()
    notebook.choose(0)
    page.get_by_role("menuitem", name="SophNet").click()
    item = page.locator(".lm-Menu-item[data-command='sophnet:ask']")
    expect(item).to_be_visible()
    notebook.screenshot("lab-menu")
    item.click()
    page.keyboard.type("Hi")
    become(page, ["1/0", "%%sophchat\nHi", PICTURE])

    # On an error.
    notebook.choose(0)
    notebook.output_of(0).click(button="right")
    page.get_by_text("Explain This Error").click()
    wanted = "%%sophchat\nExplain this error, and how to mend it:\n{In[1]}\n{Err[1]}"
    becomes(page, 1, wanted)

    # On files, whatever they are called: none of their names is an option or a field.
    listing = page.locator(".jp-DirListing-content")
    listing.get_by_text("it's {x} --raw.png").click(button="right")
    page.locator(".lm-Menu-item", has_text="SophNet").last.hover()
    expect(page.locator(".lm-Menu-item[data-command='sophnet:file-ocr']")).to_be_visible()
    expect(page.locator(".lm-Menu-item[data-command='sophnet:file-parse']")).to_be_hidden()
    notebook.screenshot("lab-file-menu")
    page.locator(".lm-Menu-item[data-command='sophnet:file-ocr']").click()
    wanted = 'file = "it\'s {x} --raw.png"\n%ocr {file} -o page'
    becomes(page, 2, wanted)
    listing.get_by_text("talks").dblclick()
    listing.get_by_text("first talk.mp3").click(button="right")
    page.locator(".lm-Menu-item", has_text="SophNet").last.hover()
    page.locator(".lm-Menu-item[data-command='sophnet:file-transcribe']").click()
    becomes(page, 3, "%transcribe talks/first talk.mp3 -o talk")
    assert page.evaluate(NOT_RUN)
    assert silent()

    # A copy of the quickstart from the launcher, without links to notebooks that are not there.
    notebook.command("launcher:create")
    page.locator(".jp-LauncherCard", has_text="SophNet Notebook").click()
    copy = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(copy).to_contain_text("What is 17 * 23?")
    expect(copy).to_contain_text("ChatPanel()")
    expect(copy.locator("a", has_text="tour")).to_have_count(0)


def test_the_menu_is_in_notebook_too(lab, open_notebook, silent):
    lab.write("menus.ipynb", "")
    notebook = open_notebook("menus.ipynb", "notebooks")
    page = notebook.page
    page.get_by_role("menuitem", name="SophNet").click()
    page.locator(".lm-Menu-item[data-command='sophnet:imagine']").click()
    become(page, ["%%imagine\n"])
    assert silent()
