"""A run over a table as a reader meets it: it goes, is paused, stopped, gone on with, looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

from ..hostile.corpus import ATTACKS, armed
from ..hostile.servers import Beacon, HostileModel, serving, setup

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def slow(start_sandbox: Any) -> Iterator[str]:
    """The address of a sandbox whose answers take some seconds."""
    with start_sandbox("--tokens-per-second", "15") as sandbox:
        yield sandbox.root


@pytest.fixture
def mapping(lab: Any, slow: str, open_notebook: Callable[[str], Any]) -> Any:
    lab.write(
        "run.ipynb",
        f"%env SOPHNET_SANDBOX_URL={slow}\n%load_ext sophnet_jupyter\n"
        "import pandas as pd\n"
        "words = ['price', 'screen', 'sound', 'weight']\n"
        "df = pd.DataFrame({'review': [f'The {words[n % 4]} of number {n} is fine'"
        " for n in range(120)], 'stars': [n % 5 for n in range(120)]})\n"
        "df['review'] = df['review'].astype(object)\n"
        "df.loc[[7, 23], 'review'] = '\\ud800'",
        "%%sophchat --each df -o out --concurrency 6 -b\nWhat is 12*{stars}? {review}",
        "len(out)",
    )
    notebook = open_notebook("run.ipynb")
    notebook.run_cell(0)
    return notebook


def test_a_run_is_watched_paused_stopped_gone_on_with_and_looked_at(
    mapping: Any, page: Page, console: Any, lab: Any
) -> None:
    mapping.run_cell(1)
    output = mapping.output_of(1)
    panel = output.locator(".sophnet-run")
    expect(panel).to_contain_text("of 120 rows")
    expect(panel).to_contain_text("half a character")
    page.wait_for_function(
        "() => parseFloat(document.querySelector('.sophnet-run progress').value) >= 25"
    )
    mapping.screenshot("run-30-light", of=panel)
    panel.get_by_role("button", name="Pause").click()
    expect(panel.locator(".sophnet-phase")).to_have_text("Paused")
    mapping.screenshot("run-paused-light", of=panel)
    panel.get_by_role("button", name="Go on").click()
    expect(panel.locator(".sophnet-phase")).to_have_text("Running")
    panel.get_by_role("button", name="Stop").press("Enter")
    expect(panel.locator(".sophnet-phase")).to_have_text("Stopped")
    expect(panel.get_by_role("button", name="Stop")).to_be_hidden()
    mapping.set_theme("JupyterLab Dark")
    mapping.screenshot("run-stopped-dark", of=panel)
    panel.get_by_role("button", name="Go on").click()
    page.set_viewport_size({"width": 600, "height": 900})
    mapping.screenshot("run-30-dark-narrow", of=panel)
    expect(panel.locator(".sophnet-phase")).to_have_text("Done", timeout=180_000)
    expect(panel).to_contain_text("120 of 120 rows")
    expect(panel).to_contain_text("2 not complete")
    mapping.screenshot("run-done-dark-narrow", of=panel)
    page.set_viewport_size({"width": 1280, "height": 900})

    rows = panel.locator(".sophnet-rows > table > tbody > tr")
    expect(rows).to_have_count(50)
    panel.get_by_label("Rows of this ending").select_option("not complete")
    expect(rows).to_have_count(2)
    panel.get_by_role("button", name="7", exact=True).click()
    expect(panel.locator(".sophnet-opened")).to_contain_text("What is 12*2?")
    panel.get_by_label("Rows of this ending").select_option("")
    panel.get_by_label("Text to find").fill("screen of number 1")
    expect(rows).to_have_count(8)
    panel.get_by_role("button", name="review", exact=True).click()
    panel.get_by_role("button", name="review ▴", exact=True).click()
    expect(rows.first).to_contain_text("number 17")
    mapping.screenshot("run-done-dark", of=panel)
    mapping.set_theme("JupyterLab Light")
    mapping.screenshot("run-done-light", of=panel)

    mapping.run_cell(2)
    expect(mapping.output_of(2)).to_contain_text("120")
    mapping.save()
    saved = nbformat.read(lab.root / "run.ipynb", as_version=4)
    still = [o for o in saved.cells[1].outputs if "text/html" in o.get("data", {})]
    html = "".join(each["data"]["text/html"] for each in still)
    assert html.count("<tr>") == 51
    assert len(html) <= 200_000
    bad = ("uncaught", "error", "warning")
    assert not [line for line in console.lines if line.startswith(bad)], console.lines


# What a row could load, run or lead to, once it is opened.
SUSPECTS = """() => [...document.querySelectorAll(".sophnet-run *")].filter(element =>
    /^(SCRIPT|IFRAME|IMG|OBJECT|EMBED|LINK|META|FORM|BASE|VIDEO|AUDIO|SVG)$/i.test(element.tagName)
    || [...element.attributes].some(({ name }) => /^on|^src|action|commandlinker|ping/.test(name))
).map(element => element.outerHTML.slice(0, 300))"""


def test_hostile_cells_and_answers_do_nothing_in_the_rows_of_a_run(
    lab: Any, open_notebook: Callable[[str], Any], page: Page
) -> None:
    with serving(Beacon) as beacon, serving(HostileModel) as model:
        model.beacon, model.pause = beacon.host, 0.0
        cells = [{"name": name, "text": armed(name, beacon.host)} for name in ATTACKS]
        lab.write(
            "hostile-run.ipynb",
            setup(f"http://{model.host}"),
            f"import json; rows = json.loads({json.dumps(json.dumps(cells))})",
            # So many tokens come as they are made, as the hostile model sends them.
            "%sophchat --each rows -o ran --max-tokens 3000 words {name}",
        )
        notebook = open_notebook("hostile-run.ipynb")
        notebook.run_all(within=120)
        panel = notebook.output_of(2).locator(".sophnet-run")
        expect(panel).to_contain_text(f"{len(ATTACKS)} of {len(ATTACKS)} rows")
        rows = panel.locator(".sophnet-rows > table > tbody > tr")
        expect(rows.first).to_be_visible()
        for number in range(0, 40, 4):
            panel.get_by_role("button", name=str(number), exact=True).click()
            expect(panel.locator(".sophnet-opened")).to_contain_text(f"row {number} ·")
            assert page.evaluate(SUSPECTS) == []
        notebook.save()
        assert page.evaluate("() => String(window.pwned)") == "undefined"
        # What the browser was going to load it has asked for before this.
        address = f"http://{beacon.host}/control"
        page.evaluate("address => fetch(address, { mode: 'no-cors' })", address)
        assert beacon.visits == ["/control"]
