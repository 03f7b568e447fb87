"""What panels leave behind: in the page nothing, in the kernel no comm of a page that is gone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# As text: what JupyterLab keeps of an error is no element, and has no class names.
COUNT = """function () {
    return this.filter(element => {
        try { return String(element.className).split(" ").includes("sophnet-panel") }
        catch { return false }
    }).length;
}"""
LINES = """import collections
from comm import get_comm_manager
targets = collections.Counter(each.target_name for each in get_comm_manager().comms.values())
print(targets["sophnet.panel"])
"""
CLOSE = """for each in list(get_comm_manager().comms.values()):
    if each.target_name == "sophnet.panel":
        each.close()
"""


def panels(page: Page) -> int:
    """How many panels the page's memory holds, in the document or not."""
    cdp = page.context.new_cdp_session(page)
    for _ in range(3):
        cdp.send("HeapProfiler.collectGarbage")
    prototype = cdp.send("Runtime.evaluate", {"expression": "HTMLElement.prototype"})["result"]
    asked = {"prototypeObjectId": prototype["objectId"]}
    found = cdp.send("Runtime.queryObjects", asked)["objects"]["objectId"]
    told = {"objectId": found, "returnByValue": True, "functionDeclaration": COUNT}
    count: int = cdp.send("Runtime.callFunctionOn", told)["result"]["value"]
    cdp.detach()
    return count


def test_closed_panels_and_pages_that_are_gone_leave_nothing_behind(lab, open_notebook, page):
    begin = "%load_ext sophnet_jupyter\nfrom sophnet_jupyter import ChatPanel"
    lab.write("left.ipynb", begin, "panel = ChatPanel()\npanel", "panel.close()", LINES, CLOSE)
    notebook = open_notebook("left.ipynb")
    notebook.run_cell(0)
    for _ in range(3):
        notebook.run_cell(1)
        notebook.run_cell(2)
        expect(page.locator(".sophnet-panel")).to_have_count(0)
    for _ in range(60):
        if panels(page) <= 1:
            break
        page.wait_for_timeout(500)
    assert panels(page) <= 1
    notebook.run_cell(1)
    notebook.save()
    for _ in range(2):
        page.reload()
        page.locator(".sophnet-panel").wait_for(timeout=60_000)
        notebook.wait_idle()
    # A page that crashes says nothing. Who is there is asked when the next one comes.
    page.add_init_script("addEventListener('pagehide', event => event.stopImmediatePropagation())")
    for _ in range(2):
        page.reload()
        page.locator(".sophnet-panel").wait_for(timeout=60_000)
        notebook.wait_idle()
    for _ in range(60):
        notebook.run_cell(3)
        if notebook.output_of(3).inner_text().strip() == "1":
            break
        page.wait_for_timeout(1000)
    expect(notebook.output_of(3)).to_have_text("1")
    # A page that was asleep when it was called finds its line closed, and opens another.
    notebook.run_cell(4)
    panel = notebook.output_of(1).locator(".sophnet-panel")
    panel.get_by_label("Your question").fill("What is 17*23?")
    panel.get_by_label("Your question").press("Enter")
    expect(panel).to_contain_text("391")
    expect(panel.get_by_role("alert").first).to_be_hidden()
