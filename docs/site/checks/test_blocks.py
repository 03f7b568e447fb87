"""The code of the documents runs as it stands there, from top to bottom of each."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from docs.site import blocks, notebooks

ROOT = Path(__file__).parents[3]
RUN = sorted({block.document for block in blocks.blocks("python")})


@pytest.mark.parametrize("document", RUN)
def test_the_code_of_a_document_runs(document: str, tmp_path: Path) -> None:
    # It asks a person, and here is none.
    cells = [cell for cell in blocks.cells(document) if cell and cell != "%sophnet login"]
    code = [nbformat.v4.new_code_cell(cell) for cell in cells]
    book = nbformat.v4.new_notebook(cells=code)
    with notebooks.sandbox() as address:
        given = {
            "SOPHNET_SANDBOX_URL": address,
            "SOPHNET_SANDBOX_KEY": "sandbox",
            "SOPHNET_SANDBOX": "1",
            "SOPHNET_DATA_DIR": str(tmp_path),
            "SOPHNET_CACHE_DIR": str(tmp_path / "cache"),
            "SOPHNET_CONFIG_DIR": str(tmp_path / "config"),
            "PYTHONPATH": str(ROOT),
        }
        place = {"metadata": {"path": str(tmp_path)}}
        client = NotebookClient(book, timeout=120, resources=place)
        client.execute(env={**os.environ, **given})
    said = [output for cell in book.cells for output in cell.outputs]
    assert [each for each in said if each.get("name") == "stderr"] == []
