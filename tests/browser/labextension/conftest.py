"""The two hosts of the extension."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[3] / "labextension" / "package.json"
# The JupyterLab that ours wants; that of another may be one that is not out yet.
WANTED = json.loads(PACKAGE.read_text("utf-8"))["devDependencies"]["@jupyterlab/core-meta"]

# What Notebook 7.6 says by itself, with and without us.
OWN_WORDS = ("[yjs#509]", "reading 'schema'", "is duplicated.", "filebrowser:open-path")
# What every page tells developers.
CHATTER = ("debug:", "warning: Connection lost, reconnecting")


@pytest.fixture(params=["lab/tree", "notebooks"], ids=["lab", "notebook"])
def host(request: pytest.FixtureRequest) -> str:
    """The path of JupyterLab, and of Notebook 7."""
    return request.param


@pytest.fixture
def silent(console):
    """Whether the page has said nothing of its own accord."""

    def silent() -> bool:
        said = [line for line in console.lines if not line.startswith(CHATTER)]
        if os.environ.get("BESIDE"):
            # What another extension says is its own affair, but not that ours wants another Lab.
            ours = ("sophnet", f"(required ^{WANTED})")
            said = [line for line in said if any(words in line for words in ours)]
        assert [line for line in said if not any(words in line for words in OWN_WORDS)] == []
        return True

    return silent
