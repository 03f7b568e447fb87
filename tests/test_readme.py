from __future__ import annotations

import inspect
import json
import re
import runpy
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import sophnet_jupyter
from sophnet_jupyter.magics.catalogue import lazy_magics, summaries
from sophnet_jupyter.magics.session.session import KernelSession
from sophnet_jupyter.magics.sophnet.panels import PANELS
from sophnet_jupyter.magics.sophnet.subjects import SUBJECTS
from sophnet_jupyter.widgets.panel.panel import Panel

# A history of its own nobody would close.
UNKEPT = Config(HistoryManager={"enabled": False})
README = (Path(__file__).parent.parent / "README.md").read_text()


def test_the_table_of_magics_is_what_help_says() -> None:
    shell = InteractiveShell(config=UNKEPT)
    said = summaries(lazy_magics(KernelSession(shell)))
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


def rows(readme: str, below: str) -> list[list[str]]:
    """The cells of the table that follows a link, without its head."""
    text = (ROOT / readme).read_text("utf-8").partition(f"]({below})")[2]
    table = text.partition("|---|")[2].partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_what_was_tried_and_held_is_what_the_figures_say(readme: str) -> None:
    groups = json.loads((ROOT / "soak/results/reference.json").read_text("utf-8"))["groups"]
    told = [row[1:] for row in rows(readme, "soak/results/reference.json")]
    assert told == [[f"{group['tried']:,}", f"{group['held']:,}"] for group in groups]


# Of the rows of the README, in their order: the measure, and what it is compared with.
COMPARED = {
    "CPU of a streamed chunk": "openai",
    "first token, time over a raw socket": "openai",
    "CPU of %load_ext": "jupyter_ai_magics",
    "iopub of 4,000 tokens at 100/s": "update(Markdown(all)) per token",
    "interrupt to idle": "openai, printed",
}


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_figures_of_the_benchmarks_are_those_that_were_measured(readme: str) -> None:
    found = json.loads((ROOT / "benchmarks/results/reference.json").read_text("utf-8"))["results"]
    measured = {each["measure"]: each for each in found}
    told = rows(readme, "benchmarks/results/reference.json")
    assert len(told) == len(COMPARED)
    for (_, ours, theirs, ratio), (measure, than) in zip(told, COMPARED.items(), strict=True):
        medians = measured[measure]["medians"]
        for said, number in (
            (ours, medians["sophnet_jupyter"]),
            (theirs, medians[than]),
            (ratio, measured[measure]["ratios"][than]),
        ):
            # In thousands of its unit where there are many; to as many places as are told.
            shown = re.findall(r"[0-9][0-9,]*(?:[.][0-9]+)?", said)[-1].replace(",", "")
            places = len(shown.partition(".")[2])
            thousands = " ms" in said and measured[measure]["unit"] == "µs"
            number = number / 1000 if thousands else number
            assert abs(float(shown) - number) <= 0.5001 * 10**-places, said
