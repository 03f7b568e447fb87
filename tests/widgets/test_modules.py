"""What the browser is handed: one module, whole, and safe by what it does not say."""

from __future__ import annotations

import re

import pytest

from sophnet_jupyter.widgets.audio_player import AudioPlayer
from sophnet_jupyter.widgets.chat_panel import ChatPanel
from sophnet_jupyter.widgets.document_viewer import DocumentViewer
from sophnet_jupyter.widgets.excel_analyst import ExcelAnalyst
from sophnet_jupyter.widgets.modules import FOLDER, inlined, style
from sophnet_jupyter.widgets.page_reader import PageReader
from sophnet_jupyter.widgets.voice_chat import VoiceChat

PANELS = [ChatPanel, AudioPlayer, ExcelAnalyst, DocumentViewer, PageReader, VoiceChat]
SCRIPTS = sorted(FOLDER.glob("*.js"))


@pytest.mark.parametrize("panel", PANELS)
def test_a_module_needs_no_other(panel: type) -> None:
    module = inlined(f"{panel.file}.js")
    assert not re.search(r"^\s*import\b", module, re.M)
    assert len(re.findall(r"^export ", module, re.M)) == 1


@pytest.mark.parametrize("panel", PANELS)
def test_no_name_is_declared_by_two_files_of_a_module(panel: type) -> None:
    module = inlined(f"{panel.file}.js")
    names = re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", module, re.M)
    assert len(names) == len(set(names))


def test_what_is_imported_as_text_stays_text() -> None:
    assert 'const tapeSource = "// Runs on' in inlined("speaker.js")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_html_is_set_in_one_place_and_no_text_is_run(script) -> None:
    source = script.read_text(encoding="utf-8")
    assert source.count("innerHTML") == (1 if script.name == "dom.js" else 0)
    assert not re.search(r"insertAdjacentHTML|outerHTML|\beval\b|new Function|https?:", source)


def test_a_panel_is_styled_as_all_panels_and_as_itself() -> None:
    css = style("chat_panel.css")
    assert css.index(".sophnet-panel {") < css.index(".sophnet-chat {")
