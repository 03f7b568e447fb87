"""A Chromium whose microphone hears a file, and what all tests of speech look at."""

from __future__ import annotations

import contextlib
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from .conftest import FLAGS

HERE = Path(__file__)
RESTART = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
# For a page that keeps every track that there ever was.
MICROPHONE_CLOSED = """() => window.tracks.length > 0 &&
    window.tracks.every((track) => track.readyState === "ended")"""


@contextlib.contextmanager
def hearing(spoken: Path) -> Iterator[Browser]:
    """A browser that hears a WAV file, again and again."""
    chromium = runpy.run_path(str(HERE.with_name("chromium.py")))["find"]()
    flags = [*FLAGS, f"--use-file-for-fake-audio-capture={spoken}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


def complaints(console: Any) -> list[str]:
    """What went wrong in the page; that a busy machine is slow to begin is nothing."""
    bad = [each for each in console.lines if each.startswith(("uncaught", "error", "warning"))]
    return [each for each in bad if " to activate." not in each]


def restart_kernel(page: Page, panel: Locator) -> None:
    """Restart the kernel of a notebook; its panel says so, and lets the microphone go."""
    page.evaluate(RESTART)
    expect(panel.get_by_role("alert")).to_have_text(
        "The kernel was restarted: run this cell again."
    )
    expect(panel.locator(".sophnet-phase")).to_have_text("Stopped")
    page.wait_for_function(MICROPHONE_CLOSED, polling=100)
