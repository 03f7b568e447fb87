"""What the browser is handed: one module, whole, and safe by what it does not say."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sophnet_jupyter.widgets
from sophnet_jupyter.widgets.panel.modules import FOLDER, inlined, style
from sophnet_jupyter.widgets.panel.panel import Panel

for module in pkgutil.walk_packages(
    sophnet_jupyter.widgets.__path__, f"{sophnet_jupyter.widgets.__name__}."
):
    importlib.import_module(module.name)


def kinds_of(panel: type[Panel]) -> Iterator[type[Panel]]:
    for kind in panel.__subclasses__():
        yield kind
        yield from kinds_of(kind)


# Ours, not those of other tests, and not those that are only there to be inherited from.
PANELS = [
    panel for panel in kinds_of(Panel) if panel.file and panel.__module__.startswith("sophnet_")
]
SCRIPTS = sorted(FOLDER.rglob("*.js"))
# All but the one that is for every panel.
SHEETS = sorted(set(FOLDER.rglob("*.css")) - {FOLDER / "panel/panel.css"})
# The class of a panel's outermost element, from what its script calls itself.
KINDS = [
    kind
    for path in SCRIPTS
    for kind in re.findall(r'\bkind: "([\w-]+)",\s*on:', path.read_text(encoding="utf-8"))
]
ROOT = rf"\.sophnet-(?:{'|'.join(KINDS)})"
# With the class of all panels, so that it wins over their sheet, which each panel brings again.
OWN = rf"\.sophnet-panel(?::is\({ROOT}(?:, {ROOT})*\)|{ROOT})"


def classes(script: Path) -> set[str]:
    """The classes that a script gives to elements as it makes them."""
    given = re.findall(r'className: "([^"]+)"', script.read_text(encoding="utf-8"))
    return {name for names in given for name in names.split()}


@pytest.mark.parametrize("panel", PANELS)
def test_a_module_needs_no_other(panel: type[Panel]) -> None:
    module = inlined(panel.source(".js"))
    assert not re.search(r"^\s*import\b", module, re.M)
    assert len(re.findall(r"^export ", module, re.M)) == 1


def test_the_module_of_each_panel_runs_and_brings_a_view(in_node) -> None:
    names = [panel.__name__ for panel in PANELS]
    script = f"""
        const views = [];
        for (const name of {json.dumps(names)}) {{
            const {{ default: widget }} = await import(`./${{name}}.mjs`);
            views.push([name, typeof widget.render]);
        }}
        console.log(JSON.stringify(views));
    """
    made = {panel.__name__: inlined(panel.source(".js")) for panel in PANELS}
    assert in_node(script, **made) == [[name, "function"] for name in names]


def test_no_panel_is_left_out_here() -> None:
    scripts = {panel.source(".js") for panel in PANELS}
    views = [path for path in SCRIPTS if "export default" in path.read_text(encoding="utf-8")]
    assert scripts == {path.relative_to(FOLDER).as_posix() for path in views}


def test_what_is_imported_as_text_stays_text() -> None:
    assert 'const tapeSource = "// Runs on' in inlined("playing/speaker.js")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_html_is_set_in_one_place_and_no_text_is_run(script) -> None:
    source = script.read_text(encoding="utf-8")
    assert source.count("innerHTML") == (1 if script.name == "dom.js" else 0)
    assert not re.search(r"insertAdjacentHTML|outerHTML|\beval\b|new Function|https?:", source)


def test_a_part_of_every_panel_has_a_class_that_no_panel_gives_to_a_part_of_its_own() -> None:
    given = {path: classes(path) for path in SCRIPTS}
    # The sheet for every panel says what many parts may look like: those classes are for all.
    sheet = (FOLDER / "panel/panel.css").read_text(encoding="utf-8")
    frame = given.pop(FOLDER / "panel/panel.js") - set(re.findall(r"\.(sophnet-[\w-]+)", sheet))
    assert frame
    for path, own in given.items():
        assert not own & frame, path


def test_a_panel_is_styled_as_all_panels_and_as_itself() -> None:
    css = style("chat/panel.css")
    assert css.index(".sophnet-panel {") < css.index(".sophnet-panel.sophnet-chat {")


def test_a_sheet_brings_those_it_imports_and_each_once() -> None:
    css = style("microphone/microphone.css")
    assert css.index(".sophnet-panel {") < css.index(".sophnet-meter") < css.index(".sophnet-said")
    assert "@import" not in css
    assert css.count(".sophnet-meter {") == 1


def opened(sheet: str) -> list[str]:
    """What stands before the braces of a sheet that are in no others."""
    found, depth, begin = [], 0, 0
    for place, char in enumerate(sheet):
        if char == "{":
            found += [sheet[begin:place].strip()] if depth == 0 else []
            depth += 1
        elif char == "}":
            depth, begin = depth - 1, place + 1
    return found


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_a_sheet_styles_its_own_panels_and_no_other_that_is_on_the_page(path: Path) -> None:
    source = re.sub(r"/\*.*?\*/|@import [^;]*;", "", path.read_text(encoding="utf-8"), flags=re.S)
    opening = opened(source)
    assert opening
    for selector in opening:
        assert re.fullmatch(rf"{OWN}|@keyframes sophnet-.+", selector)
