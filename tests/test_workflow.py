"""That what runs for every push is what a developer runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WORKFLOW = (ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def test_it_calls_the_two_commands_of_the_makefile() -> None:
    called = set(re.findall(r"\bmake (\w+) PYTHON=python$", WORKFLOW, re.M))
    assert called == {"test", "check"}
    targets = set(re.findall(r"^(\w+):", MAKEFILE, re.M))
    assert called <= targets


def test_where_there_is_no_make_the_same_tests_are_chosen() -> None:
    chosen = [re.findall(r'pytest .*-m "([^"]+)"', text) for text in (WORKFLOW, MAKEFILE)]
    assert chosen[0] == chosen[1] != []


def test_it_runs_on_the_oldest_python_that_is_promised() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for versions in re.findall(r"python: \[(.+)\]", WORKFLOW):
        assert project["requires-python"] == f">={versions.split(', ')[0][1:-1]}"


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_make_can_read_the_makefile_and_knows_what_each_command_needs() -> None:
    commands = re.findall(r"^([a-z][\w-]*):(?!=)", MAKEFILE, re.M)
    assert "test" in commands
    told = subprocess.run(
        ["make", "--dry-run", *(name for name in commands if name != "clean")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
