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
def left():
    names = [one.target_name for one in list(comm.get_comm_manager().comms.values())]
    return sorted(name for name in names if "sophnet" in name)
def settled():
    # No more subshells than pages that are open, of which two views share one: those of the others
    # are given back, at the latest when they have not answered for ten seconds. A page has two
    # comms from its welcome on.
    return len(shells.list_subshell()) <= len(_pages) == {pages} == len(left()) / 2
until = time.monotonic() + 60
while not settled() and time.monotonic() < until:
    time.sleep(0.05)
print(len(_pages), left(), len(shells.list_subshell()))"""
UNHEARD = """from sophnet_jupyter.lab.messages import Unheard
for page in list(_pages):
    page.close(Unheard())"""
# As where the word of it was lost with the connection.
WITHOUT_A_WORD = "for page in list(_pages):\n    page.leave()"
RECONNECT = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.reconnect()"
OURS = "%sophnet help"
# Kept from hearing that it goes, a page has no last word.
SPEECHLESS = """() => {
    addEventListener("pagehide", event => event.stopImmediatePropagation(), true);
    for (const kind of ["send", "close"])
        WebSocket.prototype[kind] = () => {};
}"""
# Halves of other versions: an older kernel, the same, a newer one.
OTHER = "import sophnet_jupyter.lab.messages as messages; messages.PROTOCOL = {number}"
# Runs the second cell in the view of a notebook that is not the first one, and says which that is.
RUN_IN_OTHER_VIEW = """async first => {
    const views = [...jupyterapp.shell.widgets("main")].filter(({ context }) => context);
    const { id, content } = views.find(view => view.id !== first);
    jupyterapp.shell.activateById(id);
    content.activeCellIndex = 1;
    await jupyterapp.commands.execute("notebook:run-cell");
    return id;
}"""


def open_again(page, name):
    """Close the notebook, and open it: the kernel goes on."""
    page.evaluate("""async () => {
        const { context } = jupyterapp.shell.currentWidget ?? {};
        await context?.save();
        jupyterapp.shell.currentWidget?.close();
    }""")
    expect(page.locator(".jp-NotebookPanel")).to_have_count(0)
    page.evaluate(
        "name => { jupyterapp.commands.execute('docmanager:open', { path: name }) }", name
    )
    page.locator(".jp-NotebookPanel").wait_for()


# Closes the notebook as soon as its page has asked the kernel for the way down.
CLOSE_AS_IT_OPENS = """() => {
    const notebook = jupyterapp.shell.currentWidget;
    const { kernel } = notebook.sessionContext.session;
    const make = kernel.createComm.bind(kernel);
    kernel.createComm = (...given) => {
        const made = make(...given);
        const open = made.open.bind(made);
        made.open = (...said) => {
            setTimeout(() => notebook.close());
            return open(...said);
        };
        return made;
    };
}"""


def test_a_page_leaves_nothing_in_a_kernel_and_another_page_hears_nothing_of_it(
    lab, context, open_notebook, console, silent
):
    halves = [OTHER.format(number=number) for number in (0, 1, 2)]
    ask = "%sophchat what is 2*3?"
    one, two = LEFT.format(pages=1), LEFT.format(pages=2)
    forget = (UNHEARD, WITHOUT_A_WORD)
    lab.write("line.ipynb", "%load_ext sophnet_jupyter", OURS, one, ask, *halves, two, *forget)
    notebook = open_notebook("line.ipynb")
    page = notebook.page
    notebook.run_cell(0)
    for _ in range(4):
        notebook.run_cell(1)
        notebook.run_cell(2)
        expect(notebook.output_of(2)).to_contain_text("['sophnet.lab', 'sophnet.lab'] 1")
        expect(notebook.output_of(2)).to_contain_text("1 [")
        open_again(page, "line.ipynb")
        notebook.wait_idle()
    # Nor when it goes before the kernel has answered.
    notebook.save()
    page.evaluate(CLOSE_AS_IT_OPENS)
    page.evaluate("void jupyterapp.commands.execute('sophnet:side')")
    expect(page.locator(".jp-NotebookPanel")).to_have_count(0)
    open_again(page, "line.ipynb")
    notebook.wait_idle()
    notebook.run_cell(1)
    notebook.run_cell(2)
    expect(notebook.output_of(2)).to_contain_text("1 ['sophnet.lab', 'sophnet.lab'] 1")

    # A second page on the same kernel has a line of its own.
    second = type(notebook)(context.new_page())
    said = []
    second.page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    second.page.goto(f"{lab.url}/lab/workspaces/second/tree/line.ipynb?token={lab.token}")
    second.page.locator(".jp-NotebookPanel").wait_for(timeout=60_000)
    second.wait_idle()
    notebook.run_cell(1)
    second.run_cell(1)
    second.run_cell(7)
    expect(second.output_of(7)).to_contain_text("2 [")
    # It says nothing as it goes, like one that crashes.
    second.page.evaluate(SPEECHLESS)
    second.page.close()
    # With the next answer at the latest the kernel knows.
    notebook.run_cell(3)
    notebook.run_cell(2)
    expect(notebook.output_of(2)).to_contain_text("1 ['sophnet.lab', 'sophnet.lab'] 1")
    # A page that was asleep when it was called finds its line closed, and opens another.
    notebook.run_cell(8)
    notebook.run_cell(2)
    expect(notebook.output_of(2)).to_contain_text("1 ['sophnet.lab', 'sophnet.lab'] 1")
    # Nor has one that could not be reached heard of it; it looks when it is connected again.
    notebook.run_cell(9)
    page.evaluate(RECONNECT)
    notebook.run_cell(2)
    expect(notebook.output_of(2)).to_contain_text("1 ['sophnet.lab', 'sophnet.lab'] 1")
    bad = [line for line in said if line.startswith(("error", "warning"))]
    assert [line for line in bad if "Comm not found" not in line] == []
    # Pages name their comms with dashes. The manager of widgets asks kernels that have none, and
    # what they answer is heard by all pages.
    widgets = r"Comm not found for comm id \w+-"
    # Nor has its debugger's own request an answer where a notebook closes as it opens.
    theirs = re.compile(rf"{widgets}|Could not restore the debugger state: Canceled future")
    console.lines[:] = [line for line in console.lines if not theirs.search(line)]
    assert silent()

    # Two views of a notebook share its connection: each has a line, and one that is closed takes
    # nothing from the other.
    first = page.evaluate("jupyterapp.shell.currentWidget.id")
    notebook.command("docmanager:clone")
    expect(page.locator(".jp-NotebookPanel")).to_have_count(2)
    second = page.evaluate(RUN_IN_OTHER_VIEW, first)
    notebook.wait_idle()
    page.evaluate("id => jupyterapp.shell.activateById(id)", first)
    notebook.command("sophnet:side")
    expect(page.locator("#sophnet-side")).to_contain_text("sandbox on this machine")
    notebook.run_cell(7)
    expect(notebook.output_of(7)).to_contain_text("2 [")
    page.evaluate(
        """id => [...jupyterapp.shell.widgets("main")].find(each => each.id === id).close()""",
        second,
    )
    expect(page.locator(".jp-NotebookPanel")).to_have_count(1)
    notebook.run_cell(3)
    notebook.run_cell(2)
    expect(notebook.output_of(2)).to_contain_text("1 ['sophnet.lab', 'sophnet.lab'] 1")

    # Halves that do not understand each other say so, and those that do go on.
    notebook.command("sophnet:side")
    panel = page.locator("#sophnet-side")
    refused = re.compile("too old or too new for: install the same version for both")
    for cell, said in ((4, refused), (5, "sandbox on this machine"), (6, refused)):
        notebook.run_cell(cell)
        open_again(page, "line.ipynb")
        notebook.wait_idle()
        expect(panel).to_contain_text(said)
