"""A notebook that is replayed: without a key, a network or the sandbox, and equal each time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.kernel

CELLS = (
    "%load_ext sophnet_jupyter",
    "%sophchat -m DeepSeek-V3.2 What is 6*7?",
    "%%sophchat -o tides --think\nExplain how tides come about",
    "tides",
    "%sophchat -m DeepSeek-V3.2,GLM-5 Hi",
    "def weather(city: str) -> str:\n    raise RuntimeError('it has run')",
    "%sophchat --tools weather What is the weather in Paris?",
)
# So that a line to anywhere is an error of the cell, and not a service that happens to answer.
OFFLINE = """
import socket
def refuse(*_):
    raise AssertionError("a socket was opened")
for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, refuse)
"""


def played(*cells: str) -> str:
    """The outputs of a notebook, as they would be saved."""
    made = [nbformat.v4.new_code_cell(each, id=f"c{at}") for at, each in enumerate(cells)]
    book = nbformat.v4.new_notebook(cells=made)
    NotebookClient(book, timeout=120, record_timing=False).execute()
    outputs = [cell.outputs for cell in book.cells[-len(CELLS) :]]
    return json.dumps(outputs, sort_keys=True)


def test_a_notebook_that_is_replayed_twice_has_equal_outputs(
    tmp_path: Path, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_CASSETTE", str(tmp_path / "talk.jsonl"))
    monkeypatch.setenv("SOPHNET_OUTPUT", "stable")
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", sandbox.root)
    played(*CELLS, "from sophnet_jupyter.client.keeping import tapes; tapes.end()")
    assert (tmp_path / "talk.jsonl").exists()
    monkeypatch.delenv("SOPHNET_SANDBOX_URL")
    monkeypatch.delenv("SOPHNET_SANDBOX_KEY", raising=False)
    monkeypatch.setenv("SOPHNET_NO_SANDBOX", "1")
    first, second = (played(OFFLINE, *CELLS) for _ in range(2))
    assert first == second
    assert "42" in first
    assert "answers come from a cassette" in first
    assert ">cassette<" in first


TAPED = sorted((Path(__file__).parents[2] / "notebooks").glob("*.jsonl"))


@pytest.mark.parametrize("cassette", TAPED, ids=lambda path: path.stem)
def test_a_notebook_with_a_cassette_beside_it_runs_from_that_without_a_key_and_a_socket(
    cassette: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(cassette, tmp_path)
    for name in ("SOPHNET_API_KEY", "SOPHNET_SANDBOX_URL", "SOPHNET_SANDBOX_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SOPHNET_CASSETTE", cassette.name)
    monkeypatch.setenv("SOPHNET_OUTPUT", "stable")
    monkeypatch.setenv("SOPHNET_NO_SANDBOX", "1")
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SOPHNET_CONFIG_DIR", str(tmp_path / "config"))
    book = nbformat.read(cassette.with_suffix(".ipynb"), as_version=4)
    book.cells.insert(0, nbformat.v4.new_code_cell(OFFLINE))
    told = "from sophnet_jupyter.client.keeping import tapes; print(tapes.end())"
    book.cells.append(nbformat.v4.new_code_cell(told))
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = json.dumps([cell.get("outputs") for cell in book.cells], ensure_ascii=False)
    assert "cassette" in outputs
    assert '"stderr"' not in outputs
    # All of it is asked for, so that it is not kept longer than it is needed.
    said = book.cells[-1].outputs[0]["text"]
    assert said.startswith("All of"), said
    assert said.strip()
