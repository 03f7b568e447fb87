"""Notebooks that papermill runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

CELLS = (
    "%load_ext sophnet_jupyter",
    "%sophchat Count to 40",
    "from sophnet_jupyter import ChatPanel\npanel = ChatPanel()\npanel",
)
# A question that is answered while the next cell runs.
LATER = (
    "%load_ext sophnet_jupyter",
    "from sophnet_jupyter import ChatPanel\npanel = ChatPanel()\npanel.ask('Count to 40')\npanel",
    """
import asyncio, time
from sophnet_jupyter.kernel.loop import loop
async def turn():
    pass
while panel.response is None or panel.busy:
    time.sleep(0.05)
# What has ended in one turn of its loop is shown by the next.
asyncio.run_coroutine_threadsafe(turn(), loop()).result()
""",
)


def outputs(path: Path) -> list[Any]:
    """What all cells show, but for what is printed."""
    cells = nbformat.read(path, as_version=4).cells
    shown = [output for cell in cells for output in cell.get("outputs", [])]
    return [output for output in shown if output.get("name") != "stdout"]


def test_the_sandbox_answers_whole_and_a_panel_leaves_its_still_form(
    write: Callable[..., None], run_host: Callable[..., Any], folder: Path
) -> None:
    write("asked.ipynb", *CELLS)
    done = run_host("papermill", "asked.ipynb", "answered.ipynb", SOPHNET_SANDBOX="1")
    assert done.returncode == 0, done.stderr
    answer, _, still = outputs(folder / "answered.ipynb")
    for kind in ("text/plain", "text/html"):
        assert "1, 2, 3" in answer.data[kind]
        assert "39, 40." in answer.data[kind]
        assert "complete" in answer.data[kind]
        assert "A chat panel" in still.data[kind]
    assert "Traceback" not in done.stderr


def test_a_run_without_a_key_fails_with_one_sentence_and_no_answer(
    write: Callable[..., None], run_host: Callable[..., Any], folder: Path
) -> None:
    write("asked.ipynb", *CELLS)
    done = run_host("papermill", "asked.ipynb", "failed.ipynb")
    assert done.returncode != 0
    *_, error = outputs(folder / "failed.ipynb")
    assert error.output_type == "error"
    assert error.evalue.startswith("No key, and nobody watches this run: ")
    assert error.traceback == [f"{error.ename}: {error.evalue}"]
    assert done.stderr.rstrip().endswith(error.traceback[0])
    assert "39, 40." not in (folder / "failed.ipynb").read_text(encoding="utf-8")


def test_a_still_form_holds_what_was_answered_while_a_later_cell_ran(
    write: Callable[..., None], run_host: Callable[..., Any], folder: Path
) -> None:
    write("later.ipynb", *LATER)
    done = run_host("papermill", "later.ipynb", "later.ipynb", SOPHNET_SANDBOX="1")
    assert done.returncode == 0, done.stderr
    _, still = outputs(folder / "later.ipynb")
    for kind in ("text/plain", "text/html"):
        assert "Count to 40" in still.data[kind]
        assert "39, 40." in still.data[kind]
