"""Every notebook that we ship runs from top to bottom, as a batch run would do it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))

pytestmark = pytest.mark.kernel

# One that has a cassette beside it runs from that: see test_replayed_notebook.py.
ASKING = [path for path in NOTEBOOKS if not path.with_suffix(".jsonl").exists()]


@pytest.mark.parametrize("path", ASKING, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(
    path: Path, sandbox: SimpleNamespace, tmp_path: Path
) -> None:
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    shutil.copytree(path.parent / "files", tmp_path / "files")
    done = subprocess.run(
        [sys.executable, "-m", "jupyter", "execute", "--inplace", copy.name],
        cwd=tmp_path,
        env={**os.environ, "SOPHNET_SANDBOX_URL": sandbox.root, "IPYTHONDIR": str(tmp_path / "i")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    cells = nbformat.read(copy, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    outputs = [output for cell in code for output in cell.outputs]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    magics = [cell for cell in code if cell.source.startswith("%%")]
    assert all(cell.outputs for cell in magics)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert not [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")]
