"""Long work in the background as a reader meets it: a button, progress, then the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def studio(start_sandbox: Any) -> Iterator[str]:
    """The address of a sandbox whose pictures take long enough to do something meanwhile."""
    with start_sandbox("--task-seconds", "12") as sandbox:
        yield sandbox.root


@pytest.fixture
def painting(lab: Any, studio: str, open_notebook: Callable[[str], Any]) -> Any:
    lab.write(
        "later.ipynb",
        f"%env SOPHNET_SANDBOX_URL={studio}\n%load_ext sophnet_jupyter",
        "%imagine -b --seed 7 -n 2 a red fox in snow",
        "%imagine -b --seed 3 a hen",
        "import time\ntime.sleep(900)",
        "%sophnet jobs",
    )
    notebook = open_notebook("later.ipynb")
    notebook.run_cell(0)
    return notebook


def test_a_button_cancels_while_another_cell_runs_and_the_rest_goes_on(
    painting: Any, page: Page, console: Any
) -> None:
    painting.run_cell(1)
    painting.run_cell(2)
    painting.start_cell(3)
    foxes, hen = painting.output_of(1), painting.output_of(2)
    cancel = hen.get_by_role("button", name="Cancel")
    expect(hen).to_contain_text("task ")
    expect(hen.locator(".sophnet-background")).to_contain_text("the service goes on with a task")
    painting.screenshot("background-light", of=foxes)
    cancel.press("Enter")
    expect(hen).to_contain_text("■ stopped")
    expect(hen).to_contain_text("The service goes on with the task")
    expect(cancel).to_have_count(0)
    expect(foxes.locator("figure")).to_have_count(2, timeout=90_000)
    expect(foxes).to_contain_text("ran in the background")
    expect(foxes.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(painting.cell(3).locator(".jp-InputPrompt")).to_have_text("[*]:")
    painting.interrupt()
    painting.wait_idle()
    painting.run_cell(4)
    expect(painting.output_of(4)).to_contain_text("stopped")
    painting.set_theme("JupyterLab Dark")
    painting.screenshot("background-dark", of=hen)
    painting.screenshot("background-done-dark", of=foxes)
    bad = ("uncaught", "error", "warning")
    assert not [line for line in console.lines if line.startswith(bad)], console.lines


def test_a_notebook_saved_meanwhile_shows_no_dead_button(
    painting: Any, lab: Any, page: Page
) -> None:
    painting.run_cell(2)
    expect(painting.output_of(2)).to_contain_text("task ")
    painting.set_theme("JupyterLab Dark")
    painting.screenshot("background-running-dark", of=painting.output_of(2))
    painting.save()
    saved = nbformat.read(lab.root / "later.ipynb", as_version=4)
    nbformat.write(saved, lab.root / "meanwhile.ipynb")
    painting.command("docmanager:open", path="meanwhile.ipynb")
    expect(page.locator("#jp-main-dock-panel .lm-mod-current")).to_contain_text("meanwhile")
    painting.wait_idle()
    output = painting.output_of(2)
    expect(output).to_contain_text("seed 3")
    expect(output.get_by_text("not found")).to_be_hidden()
    expect(output.get_by_role("button", name="Cancel")).to_have_count(0)


def test_an_answer_saved_meanwhile_shows_no_dead_button_either(
    lab: Any, page: Page, open_notebook: Callable[[str], Any]
) -> None:
    lab.write(
        "asked.ipynb",
        "%load_ext sophnet_jupyter",
        "%%sophchat -b\nCount to 400",
    )
    notebook = open_notebook("asked.ipynb")
    notebook.run_cell(0)
    notebook.start_cell(1)
    answer = notebook.output_of(1)
    expect(answer).to_contain_text("1, 2, 3")
    expect(answer.get_by_role("button", name="Cancel")).to_be_visible()
    notebook.save()
    saved = nbformat.read(lab.root / "asked.ipynb", as_version=4)
    nbformat.write(saved, lab.root / "reopened.ipynb")
    # In the notebook itself the button gives way to a note, once all has come.
    expect(answer).to_contain_text("ran in the background", timeout=60_000)
    expect(answer.get_by_text("ran in the background")).to_be_visible()
    expect(answer).to_contain_text("399, 400")
    notebook.command("docmanager:open", path="reopened.ipynb")
    expect(page.locator("#jp-main-dock-panel .lm-mod-current")).to_contain_text("reopened")
    notebook.wait_idle()
    output = notebook.output_of(1)
    expect(output).to_contain_text("1, 2, 3")
    expect(output.get_by_text("not found")).to_be_hidden()
    expect(output.get_by_role("button", name="Cancel")).to_have_count(0)
    notebook.screenshot("background-reopened", of=output)
