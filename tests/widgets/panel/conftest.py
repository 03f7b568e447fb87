from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

NODE = Path(__file__).parents[2] / "types" / "node.py"


@pytest.fixture
def in_node(tmp_path: Path) -> Callable[..., Any]:
    """Run a script in Node, with modules that it may import, and return what it logs as JSON."""

    def in_node(script: str, **modules: str) -> Any:
        for name, text in {**modules, "script": script}.items():
            (tmp_path / f"{name}.mjs").write_text(text, encoding="utf-8")
        command = [sys.executable, str(NODE), "node", str(tmp_path / "script.mjs")]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return in_node
