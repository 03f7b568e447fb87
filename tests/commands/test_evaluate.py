"""``sophnet-jupyter evaluate`` on files, against the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
THINGS = ["headphones", "kettle", "laptop", "lamp", "chair", "jacket"]
SAID = {"positive": ["The {} is great", "Nice {}"], "negative": ["The {} broke", "Bad {}"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        {"review": text.format(thing), "label": label}
        for label, texts in SAID.items()
        for text in texts
        for thing in THINGS
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "v1.md").write_text("Classify as positive or negative: {review}")
    (tmp_path / "v2.md").write_text("Is it carefully read positive or negative? {review}")
    (tmp_path / "ours.py").write_text("def short(row, answer): return len(answer.text) < 9\n")
    return tmp_path


@pytest.fixture
def evaluated(folder: Path, sandbox: Any) -> Run:
    def evaluated(*words: str, **settings: str) -> Any:
        environment = {
            **os.environ,
            "SOPHNET_DATA_DIR": str(folder / "data"),
            "SOPHNET_API_KEY": sandbox.key,
            "SOPHNET_BASE_URL": sandbox.url,
            **settings,
        }
        line = [sys.executable, "-m", "sophnet_jupyter.cli", "evaluate", "rows.jsonl", *words]
        return subprocess.run(
            line, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
        )

    return evaluated


def test_the_verdict_is_told_and_a_rate_that_is_too_low_is_an_exit_status(
    evaluated: Run, folder: Path
) -> None:
    words = ["--prompt", "v1.md", "--prompt", "v2.md", "--expect", "label"]
    done = evaluated(*words, "--score", "ours:short", "-o", "e.jsonl", "--at-least", "0.3")
    assert done.returncode == 0, done.stderr
    path, first, *rest = done.stdout.splitlines()
    assert path.endswith("e.jsonl")
    assert first.startswith("Sandbox:")
    assert any(line.startswith("exact: ") for line in rest)
    assert "24" in "\n".join(rest)
    assert "48 of 48 answers" in done.stderr
    assert (folder / "e.jsonl").is_file()
    low = evaluated(*words, "--at-least", "100%", "--against", "e.jsonl")
    assert low.returncode == 3
    assert "before" in low.stdout
    assert "below 1." in low.stderr


def test_the_end_of_a_budget_is_an_exit_status(evaluated: Run) -> None:
    done = evaluated("--prompt", "v1.md", "--expect", "label", "--budget", "200-tokens")
    assert done.returncode == 4, done.stderr
    assert "budget: " in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--expect", "lable"], "'lable'"),
        ([], "nothing to score by"),
        (["--score", "nothing"], "--score takes exact, similar, or module:name"),
        (["--score", "ours:gone"], "--score ours:gone"),
        (["--expect", "label", "--against", "none.jsonl"], "none.jsonl"),
        (["--expect", "label", "--at-least", "2"], "a rate goes from 0 to 1"),
    ],
)
def test_a_wrong_line_is_refused_in_words(evaluated: Run, words: list[str], said: str) -> None:
    done = evaluated("--prompt", "v1.md", "--first", "3", *words)
    assert done.returncode not in (0, 3, 4)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
