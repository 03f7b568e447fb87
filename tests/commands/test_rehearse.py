"""``sophnet-jupyter rehearse``: a notebook is played, recorded, and replayed without a service."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytestmark = pytest.mark.kernel

CELLS = (
    "%load_ext sophnet_jupyter",
    "%sophchat What is 6*7?",
    "1 + 1",
)


def rehearse(folder: Path, sandbox: Any, *cells: str) -> subprocess.CompletedProcess[str]:
    made = [nbformat.v4.new_code_cell(each) for each in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=made), folder / "talk.ipynb")
    settings = {
        "SOPHNET_DATA_DIR": str(folder / "data"),
        "SOPHNET_SANDBOX": "1",
        "SOPHNET_SANDBOX_URL": sandbox.root,
        "SOPHNET_SANDBOX_KEY": sandbox.key,
    }
    command = [sys.executable, "-m", "sophnet_jupyter.cli", "rehearse", str(folder / "talk.ipynb")]
    return subprocess.run(
        command, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )


def test_a_talk_is_played_recorded_and_told_cell_by_cell(tmp_path: Path, sandbox: Any) -> None:
    done = rehearse(tmp_path, sandbox, *CELLS)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "42" in lines[2]
    assert lines[1].endswith("nothing asked")
    assert "%sophnet cassette fallback talk.jsonl" in lines[-1]
    cassette = (tmp_path / "talk.jsonl").read_text(encoding="utf-8")
    assert cassette.startswith('{"sophnet_cassette":1}')
    again = rehearse(tmp_path, sandbox, *CELLS)
    assert again.returncode == 0, again.stderr
    # Two recordings of the same answers are equal.
    assert (tmp_path / "talk.jsonl").read_text(encoding="utf-8") == cassette
    failed = rehearse(tmp_path, sandbox, *CELLS, "1 / 0")
    assert failed.returncode == 1
    assert "ZeroDivisionError" in failed.stderr
    assert (tmp_path / "talk.jsonl").read_text(encoding="utf-8") == cassette
    assert not list(tmp_path.glob(".talk*"))
