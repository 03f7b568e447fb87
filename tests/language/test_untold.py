"""No sentence stands in the source by itself, where no translation is looked up for it."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "sophnet_jupyter"
UNTOLD = runpy.run_path(str(HERE / "untold.py"))
untold, untold_in_script = UNTOLD["untold"], UNTOLD["untold_in_script"]
stays = runpy.run_path(str(HERE / "stays.py"))
STAYS, beginnings = stays["STAYS"], stays["beginnings"]
# Options of magics are looked up when their help is shown.
HELP = {text for text, _ in runpy.run_path(str(HERE / "sayings.py"))["in_help"]()}
# The sandbox speaks as the services do, and to programmers; the last is what looks sentences up.
ENGLISH = ("sandbox", "language")
PARTS = sorted(
    path.name
    for path in PACKAGE.iterdir()
    if path.stem not in ENGLISH and (path.suffix == ".py" or any(path.rglob("*.py")))
)


def found_in(part: str) -> Iterator[tuple[str, int, str]]:
    """The file, the line and the text of each sentence that nothing looks up."""
    root = PACKAGE / part
    for path in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
        for line, text in untold(path.read_text("utf-8")):
            if text not in HELP:
                yield path.relative_to(PACKAGE).as_posix(), line, text


@pytest.mark.parametrize("part", PARTS)
def test_each_sentence_is_looked_up_where_it_is_said(part: str) -> None:
    found = {
        f"{name}:{line}": text
        for name, line, text in found_in(part)
        if (begins := beginnings(name)) is not None and not text.startswith(begins)
    }
    # Through ``tr`` or ``mark``: CONTRIBUTING, "Recipe: a string that users read".
    assert found == {}


def test_nothing_stays_that_nobody_writes_any_more() -> None:
    written = [(name, text) for part in PARTS for name, _, text in found_in(part)]
    unused = {
        place: begin
        for place, begins in STAYS.items()
        for begin in (("",) if begins is None else begins)
        if not any(
            (name == place or name.startswith(f"{place}/")) and text.startswith(begin)
            for name, text in written
        )
    }
    assert unused == {}


@pytest.mark.parametrize(
    "line",
    [
        'raise SettingsError(f"There is no {name}.")',
        'said = "a text, not a number"',
        'notes.append("without its " + part)',
        "html = f'<div style=\"{SMALL}\">and {left} more</div>'",
        'html = "<summary>Settings</summary>"',
        'note = f"page {place} of {count}"',
        'why = {"full": "the disk is full"}',
        'heads = tr("a {b}", b="no text")',
        'raise ValueError("It is so.")',
        'raise TypeError("It is so.")',
        'said = "pip install this, and %sophnet login asks for a key"',
        'said = "%sophnet is not loaded"',
        'said = "this OR that"',
        'said = "similarity (cosine)"',
        'said = "so many, {}".format(count)',
        'said = "so many {share:.2f}".format(share=share)',
        'f"{count} rows"',
        'f"{count}, rows"',
        'print("a" "b is there")',
        'rows = ", ".join(found) or "none"',
        'add("--all", help="so many rows")',
        'option(f"{name} if not said")',
        'html = f\'<img alt="so many rows" src="{place}">\'',
        'def __repr__(self):  return f"{count} rows"',
    ],
)
def test_a_sentence_by_itself_is_seen(line: str) -> None:
    assert [number for number, _ in untold(line)] == [1]


@pytest.mark.parametrize(
    "line",
    [
        'raise SettingsError(tr("There is no {name}.", name=name))',
        'WORDS = {"full": mark("the disk is full")}',
        'def f():\n    """What it does, in words."""',
        'raise AttributeError("there is no such attribute")',
        'log.warning("the file cannot be read: %s", error)',
        'rows.execute("SELECT a FROM b WHERE c = 1")',
        'look = "white-space:pre-wrap;margin:4px 0;color:red"',
        'NAMES = "one two three".split()',
        'found = re.search("one two", text)',
        'html = f\'<div style="{SMALL};margin:0 4px" class="a b">{said}</div>\'',
        'given = options["a b"]',
        'it = mark("so many rows")',
        'kind: Literal["only first"]',
        'text = f"{name}={value}"',
        'f"SELECT id FROM {table}"',
        'key = Unicode("", help="So many rows.")',
    ],
)
def test_what_is_for_programs_is_passed_over(line: str) -> None:
    assert list(untold(line)) == []


# Keys, kinds and choices by their names, selectors, and a title that is looked up where it stands.
NAMED = {
    *("Ctrl+Enter", "no verdict", "not labeled", "not complete", "uuid", "PNG", "Voice chat"),
    *("noopener noreferrer", "th button", "input, textarea, select, summary", "no image"),
    *("(prefers-color-scheme: dark)", "X revision-", "X system-ui, sans-serif"),
    "again animate ask continue go make name retry run sample say speak summarize",
}


def test_each_sentence_of_a_script_is_looked_up_where_it_is_said() -> None:
    found = {
        f"{path.relative_to(PACKAGE).as_posix()}:{line}": text
        for path in sorted((PACKAGE / "widgets").rglob("*.js"))
        for line, text in untold_in_script(path.read_text("utf-8"))
        if text not in NAMED
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        'button("Stop", stop)',
        'make("p", {}, "No files yet")',
        "panel.say(`${count} of them`)",
        'make("a", { title: "Save" })',
    ],
)
def test_a_sentence_by_itself_is_seen_in_a_script(line: str) -> None:
    assert [number for number, _ in untold_in_script(line)] == [1]


def test_what_is_looked_up_is_passed_over_in_a_script() -> None:
    told = (
        'button(tr("Stop"), stop);\nmake("p", { className: "sophnet-a b" }, tr("No {x}", { x }));\n'
    )
    assert list(untold_in_script(told)) == []
