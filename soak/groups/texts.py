"""Attack texts in every view and panel, and in a real JupyterLab."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.hostile import test_panels, test_views
from tests.hostile.corpus import ATTACKS
from tests.hostile.leaks import leaks

from ..tally import Tally

ROOT = Path(__file__).parents[2]
# Live, saved and opened again, trusted and not, and exported in four ways.
PAGES = 7


def run(tally: Tally, *, small: bool) -> None:
    places = [
        *((draw, True) for draw in (*test_views.WORDS, *test_panels.WORDS)),
        *((draw, False) for draw in (*test_views.FREE, *test_panels.FREE)),
    ]
    home = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for draw, words in places[::15] if small else places:
                found = {leak.attack: leak.what for leak in leaks(draw, words=words)}
                for attack in ATTACKS:
                    name = f"{attack} in {draw.__name__}"
                    tally.count(name, attack not in found, found.get(attack))
        finally:
            os.chdir(home)
    tally.figures["texts"] = len(ATTACKS)
    tally.figures["views and panels"] = len(places)
    if not small:
        _in_jupyterlab(tally)


def _in_jupyterlab(tally: Tally) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "tests/browser/test_hostile.py"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    for attack in ATTACKS:
        for page in range(PAGES):
            tally.count(f"{attack} in page {page}", ended.returncode == 0, ended.stdout[-300:])
    tally.figures["pages of JupyterLab and nbconvert"] = PAGES
