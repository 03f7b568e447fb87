from __future__ import annotations

import inspect
import re
import runpy
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

import sophnet_jupyter
from sophnet_jupyter.magics.catalogue import lazy_magics, summaries
from sophnet_jupyter.magics.session.session import KernelSession
from sophnet_jupyter.magics.sophnet.panels import PANELS
from sophnet_jupyter.magics.sophnet.subjects import SUBJECTS
from sophnet_jupyter.widgets.panel.panel import Panel

README = (Path(__file__).parent.parent / "README.md").read_text()


def test_the_table_of_magics_is_what_help_says() -> None:
    shell = InteractiveShell()
    said = summaries(lazy_magics(shell, KernelSession(shell)))
    said |= {f"%sophnet {subject}": words for subject, words in SUBJECTS.items()}
    rows = dict(re.findall(r"^\| `(%[^`]+)` \| (.*) \|$", README, flags=re.MULTILINE))
    assert rows == said


def test_every_variable_of_the_readme_is_one_the_settings_read() -> None:
    folder = Path(__file__).parent.parent / "sophnet_jupyter" / "settings"
    settings = "".join(path.read_text() for path in folder.glob("*.py"))
    sandbox_only = {"SOPHNET_SANDBOX_UPSTREAM_KEY", "SOPHNET_SPEECH_EASYLLM_ID"}
    for name in set(re.findall(r"\bSOPHNET_[A-Z_]+\b", README)) - sandbox_only:
        assert name in settings, name


def test_what_the_readme_shows_is_there() -> None:
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (Path(__file__).parent.parent / path).is_file(), path


ROOT = Path(__file__).parent.parent
NOTEBOOKS = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}


def test_every_panel_is_listed_with_the_first_sentence_of_its_help() -> None:
    panels = {
        name: " ".join((inspect.getdoc(found) or "").partition("\n\n")[0].split())
        for name in sophnet_jupyter.__all__
        if isinstance(found := getattr(sophnet_jupyter, name), type) and issubclass(found, Panel)
    }
    assert {call.partition("(")[0]: said for call, said in PANELS.items()} == panels


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_a_readme_lists_each_panel_and_each_notebook(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    calls = re.findall(r"^\| `sophnet_jupyter\.([^`]+)` \| ", text, flags=re.MULTILINE)
    assert calls == list(PANELS)
    assert set(re.findall(r"^\| \[([^]]+)\]\(notebooks/\1\.ipynb\) \| ", text, re.M)) == NOTEBOOKS


def test_the_quickstart_ends_with_all_other_notebooks_as_the_readme_tells_them() -> None:
    cells = nbformat.read(ROOT / "notebooks" / "quickstart.ipynb", as_version=4).cells
    [gallery] = [cell.source for cell in cells if "## What there is beyond this" in cell.source]
    told = dict(re.findall(r"^\| \[([^]]+)\]\(\1\.ipynb\) \| (.+) \|$", gallery, re.M))
    readme = dict(re.findall(r"^\| \[([^]]+)\]\(notebooks/\1\.ipynb\) \| (.+) \|$", README, re.M))
    assert told == {name: said for name, said in readme.items() if name != "quickstart"}
    assert set(told) == NOTEBOOKS - {"quickstart"}


SAYINGS = runpy.run_path(str(Path(__file__).parent / "language" / "sayings.py"))


def test_what_is_said_in_english_is_said_in_chinese_and_nothing_else_is() -> None:
    said = dict(SAYINGS["sayings"]())
    there = SAYINGS["catalogue"]()
    # How a string gets its translation: CONTRIBUTING, "Recipe: a string that users read".
    assert {text: file for text, file in said.items() if text not in there} == {}
    assert [text for text in there if text not in said] == [], "nobody says this any more"


def test_a_translation_has_the_places_of_what_is_put_in() -> None:
    places = SAYINGS["places"]
    there = SAYINGS["catalogue"]()
    assert {text: said for text, said in there.items() if places(text) != places(said)} == {}
