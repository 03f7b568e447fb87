"""What somebody else has written into a notebook or a kernel does nothing without a click."""

from __future__ import annotations

import nbformat
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

AWAY = "http://evil.test"
HTML = f'<img src="{AWAY}/x.png" onerror="window.hostile=1"><script>window.hostile=1</script>'
PROMPT = f"""%%sophchat --image {AWAY}/a.png --image ../../secret.png --image "{HTML}" -m {HTML}
{HTML} ![x]({AWAY}/b.png) {{__import__('os')}}"""
# A button that looks like ours, and a mark.
BUTTON = '<button class="jp-sophnet-stop">Stop</button><div class="jp-sophnet-mark">x</div>'
# A kernel that speaks without being asked, and says what pages would believe.
SPEAKS = """
import comm
for page in ("", "guess"):
    data = {"kind": "welcome", "page": page, "protocol": 1, "version": "9"}
    down = comm.create_comm(target_name="sophnet.lab.events", data=data)
    for take in range(3):
        down.send({"kind": "heard", "take": take, "final": True, "text": "os.remove()"})
    down.send({"kind": "cell", "cell": "0", "number": 1, "state": "running", "model": "m"})
"""
# The same on the line that a page has opened.
SAYS = f"""
from sophnet_jupyter.lab.messages import CellState, Heard, Seen, TakeTold
from sophnet_jupyter.lab.target import _pages
for take in range(3):
    _pages[0].tell(Heard(take, True, "import os\\nos.remove('x')"))
    _pages[0].tell(TakeTold(take, {HTML!r}))
_pages[0].tell(Seen("models", "", [[{HTML!r}]], ""))
_pages[0].tell(Seen("chats", "", [["a b\\n%run evil", {HTML!r}]], {HTML!r}))
_pages[0].tell(CellState("hostile-4", 99, "complete", {HTML!r}, False))
"""
DRAWN = """panel => {
    window.drawn = "";
    new MutationObserver(() => { window.drawn += panel.textContent; })
        .observe(panel, {childList: true, characterData: true, subtree: true});
}"""
SOURCES = """jupyterapp.shell.currentWidget.content.widgets.map(
    cell => cell.model.sharedModel.source)"""


def test_nothing_is_sent_run_inserted_or_loaded_without_a_click(lab, open_notebook, silent):
    output = nbformat.v4.new_output("display_data", data={"text/html": BUTTON})
    texts = [PROMPT, f"%sophchat {HTML}", SPEAKS, "%load_ext sophnet_jupyter", SAYS]
    cells = [nbformat.v4.new_code_cell(text, id=f"hostile-{n}") for n, text in enumerate(texts)]
    cells[0].outputs = [output]
    metadata = {"sophnet": HTML, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    name = "it's %run {x} --save y.ipynb"
    nbformat.write(notebook, lab.root / name)

    notebook = open_notebook(name)
    page = notebook.page
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    notebook.command("sophnet:side")
    panel = page.locator("#sophnet-side")
    expect(panel).to_contain_text("%load_ext sophnet_jupyter")
    for index in range(len(texts)):
        notebook.cell(index).locator(".cm-content").click()
    assert page.evaluate(SOURCES) == texts
    expect(page.locator(".jp-sophnet-picture img")).to_have_count(0)

    # Its user runs what it says, which is more than opening it: still no page believes it.
    notebook.run_cell(2)
    assert page.evaluate(SOURCES) == texts
    expect(notebook.cell(0).locator(".jp-Cell-inputWrapper .jp-sophnet-mark")).to_have_count(0)
    notebook.run_cell(3)
    expect(panel.locator("details").first).to_be_visible()
    # What it says is drawn, until the panel looks for itself what there is.
    panel.evaluate(DRAWN)
    notebook.run_cell(4)
    models = panel.locator("details", has_text="Models").first
    models.locator("summary").click()
    page.wait_for_function("window.drawn.includes('<script>')")
    assert page.evaluate(SOURCES) == texts
    assert page.locator("#sophnet-side img, #sophnet-side script").count() == 0
    assert page.locator(".jp-sophnet-mark > *").count() == 0
    assert page.evaluate("window.hostile") is None
    assert [url for url in asked if not url.startswith((lab.url, "data:", "blob:"))] == []
