"""The side panel shows what the kernel of the notebook knows, and asks while it is shown."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from ..hearing import RESTART

pytestmark = pytest.mark.browser

LAST = "jupyterapp.shell.currentWidget.content.widgets.at(-1).model.sharedModel.source"


def section(notebook, title):
    return notebook.page.locator("#sophnet-side details", has_text=title).first


def inserted(page, words):
    """Wait for a last cell with these words, a regular expression."""
    page.wait_for_function(f"words => new RegExp(words).test({LAST})", arg=words, polling=100)


def test_the_panel_shows_the_kernel_and_inserts_cells(
    lab, open_notebook, host, start_sandbox, silent
):
    with start_sandbox("--tokens-per-second", "20") as slow:
        lab.write(
            "side.ipynb",
            f"%env SOPHNET_SANDBOX_URL={slow.root}\n%env SOPHNET_HISTORY=on",
            "%load_ext sophnet_jupyter",
            "%sophchat -c trip what is 17*23?",
            "%%sophchat -b\ncount to 5000",
        )
        notebook = open_notebook("side.ipynb", host)
        page = notebook.page
        notebook.run_cell(0)
        notebook.command("sophnet:side")
        panel = page.locator("#sophnet-side")
        # Without the extension a sentence, and what to do about it.
        expect(panel).to_contain_text("run %load_ext sophnet_jupyter")
        expect(panel.get_by_role("button", name="Insert that cell")).to_be_visible()
        notebook.run_cell(1)
        expect(section(notebook, "Connection")).to_contain_text("sandbox on this machine")
        notebook.run_cell(2)
        notebook.run_cell(3)
        work = section(notebook, "In the Background")
        expect(work).to_contain_text("count to 500")
        expect(work).to_contain_text(re.compile("waiting|[0-9] characters"))
        expect(section(notebook, "History")).to_contain_text("what is 17*23?")
        chats = section(notebook, "Conversations")
        expect(chats.get_by_text("1 turn", exact=True)).to_be_visible()
        section(notebook, "Usage").locator("summary").click()
        expect(section(notebook, "Usage")).to_contain_text("tokens in")
        chats.get_by_role("button", name=re.compile("^Go On: trip")).click()
        inserted(page, r"^%%sophchat -c trip\n$")

        section(notebook, "Models").locator("summary").click()
        panel.get_by_placeholder("Filter models").fill("v3.2")
        models = section(notebook, "Models").locator("li")
        expect(models.first).to_contain_text("DeepSeek-V3.2")
        expect(models.filter(has_not_text=re.compile("v3.2", re.IGNORECASE))).to_have_count(0)
        notebook.screenshot(f"lab-side-light-{host.partition('/')[0]}")
        work.get_by_role("button", name=re.compile("^Cancel")).click()
        expect(work).to_contain_text("Nothing yet.")
        models.first.get_by_role("button", name=re.compile("^Ask")).click()
        inserted(page, r"^%%sophchat -m DeepSeek-V3\.2")

        panel.get_by_placeholder("Search questions").fill("no such words")
        expect(section(notebook, "History")).to_contain_text("Nothing yet.")
        panel.get_by_placeholder("Search questions").fill("17*23")
        shown = section(notebook, "History").get_by_role("button", name=re.compile("^Show"))
        shown.first.click()
        inserted(page, r"^%sophnet history show \d+$")

        doctor = section(notebook, "Doctor")
        doctor.locator("summary").click()
        doctor.get_by_role("button", name="Examine").click()
        expect(doctor.locator("li").first).to_be_visible(timeout=30_000)
        notebook.set_theme("JupyterLab Dark")
        page.wait_for_timeout(1000)
        notebook.screenshot(f"lab-side-dark-{host.partition('/')[0]}")

        page.evaluate(RESTART)
        expect(panel).to_contain_text("The kernel was restarted.")
        assert silent()
