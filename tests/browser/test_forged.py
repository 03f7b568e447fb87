"""What a saved notebook or a script of the page says to a panel, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from sophnet_jupyter.widgets.panel.modules import FOLDER

pytestmark = pytest.mark.browser

ATTACK = "</style><img src=//evil.example/x onerror='top.pwned=1'><script>top.pwned=2</script>"
# Out of a rule, and over the page.
SHEET = "a) {} body { display: none !important } :is(a"
PANELS = sorted(
    path.relative_to(FOLDER).with_suffix("").as_posix()
    for path in FOLDER.rglob("*.js")
    if "export default { render }" in path.read_text("utf-8")
)
# What traits are called in any panel; each is given to all.
TRAITS = (
    *("phase", "progress", "title", "label", "service", "model", "words", "finished", "sandbox"),
    *("format", "sound_format", "sample_rate", "channels", "mode", "voice", "system", "silence"),
    *("chat_model", "sourced", "editable", "clean", "half_duplex"),
)


@pytest.mark.parametrize("name", PANELS)
def test_a_state_that_a_notebook_has_kept_does_nothing_in_the_page(
    name: str, show_panel: Callable[..., Page], page: Page
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    # A number that is none may end the drawing.
    with suppress(Error):
        show_panel(name, key=SHEET, **dict.fromkeys(TRAITS, ATTACK))
    assert page.evaluate("() => getComputedStyle(document.body).display") == "block"
    assert page.evaluate("() => String(window.pwned)") == "undefined"
    assert page.locator("[onerror], body script").count() == 0
    assert not [url for url in asked if "evil" in url]


def test_what_is_paid_is_asked_for_by_a_hand_and_a_lot_is_asked_back(
    show_panel: Callable[..., Page],
) -> None:
    page = show_panel("chat/panel", key="abc", phase="ready", model="m")
    panel = page.locator(".sophnet-panel")
    page.evaluate("""() => {
        const box = document.querySelector("[aria-label='Your question']");
        box.value = "spend";
        box.dispatchEvent(new Event("input", { bubbles: true }));
        const enter = { key: "Enter", bubbles: true, cancelable: true };
        box.dispatchEvent(new KeyboardEvent("keydown", enter));
        document.querySelector(".sophnet-send").click();
        document.querySelector(".sophnet-composer").requestSubmit();
    }""")
    assert page.evaluate("() => host.sent('ask')") == []
    expect(panel.get_by_role("alert")).to_contain_text("nobody has pressed anything")
    expect(panel.get_by_role("textbox", name="Your question")).to_have_value("spend")
    panel.get_by_role("textbox", name="Your question").fill("What is 2*2?")
    panel.get_by_role("textbox", name="Your question").press("Enter")
    page.wait_for_function("() => host.sent('ask').length === 1")
    question: dict[str, Any] = {"kind": "confirm", "text": "Go on with this?", "word": "a-word"}
    page.evaluate(
        "question => host.tell({ ...question, to: host.sent('hello')[0].view })", question
    )
    asked = panel.get_by_role("alertdialog", name="Go on with this?")
    expect(asked.get_by_role("button", name="Leave it")).to_be_focused()
    page.evaluate("() => document.querySelector('.sophnet-asked button').click()")
    assert page.evaluate("() => host.sent('confirmed')") == []
    asked.get_by_role("button", name="Go on").click()
    page.wait_for_function("() => host.sent('confirmed').length === 1")
    assert page.evaluate("() => host.sent('confirmed')[0].word") == "a-word"
    expect(asked).to_be_hidden()
