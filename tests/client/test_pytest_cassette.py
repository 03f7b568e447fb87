"""``pytest --sophnet-cassette`` in runs of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import asyncio
from sophnet_jupyter import Client

def test_it_answers():
    assert asyncio.run(Client().chat.create("What is 6*7?")).text
"""
PLAIN = """
import sys

def test_nothing_of_ours_is_imported():
    assert "pytest_sophnet_cassette" in sys.modules
    assert not [name for name in sys.modules if name.split(".")[0] == "sophnet_jupyter"]
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    def run(text: str, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "test_it.py").write_text(text)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        plugins = ("-p", "no:cacheprovider")
        command = [sys.executable, "-m", "pytest", "-q", *plugins, "test_it.py", *options]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_answers_are_recorded_once_and_then_need_no_service(
    run, sandbox: SimpleNamespace, tmp_path: Path
) -> None:
    there = {"SOPHNET_SANDBOX_URL": sandbox.root, "SOPHNET_SANDBOX_KEY": sandbox.key}
    first = run(TESTS, "--sophnet-cassette", **there)
    assert "cassette: 1 calls are recorded" in first.stdout, first.stdout
    assert (tmp_path / "sophnet-cassette.jsonl").exists()
    again = run(TESTS, "--sophnet-cassette", SOPHNET_SANDBOX_URL="http://127.0.0.1:9")
    assert "1 passed" in again.stdout, again.stdout
    assert "was asked for" in again.stdout
    other = run(TESTS.replace("6*7", "7*8"), "--sophnet-cassette")
    assert "has no answer to this" in other.stdout


def test_nothing_of_the_package_is_imported_without_the_option(run) -> None:
    assert "1 passed" in run(PLAIN).stdout


def test_a_test_is_not_taken_for_a_cassette(run, tmp_path: Path) -> None:
    done = run(PLAIN, "--sophnet-cassette", "test_it.py")
    assert done.returncode == 4
    assert "ends in .jsonl" in done.stderr
    assert (tmp_path / "test_it.py").read_text() == PLAIN
