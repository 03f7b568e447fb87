"""
What a language server of Python is told: `tests/hosts.py` brings JupyterLab's part and a server
that listens, and names this file, which no other run collects.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

KEPT = Path(os.environ.get("BESIDE", "")) / "told.jsonl"
WORDS = "Don't tell the linter"


def told() -> list[str]:
    lines = KEPT.read_text(encoding="utf-8").splitlines() if KEPT.exists() else []
    return [json.loads(line)["text"] for line in lines]


def test_a_server_of_python_hears_of_no_prompt(lab, open_notebook, host):
    KEPT.unlink(missing_ok=True)
    lab.write("served.ipynb", "x = undefined_name", f"%%sophchat\n{WORDS}, {{x}}", "y = x")
    notebook = open_notebook("served.ipynb", host)
    # It is told of a document once it is connected, and again at each edit.
    deadline = time.monotonic() + 60
    while not any("y = x" in text for text in told()) and time.monotonic() < deadline:
        notebook.page.wait_for_timeout(200)
    assert any("x = undefined_name" in text for text in told()), told()
    assert not any(WORDS in text for text in told())
    # It stays a prompt, whatever JupyterLab's part thinks of its language.
    assert "%%sophchat" in notebook.cell(1).locator(".cm-line span").all_inner_texts()
