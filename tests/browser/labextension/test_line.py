"""The line to a kernel: nobody else hears of it, and it leaves nothing behind."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# What a page leaves in a kernel: the kernel's own list of pages, comms and subshells.
LEFT = """import comm, time
from ipykernel.kernelapp import IPKernelApp
from sophnet_jupyter.lab.target import _pages
shells = IPKernelApp.instance().kernel.shell_channel_thread.manager
until = time.monotonic() + 5
# One for each page that is open: those of the others are given back.
while len(shells.list_subshell()) != len(_pages) and time.monotonic() < until:
    time.sleep(0.05)
ours = [one.target_name for one in comm.get_comm_manager().comms.values()]
ours = sorted(name for name in ours if "sophnet" in name)
print(len(_pages), ours, len(shells.list_subshell()))"""
OURS = "%sophnet help"
# Halves of other versions: an older kernel, the same, a newer one.
OTHER = "import sophnet_jupyter.lab.messages as messages; messages.PROTOCOL = {number}"


def open_again(page, name):
    """Close the notebook, and open it: the kernel goes on."""
    page.evaluate("""async () => {
        const { context } = jupyterapp.shell.currentWidget;
        await context.save();
        jupyterapp.shell.currentWidget.close();
    }""")
    expect(page.locator(".jp-NotebookPanel")).to_have_count(0)
    page.evaluate(
        "name => { jupyterapp.commands.execute('docmanager:open', { path: name }) }", name
    )
    page.locator(".jp-NotebookPanel").wait_for()


def test_a_page_leaves_nothing_in_a_kernel_and_another_page_hears_nothing_of_it(
    lab, context, open_notebook, console, silent
):
    halves = [OTHER.format(number=number) for number in (0, 1, 2)]
    ask = "%sophchat what is 2*3?"
    lab.write("line.ipynb", "%load_ext sophnet_jupyter", OURS, LEFT, ask, *halves)
    notebook = open_notebook("line.ipynb")
    page = notebook.page
    notebook.run_cell(0)
    for _ in range(4):
        notebook.run_cell(1)
        notebook.run_cell(2)
        expect(notebook.output_of(2)).to_contain_text("['sophnet.lab', 'sophnet.lab.events'] 1")
        expect(notebook.output_of(2)).to_contain_text("1 [")
        open_again(page, "line.ipynb")
        notebook.wait_idle()

    # A second page on the same kernel has a line of its own.
    second = type(notebook)(context.new_page())
    said = []
    second.page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    second.page.goto(f"{lab.url}/lab/workspaces/second/tree/line.ipynb?token={lab.token}")
    second.page.locator(".jp-NotebookPanel").wait_for(timeout=60_000)
    second.wait_idle()
    notebook.run_cell(1)
    second.run_cell(1)
    second.run_cell(2)
    expect(second.output_of(2)).to_contain_text("2 [")
    second.page.close()
    # With the next answer at the latest the kernel knows.
    notebook.run_cell(3)
    notebook.run_cell(2)
    expect(notebook.output_of(2)).to_contain_text("1 ['sophnet.lab', 'sophnet.lab.events'] 1")
    bad = [line for line in said if line.startswith(("error", "warning"))]
    assert [line for line in bad if "Comm not found" not in line] == []
    # Pages name their comms with dashes. The manager of widgets asks kernels that have none, and
    # what they answer is heard by all pages.
    widgets = re.compile(r"Comm not found for comm id \w+-")
    console.lines[:] = [line for line in console.lines if not widgets.search(line)]
    assert silent()

    # Halves that do not understand each other say so, and those that do go on.
    notebook.command("sophnet:side")
    panel = page.locator("#sophnet-side")
    refused = re.compile("too old or too new for: install the same version for both")
    for cell, said in ((4, refused), (5, "sandbox on this machine"), (6, refused)):
        notebook.run_cell(cell)
        open_again(page, "line.ipynb")
        notebook.wait_idle()
        expect(panel).to_contain_text(said)
