"""What the browser is handed: one module, whole, and safe by what it does not say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sophnet_jupyter.widgets.chat.panel import ChatPanel
from sophnet_jupyter.widgets.documents.reader import PageReader
from sophnet_jupyter.widgets.documents.viewer import DocumentViewer
from sophnet_jupyter.widgets.excel.panel import ExcelAnalyst
from sophnet_jupyter.widgets.microphone.microphone import Microphone
from sophnet_jupyter.widgets.panel.modules import FOLDER, inlined, style
from sophnet_jupyter.widgets.panel.panel import Panel
from sophnet_jupyter.widgets.playing.audio_player import AudioPlayer
from sophnet_jupyter.widgets.voicechat.panel import VoiceChat

PANELS = [
    *(ChatPanel, AudioPlayer, ExcelAnalyst, DocumentViewer, PageReader, Microphone, VoiceChat),
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


@pytest.mark.parametrize("panel", PANELS)
def test_a_module_needs_no_other(panel: type[Panel]) -> None:
    module = inlined(panel.source(".js"))
    assert not re.search(r"^\s*import\b", module, re.M)
    assert len(re.findall(r"^export ", module, re.M)) == 1


@pytest.mark.parametrize("panel", PANELS)
def test_no_name_is_declared_by_two_files_of_a_module(panel: type[Panel]) -> None:
    module = inlined(panel.source(".js"))
    names = re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", module, re.M)
    assert len(names) == len(set(names))


def test_what_is_imported_as_text_stays_text() -> None:
    assert 'const tapeSource = "// Runs on' in inlined("playing/speaker.js")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_html_is_set_in_one_place_and_no_text_is_run(script) -> None:
    source = script.read_text(encoding="utf-8")
    assert source.count("innerHTML") == (1 if script.name == "dom.js" else 0)
    assert not re.search(r"insertAdjacentHTML|outerHTML|\beval\b|new Function|https?:", source)


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
