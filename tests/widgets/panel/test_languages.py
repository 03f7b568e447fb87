"""A panel speaks the language of its kernel, and follows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sophnet_jupyter import settings
from sophnet_jupyter.language import changed
from sophnet_jupyter.widgets.chat.panel import ChatPanel
from sophnet_jupyter.widgets.panel import modules
from sophnet_jupyter.widgets.panel.modules import FOLDER, spoken

WORDS = {"zh": {"Stop": "停止", "{n} of {all}": "{all} 中的 {n}", "Elsewhere": "别处"}}
PANEL = """
import { tr } from "./page/words.js";
const STOP = tr("Stop");
function render({ model, el }) {
  el.shown.push(`${STOP} ${tr("{n} of {all}", { n: 1, all: 2 })} ${tr("New")} ${tr("{a}")}`);
  return () => el.shown.push("closed");
}
export default { render };
"""
# A model and an element, as far as the module looks at them.
HOST = """
import panel from "./made.mjs";
const hears = {};
const traits = { language: "en" };
const model = {
  get: (name) => traits[name],
  on: (name, hear) => (hears[name] = hear),
  off: (name) => delete hears[name],
};
const el = { shown: [], busy: false, querySelector: () => el.busy };
const set = async (name, value) => {
  traits[name] = value;
  hears[`change:${name}`]?.();
  await null;
};
const close = panel.render({ model, el });
"""


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("page/words.js", "panel/languages.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((FOLDER / name).read_text("utf-8"), encoding="utf-8")
    (tmp_path / "panel.js").write_text(PANEL, encoding="utf-8")
    monkeypatch.setattr(modules, "FOLDER", tmp_path)
    return spoken("panel.js", WORDS)


def test_a_view_is_drawn_anew_when_the_language_changes(
    in_node: Callable[..., object], made
) -> None:
    script = HOST + 'await set("language", "zh"); await set("language", "xx"); close();'
    script += 'await set("language", "zh"); console.log(JSON.stringify(el.shown));'
    english = "Stop 1 of 2 New {a}"
    chinese = "停止 2 中的 1 New {a}"
    shown = [english, "closed", chinese, "closed", english, "closed"]
    assert in_node(script, made=made) == shown


def test_a_view_at_work_is_left_alone_until_that_is_done(in_node, made) -> None:
    script = HOST + 'el.busy = true; await set("language", "zh"); const then = [...el.shown];'
    script += 'el.busy = false; await set("phase", "ready");'
    script += "console.log(JSON.stringify([then.length, el.shown.length]));"
    assert in_node(script, made=made) == [1, 3]


def test_a_module_has_the_words_that_its_files_use_and_no_other(made) -> None:
    assert "停止" in made
    assert "别处" not in made


def test_a_panel_follows_the_kernel_until_it_is_closed(sent) -> None:
    panel = ChatPanel()
    assert panel.language == "en"
    settings.session["language"] = "zh"
    changed()
    assert panel.language == "zh"
    assert ChatPanel().language == "zh"
    panel.close()
    settings.session["language"] = "en"
    changed()
    assert panel.language == "zh"
