"""The frame that all panels have: head, badge, states, height; alone and inside other widgets."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

# Those that ask a service, as a cell makes them.
ASKING = (
    "ChatPanel()",
    "Compare()",
    "ImageStudio()",
    "VideoStudio()",
    "VoiceStudio()",
    "Microphone()",
    "VoiceChat()",
    "RecordingPanel()",
    "DocumentViewer()",
    "ExcelAnalyst()",
    "DifyApp()",
    'KnowledgePanel("handbook")',
)
NOBODY = 'KnowledgePanel("handbook", client=Client("k", "http://127.0.0.1:9/api/open-apis"))'
SHOWN = (*ASKING, "HistoryPanel()", "AudioPlayer()", NOBODY)
LOAD = "%load_ext sophnet_jupyter\nfrom sophnet_jupyter import *"
STAGE = ("%sophnet stage", "%sophnet stage off")
INSIDE = """from ipywidgets import Tab, VBox, interact
def made(model=["GLM-5", "DeepSeek-V3.2"]):
    return ChatPanel(model=model, height=240)
interact(made)
display(VBox([ChatPanel(height=260), VoiceChat()]), Tab([ExcelAnalyst(), Compare()]))"""
# What can be done with all of it stands at the right end, also where it has a line of its own.
AT_THE_END = """root => {
    const acts = root.querySelector(":scope > header > .sophnet-head-acts");
    const shown = [...(acts?.children ?? [])].filter((each) => each.checkVisibility());
    const right = Math.max(...shown.map((each) => each.getBoundingClientRect().right));
    return !shown.length || acts.parentElement.getBoundingClientRect().right - right < 24;
}"""
WIDER = "root => root.scrollWidth > root.clientWidth"
AXE = Path(__file__).parents[1] / "types" / "node_modules" / "axe-core" / "axe.min.js"
# What keeps somebody from reading or using a panel, by the rules of axe-core.
BARRIERS = """async panel => {
    const { violations, passes } = await axe.run(panel);
    if (passes.length < 5) return ["axe-core has looked at nothing"];
    return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) =>
            `${html.slice(0, 120)} ${any.map(({ message }) => message)}`).join(" | ")}`);
}"""
# How far things have moved that nobody has touched, as browsers count it.
SHIFTS = """() => {
    window.shifted = 0;
    new PerformanceObserver((list) => {
        for (const { hadRecentInput, value } of list.getEntries())
            if (!hadRecentInput) window.shifted += value;
    }).observe({ type: "layout-shift" });
}"""
SIZE = "node => getComputedStyle(node).fontSize"
# What Tab stops at in a panel, in its order; of radio buttons one is enough.
STOPS = """panel => {
    // The walk before this one may have ended here.
    document.activeElement.blur();
    window.stops = [...panel.querySelectorAll(
        "button, input, select, textarea, a[href], summary, audio[controls], [tabindex]"
    )].filter((node) => node.tabIndex >= 0 && !node.disabled && node.checkVisibility({
        checkVisibilityCSS: true }) && !(node.type === "radio" && !node.checked));
    window.looks = stops.map(look);
    stops[0].focus({ focusVisible: true });
    return stops.length;
    function look(node) {
        const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(node);
        return [outline, boxShadow, borderColor, backgroundColor].join();
    }
}"""
NAMED = "at => `${stops[at].tagName} ${stops[at].ariaLabel ?? stops[at].textContent.slice(0, 40)}`"
# Which of them has the focus, and whether one sees that.
STANDS = """() => {
    const at = stops.indexOf(document.activeElement);
    if (at < 0) return [at, true];
    const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(stops[at]);
    return [at, [outline, boxShadow, borderColor, backgroundColor].join() !== looks[at]];
}"""
# As `%sophnet language zh` does it, and not for later kernels, which other tests have.
CHINESE = """from sophnet_jupyter.language import changed
from sophnet_jupyter.settings import session
session["language"] = "zh"
changed()"""
# What stands in a panel, may be read aloud, or stands where the mouse rests.
# What an app's author has written is in one language.
APP = ".sophnet-dify :is(.sophnet-name, .sophnet-about, .sophnet-opening, .sophnet-questions)"
APP += ", .sophnet-asker, .sophnet-print"
SAID = """root => {
    const said = [];
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walk.currentNode; node; node = walk.nextNode()) {
        const own = node instanceof Text ? node.parentElement : node;
        if (own.closest("style, [data-state=failed], APP"))
            continue;
        if (node instanceof Text) said.push(node.data);
        else
            for (const name of ["title", "placeholder", "aria-label", "alt"])
                if (node.getAttribute(name)) said.push(node.getAttribute(name));
    }
    return said;
}""".replace("APP", APP)
# The same in Chinese: names, keys, kinds of files; of the service, of the browser, of the app.
NAMES = re.compile(
    r"\b(?:SophNet|TeleAI|Dify|Markdown|DataFrame|Excel|Word|Enter|Shift|Ctrl|Escape|uuid|wav|GB|MB"
    r"|Sandbox writer"
    r"|handbook|custom|schema|MP3|WAV|long\w+|loong\w+|Fake (?:Default )?Audio Input)\b"
    r"|https?://|\.\w+|\S*\d\S*"
)


def english(panel: Locator) -> list[str]:
    """What a panel says with an English word in it."""
    said = panel.evaluate(SAID)
    return [each for each in said if re.search(r"[A-Za-z]{2,}", NAMES.sub("", each))]


def height(panel: Locator) -> float:
    box = panel.bounding_box()
    assert box
    return box["height"]


def walked(panel: Locator, page: Page) -> list[str]:
    """What Tab passes over in a panel, or stops at without showing it."""
    count = panel.evaluate(STOPS)
    # What the keyboard has brought shows its focus.
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    seen: list[int] = []
    wrong: list[str] = []
    # The browser's own player has several stops.
    for _ in range(count + 20):
        at, shown = page.evaluate(STANDS)
        if at < 0:
            break
        if not shown:
            wrong.append(f"no focus is seen at {page.evaluate(NAMED, at)}")
        seen += [at] if at not in seen else []
        page.keyboard.press("Tab")
    if seen != list(range(count)):
        left = [page.evaluate(NAMED, at) for at in range(count) if at not in seen]
        wrong.append(f"Tab goes {seen}, and never to {left}")
    return wrong


def test_all_panels_have_one_frame_in_both_themes_wide_and_narrow(
    lab: Any, open_notebook: Callable[[str], Any], page: Page
) -> None:
    later = [*STAGE, "%sophnet doctor", CHINESE]
    lab.write("frames.ipynb", LOAD, *SHOWN, *later)
    notebook = open_notebook("frames.ipynb")
    notebook.command("application:toggle-left-area")
    for number in range(len(SHOWN) + 1):
        notebook.run_cell(number)
    panels = {
        made: notebook.output_of(number).locator(".sophnet-panel")
        for number, made in enumerate(SHOWN, start=1)
    }
    for made in ASKING:
        # Before anything was asked, and so answered.
        expect(panels[made].locator("header .sophnet-badge")).to_have_text("sandbox")
    # Nothing yet, and nothing to be had, are two things.
    expect(panels['KnowledgePanel("handbook")']).to_contain_text("No files yet")
    expect(panels[NOBODY].locator(".sophnet-state").first).to_contain_text("nothing answers there")
    expect(panels[NOBODY].get_by_role("button", name="Try again").first).to_be_visible()
    expect(panels[NOBODY]).not_to_contain_text("No files yet")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for theme in ("Light", "Dark"):
        notebook.set_theme(f"JupyterLab {theme}")
        # The new theme is there once the old one has gone.
        barriers = {made: panel.evaluate(BARRIERS) for made, panel in panels.items()}
        assert not {made: found for made, found in barriers.items() if found}, theme
        for width in (1280, 600):
            page.set_viewport_size({"width": width, "height": 900})
            for made, panel in panels.items():
                assert not panel.evaluate(WIDER), (made, width)
                assert panel.evaluate(AT_THE_END), (made, width)
                name = f"{made.partition('(')[0]}{'-failed' * (made == NOBODY)}"
                notebook.screenshot(f"frame-{name}-{theme}-{width}", of=panel)
    # By the keyboard alone one gets everywhere, in the order in which it stands there.
    walks = {made: walked(panel, page) for made, panel in panels.items()}
    assert not {made: wrong for made, wrong in walks.items() if wrong}
    # Type is as large as that of the notebook.
    page.evaluate("document.body.style.setProperty('--jp-content-font-size1', '24px')")
    for made, panel in panels.items():
        assert panel.evaluate(SIZE) == "24px", made
        assert panel.get_by_role("button").first.evaluate(SIZE) == "24px", made
    page.evaluate("document.body.style.removeProperty('--jp-content-font-size1')")
    chat = panels["ChatPanel()"]
    usual = float(chat.evaluate(SIZE).removesuffix("px"))
    hint = panels["VoiceChat()"].locator(".sophnet-state")
    on, off, doctor = range(len(SHOWN) + 1, len(SHOWN) + 4)
    notebook.run_cell(on)
    expect(notebook.output_of(on)).to_contain_text("On stage")
    for panel in panels.values():
        larger = float(panel.evaluate(SIZE).removesuffix("px"))
        assert larger == pytest.approx(usual * 4 / 3, abs=0.1)
    expect(hint).to_be_hidden()
    notebook.run_cell(off)
    assert float(chat.evaluate(SIZE).removesuffix("px")) == usual
    expect(hint).to_be_visible()
    notebook.run_cell(doctor)
    expect(notebook.output_of(doctor)).to_contain_text("draws panels; the microphone is allowed")
    notebook.run_cell(doctor + 1)
    # Drawn anew, and no screen is half translated.
    for made, panel in panels.items():
        expect(panel.get_by_role("button", name=re.compile(r"[一-龥]")).first).to_be_attached()
        assert english(panel) == [], made
    own, grip = height(chat), chat.get_by_role("separator", name="面板的高度")
    grip.press("ArrowDown")
    assert height(chat) == pytest.approx(own + 24, abs=1)
    grip.press("Home")
    assert height(chat) == pytest.approx(own, abs=1)
    grip.hover()
    page.mouse.down()
    page.mouse.move(300, 200)
    page.mouse.up()
    assert height(chat) != pytest.approx(own, abs=20)


def test_panels_stand_inside_other_widgets_and_answer_there(
    lab: Any, open_notebook: Callable[[str], Any], page: Page
) -> None:
    lab.write("inside.ipynb", "from sophnet_jupyter import *", INSIDE)
    notebook = open_notebook("inside.ipynb")
    notebook.run_all()
    page.evaluate(SHIFTS)
    output = notebook.output_of(1)
    chats = output.locator(".sophnet-chat")
    expect(chats).to_have_count(2)
    assert [height(each) for each in chats.all()] == pytest.approx([240, 260], abs=2)
    for chat in chats.all():
        chat.get_by_label("Your question").fill("What is 6*7?")
        chat.get_by_label("Your question").press("Enter")
        expect(chat.locator(".sophnet-answer")).to_contain_text("42")
    chats.nth(1).get_by_label("Your question").fill("Count to 60")
    chats.nth(1).get_by_label("Your question").press("Enter")
    expect(chats.nth(1).locator(".sophnet-answer").nth(1)).to_contain_text("59, 60")
    # The line where one writes stays where it is while answers come.
    assert page.evaluate("shifted") < 0.1
    output.get_by_role("combobox", name="model").select_option("DeepSeek-V3.2")
    expect(chats.first.locator(".sophnet-name")).to_have_text("DeepSeek-V3.2")
    expect(output.locator(".sophnet-excel")).to_be_visible()
    notebook.screenshot("frame-inside")
