"""
What the microphone leaves behind in a page after each fault: no track, no error, no listener.

The panel's own module in a bare page, in front of a stand-in for JupyterLab that can fail in every
way that JupyterLab can, and at once. `test_microphone` has the real one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FAULTS = {
    "the session failed": "host.become('failed')",
    "the session was stopped": "host.become('stopped')",
    "the session is over": "host.tell({ kind: 'halt' })",
    "the kernel is restarting": "host.status('restarting')",
    "the kernel restarted by itself": "host.status('autorestarting')",
    "the kernel died": "host.status('dead')",
    "the kernel was shut down": "host.kernel.dispose()",
    "nothing can be sent": "host.kernel.dead = true",
    "the kernel closed the line": "host.comms.at(-1).isDisposed = true",
    "the kernel is away for 31 s": "host.kernel.connectionStatus = 'connecting'; late = 31_000",
    "the device was unplugged": "tracks[0].dispatchEvent(new Event('ended'))",
    # Not by an event, which Playwright would believe.
    "the page goes": "[...listeners].find(([, kind]) => kind === 'pagehide')[0]()",
    "the panel was taken out": "host.leave()",
}


@pytest.fixture
def mic(show_panel: Callable[..., Page]) -> Page:
    """A page with one microphone."""
    traits = {"key": "it", "title": "Mic", "phase": "ready", "sourced": False, "clean": False}
    return show_panel("microphone/microphone", **traits)


def assert_nothing_is_left(page: Page, console: Any) -> None:
    page.wait_for_function("host.closed()", polling=100)
    frames = page.evaluate("host.frames().length")
    # As long as three frames are.
    page.wait_for_timeout(300)
    assert page.evaluate("host.frames().length") == frames
    page.evaluate("host.leave()")
    assert page.evaluate("host.left()") == 0
    assert not [line for line in console.lines if line.startswith(("error", "uncaught"))]


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_left_open_when(mic: Page, console: Any, fault: str) -> None:
    mic.get_by_role("button", name="Start").click()
    mic.wait_for_function("host.frames().length > 2", polling=100)
    assert mic.evaluate("tracks.map((track) => track.readyState)") == ["live"]
    mic.evaluate(FAULTS[fault])
    assert_nothing_is_left(mic, console)


@pytest.mark.parametrize(
    "fault", ["the session is over", "the kernel died", "the panel was taken out"]
)
def test_nothing_is_opened_by_a_permission_that_comes_too_late_since(
    mic: Page, console: Any, fault: str
) -> None:
    mic.evaluate("() => { window.allowed = new Promise((allow) => { window.allow = allow; }); }")
    mic.get_by_role("button", name="Start").click()
    mic.evaluate(FAULTS[fault])
    mic.evaluate("allow()")
    mic.wait_for_function("tracks.length > 0", polling=100)
    assert_nothing_is_left(mic, console)
    assert mic.evaluate("host.frames().length") <= 1


def test_one_can_start_again_after_a_fault_that_was_none_of_the_kernel(
    mic: Page, console: Any
) -> None:
    start = mic.get_by_role("button", name="Start")
    for fault in ("the session failed", "the session is over", "the device was unplugged"):
        sent = mic.evaluate("host.frames().length")
        start.click()
        mic.wait_for_function(f"host.frames().length > {sent + 2}", polling=100)
        mic.evaluate(FAULTS[fault].replace("tracks[0]", "tracks.at(-1)"))
        mic.wait_for_function("host.closed()", polling=100)
        expect(start).to_be_enabled()
    expect(mic.get_by_role("alert")).to_contain_text("was unplugged")
    assert_nothing_is_left(mic, console)


def test_another_take_is_not_halted_with_one_that_nobody_hears(mic: Page, console: Any) -> None:
    mic.get_by_role("button", name="Start").click()
    mic.wait_for_function("host.frames().length > 0", polling=100)
    number = mic.evaluate("host.frames()[0].take")
    mic.evaluate(f"host.tell({{ kind: 'halt', take: {number + 1} }})")
    mic.wait_for_function("host.frames().length > 3", polling=100)
    mic.evaluate(f"host.tell({{ kind: 'halt', take: {number} }})")
    assert_nothing_is_left(mic, console)
