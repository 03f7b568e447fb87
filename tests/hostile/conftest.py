from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Goes where a hostile name is the name of no file."""
    monkeypatch.chdir(tmp_path)
