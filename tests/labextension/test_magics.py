"""The magics that the page half knows are those of the catalogue."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

EXTENSION = Path(__file__).parents[2] / "labextension"


def test_the_page_knows_each_magic_with_its_kinds_and_pictures() -> None:
    known = runpy.run_path(str(EXTENSION / "magics.py"))["known"]()
    written = json.loads((EXTENSION / "src" / "magics.json").read_text("utf-8"))
    kinds = {name: (facts["kinds"], facts["images"]) for name, facts in written.items()}
    wanted = {name: (facts["kinds"], facts["images"]) for name, facts in known.items()}
    assert kinds == wanted, "run `python labextension/magics.py` and `make lab`"


def test_each_option_that_takes_no_value_there_takes_none_here() -> None:
    known = runpy.run_path(str(EXTENSION / "magics.py"))["known"]()
    written = json.loads((EXTENSION / "src" / "magics.json").read_text("utf-8"))
    for name, facts in written.items():
        assert set(facts["flags"]) <= set(known[name]["flags"]), name
