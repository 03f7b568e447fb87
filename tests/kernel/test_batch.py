"""Notebooks that run without anybody watching."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.kernel


@pytest.fixture
def execute(environment, running_sandbox, tmp_path):
    """Runs cells by ``jupyter execute``: its exit status, what each left, and what it said."""

    def run(*cells):
        path = tmp_path / "batch.ipynb"
        path.write_text(json.dumps(notebook("%load_ext sophnet_jupyter", *cells)))
        command = [str(Path(sys.executable).with_name("jupyter-execute")), "--inplace", str(path)]
        done = subprocess.run(
            command,
            env=environment(SOPHNET_SANDBOX_URL=running_sandbox.root),
            capture_output=True,
            timeout=60,
            check=False,
        )
        saved = [cell["outputs"] for cell in json.loads(path.read_text())["cells"][1:]]
        return done.returncode, saved, done.stderr.decode()

    return run


def notebook(*sources):
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cell = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel},
        "cells": [cell | {"id": f"c{n}", "source": text} for n, text in enumerate(sources)],
    }


def test_a_batch_run_saves_the_whole_answer_once(execute):
    status, [asked, assigned, later], _ = execute(
        "%%sophchat\nCount to 30\n", "x = %sophchat Count to 40", "x"
    )
    assert status == 0
    for outputs, end in ((asked, "29, 30."), (assigned, "39, 40."), (later, "39, 40.")):
        [output] = outputs
        assert sorted(output["data"]) == ["text/html", "text/plain"]
        for form in output["data"].values():
            assert "".join(form).count(end) == 1
            assert "waiting" not in "".join(form)


def test_a_failing_cell_fails_the_run(execute):
    status, saved, said = execute("%sophchat -m no-such hi", "open('later', 'w')")
    assert status != 0
    assert "NotFound: " in said
    assert "Traceback" not in said.partition("%sophchat -m no-such hi")[2]
    assert saved == [[], []]
