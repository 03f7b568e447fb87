"""Files from the browser to the kernel: whole, taken back, refused, and left behind by a page."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

SETUP = """import time, hashlib
from sophnet_jupyter.client import TeleAI
from sophnet_jupyter.widgets.uploads import store
from sophnet_jupyter.widgets.excel.panel import ExcelAnalyst
from sophnet_jupyter.widgets.uploads.uploads import Uploads
class Client:
    class excel:
        takes_files = True
panel, came, commands = ExcelAnalyst(Client()), [], []
class Counted(Uploads):
    patience = 2
    def obey(self, command, buffers):
        commands.append(command["kind"])
        super().obey(command, buffers)
panel.uploads = Counted(panel.tell, came.append, limit=100_000_000)
panel"""
# A disk so slow that there is time to look.
SLOW = """write = store.OnDisk.write
def slowly(self, piece):
    time.sleep(0.4)
    write(self, piece)
store.OnDisk.write = slowly"""
CAME = """[upload] = came
print(upload.content.stat().st_mode & 0o777 == 0o600, upload.name, upload.size)
print(hashlib.sha256(upload.read()).hexdigest())"""
SPARSE = 150_000_000
SOME = re.compile(r"mp4[1-9][\d.]* of 60.0 MB")


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("videos") / "Ferien am Meer 海边.mp4"
    path.write_bytes(os.urandom(60_000_000))
    return path


@pytest.fixture
def show(lab: Any, open_notebook: Callable[[str], Any]) -> Callable[..., tuple[Any, Locator]]:
    def show(name: str, *cells: str) -> tuple[Any, Locator]:
        lab.write(name, SETUP, *cells)
        notebook = open_notebook(name)
        notebook.run_cell(0)
        return notebook, notebook.output_of(0).locator(".sophnet-excel")

    return show


def choose(panel: Locator, path: Path) -> None:
    with panel.page.expect_file_chooser() as chooser:
        panel.get_by_role("button", name="Add a workbook").press("Enter")
    chooser.value.set_files(path)


def kept(lab: Any) -> list[Path]:
    """What lies in the data folder of the user."""
    folder = lab.root.parent / "sophnet" / "uploads"
    return [path for path in folder.rglob("*") if path.is_file()]


def test_sixty_megabytes_arrive_as_they_are_while_a_cell_sleeps(
    lab: Any, show: Any, video: Path, console: Any
) -> None:
    notebook, panel = show("whole.ipynb", "time.sleep(900)", CAME, "del upload, came[:]")
    notebook.start_cell(1)
    choose(panel, video)
    row = panel.get_by_role("listitem")
    expect(row).to_contain_text("Ferien am Meer 海边.mp4")
    expect(row).to_have_count(0, timeout=180_000)
    expect(panel.get_by_role("status")).to_have_text(f"{video.name} has arrived.")
    expect(notebook.cell(1).locator(".jp-InputPrompt")).to_have_text("[*]:")
    notebook.interrupt()
    notebook.wait_idle()
    notebook.run_cell(2)
    digest = hashlib.sha256(video.read_bytes()).hexdigest()
    expect(notebook.output_of(2)).to_have_text(f"True {video.name} 60000000\n{digest}")
    assert len(kept(lab)) == 1
    notebook.run_cell(3)
    assert kept(lab) == []
    bad = ("uncaught", "error", "warning")
    assert not [line for line in console.lines if line.startswith(bad)], console.lines


def test_what_is_cancelled_refused_or_left_by_its_page_stays_nowhere(
    lab: Any, show: Any, video: Path, page: Page, tmp_path: Path
) -> None:
    notebook, panel = show("left.ipynb", SLOW, "print(len(came), commands)")
    notebook.run_cell(1)
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(SPARSE)
    choose(panel, large)
    refused = panel.get_by_role("listitem").get_by_role("alert")
    expect(refused).to_have_text("large.bin has 150.0 MB; up to 100.0 MB can be sent.")
    notebook.run_cell(2)
    expect(notebook.output_of(2)).to_have_text("0 []")
    choose(panel, video)
    bar = panel.get_by_role("progressbar", name=f"{video.name} is sent")
    expect(panel.get_by_role("listitem").last).to_contain_text(SOME)
    assert 0 < bar.evaluate("bar => bar.value") < 1
    assert len(kept(lab)) == 1
    notebook.screenshot("upload-light", of=panel)
    notebook.set_theme("JupyterLab Dark")
    notebook.screenshot("upload-dark", of=panel)
    panel.get_by_role("button", name="Dismiss large.bin").click()
    panel.get_by_role("button", name=f"Cancel {video.name}").press("Enter")
    expect(panel.get_by_role("listitem")).to_have_count(0)
    expect(panel.get_by_role("button", name="Add a workbook")).to_be_focused()
    expect(panel.get_by_role("status")).to_have_text(f"{video.name} was taken back.")
    gone(lab, page)
    notebook.save()
    choose(panel, video)
    expect(panel.get_by_role("listitem")).to_contain_text(SOME)
    assert len(kept(lab)) == 1
    page.reload()
    page.locator(".jp-NotebookPanel").wait_for(timeout=60_000)
    gone(lab, page)
    expect(panel.get_by_role("button", name="Add a workbook")).to_be_visible()
    notebook.run_cell(2)
    expect(notebook.output_of(2)).to_contain_text("0 [")


def gone(lab: Any, page: Page) -> None:
    for _ in range(1200):
        if not kept(lab):
            return
        page.wait_for_timeout(50)
    assert kept(lab) == []
