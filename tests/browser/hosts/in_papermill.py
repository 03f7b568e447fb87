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
