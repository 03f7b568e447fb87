from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from IPython.core.interactiveshell import InteractiveShell

from sophnet_jupyter.magics import extension

from ...shells import bare_shell


@pytest.fixture
def shell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sandbox: SimpleNamespace
) -> Iterator[InteractiveShell]:
    monkeypatch.setenv("SOPHNET_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", sandbox.root)
    monkeypatch.setattr(extension, "WARM_UP_AFTER", 3600)
    shell = bare_shell()
    extension.load(shell)
    yield shell
    extension.unload(shell)
