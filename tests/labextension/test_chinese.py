"""JupyterLab's server finds the page half's Chinese, and it is what the catalogue says."""

from __future__ import annotations

import ast
import json
import re
import runpy
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORDS = runpy.run_path(str(ROOT / "labextension" / "words.py"))
WRITTEN = WORDS["FILE"].read_text("utf-8")

SIDE = ROOT / "labextension" / "src" / "side"


def of_the_kernel() -> set[str]:
    """What stands in the kernel's half between quotes."""
    found = set()
    for path in (ROOT / "sophnet_jupyter").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_what_the_server_hands_out_was_written_from_the_catalogue() -> None:
    assert WORDS["text"]() == WRITTEN, "run `python labextension/words.py`"


def test_each_string_is_there_in_chinese() -> None:
    assert set(json.loads(WRITTEN)) - {""} == set(WORDS["strings"]())


def test_the_server_is_told_where_it_is() -> None:
    assert PROJECT["entry-points"]["jupyterlab.locale"] == {"sophnet_jupyter": "sophnet_jupyter"}


def test_it_names_its_language_as_the_page_looks_for_it() -> None:
    # With a dash, though the folder has none: else each string stays English, without a word.
    assert json.loads(WRITTEN)[""]["language"] == "zh-CN"


@pytest.mark.parametrize("file", ["kernel_words.ts", "doctor_words.ts"])
def test_the_kernel_still_says_what_the_side_panel_translates(file: str) -> None:
    words = re.findall(r"""^ +"?([^\n"]+)"?: trans""", (SIDE / file).read_text("utf-8"), re.M)
    said = of_the_kernel()
    assert len(words) > 10
    # Whole, or put together of such words.
    assert [each for each in words if each not in said and not set(each.split()) <= said] == []
