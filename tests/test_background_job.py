"""The tests pass in a script's background job as well, where every process ignores Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
INTERRUPTS = "sandbox/test_process.py::test_the_first_line_is_json_and_the_rest_is_for_people"


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("workers", ["0", "1"])
def test_what_the_tests_start_can_be_interrupted_where_the_tests_cannot(workers):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-n", workers, str(FOLDER / INTERRUPTS)),
        ],
        # What a shell does with `make test &` in a script.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        cwd=FOLDER.parent,
        capture_output=True,
        text=True,
    )
    assert "1 passed" in done.stdout, done.stdout
