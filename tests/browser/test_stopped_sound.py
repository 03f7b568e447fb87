"""Sound that stops without an event: it is said within three seconds, and goes on by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .test_voice_chat_faults import TRAITS, enter

pytestmark = pytest.mark.browser

CONTEXTS = """() => {
    window.contexts = [];
    window.AudioContext = class extends AudioContext {
        constructor(...given) { super(...given); contexts.push(this) }
        resume() { return window.asleep ? Promise.resolve() : super.resume() }
    };
    window.nodes = [];
    window.AudioWorkletNode = class extends AudioWorkletNode {
        constructor(...given) { super(...given); nodes.push(this) }
    };
}"""
FAULTS = {
    # The system refuses to go on for a while, as during a call.
    "suspended": ("asleep = true; contexts.at(-1).suspend()", "asleep = false", "paused"),
    # As browsers of telephones call it.
    "interrupted": (
        "asleep = true; const it = contexts.at(-1); it.suspend();"
        "Object.defineProperty(it, 'state', { value: 'interrupted', configurable: true })",
        "asleep = false; delete contexts.at(-1).state; contexts.at(-1).resume()",
        "paused",
    ),
    "without samples": (
        "window.heard = nodes.at(-1).port.onmessage; nodes.at(-1).port.onmessage = null; 0",
        "nodes.at(-1).port.onmessage = heard; 0",
        "No sound comes",
    ),
    "muted": (
        "Object.defineProperty(tracks[0], 'muted', { value: true, configurable: true })",
        "delete tracks[0].muted",
        "muted",
    ),
}


@pytest.fixture
def mic(show_panel: Callable[..., Page]) -> Page:
    traits = {"key": "it", "title": "Mic", "phase": "ready", "sourced": False, "clean": False}
    page = show_panel("microphone/microphone", **traits)
    page.evaluate(CONTEXTS)
    page.get_by_role("button", name="Start").click()
    page.wait_for_function("host.frames().length > 2", polling=100)
    return page


@pytest.mark.parametrize("fault", FAULTS)
def test_a_microphone_that_stops_says_so_and_goes_on(mic: Page, fault: str) -> None:
    stop, go_on, said = FAULTS[fault]
    mic.evaluate(stop)
    notice = mic.locator(".sophnet-notice")
    expect(notice).to_contain_text(said)
    mic.evaluate(go_on)
    expect(notice).to_be_hidden()
    before = mic.evaluate("host.frames().length")
    mic.wait_for_function("before => host.frames().length > before + 2", arg=before, polling=100)


def test_a_context_that_was_suspended_once_is_woken_at_once(mic: Page) -> None:
    mic.evaluate("contexts.at(-1).suspend()")
    mic.wait_for_function("contexts.at(-1).state === 'running'", polling=100)


def test_an_answer_that_a_call_has_silenced_is_heard_on(show_panel: Callable[..., Page]) -> None:
    page = show_panel("voicechat/panel", **TRAITS)
    page.evaluate(CONTEXTS)
    enter(page, "speaking")
    page.evaluate("Promise.all(contexts.map((each) => each.suspend()))")
    page.wait_for_function("contexts.every((each) => each.state === 'running')", polling=100)


def test_a_reader_that_failed_ends_the_take_with_a_sentence(mic: Page) -> None:
    mic.evaluate("nodes.at(-1).dispatchEvent(new Event('processorerror'))")
    expect(mic.get_by_role("alert")).to_contain_text("press Start again")
    mic.wait_for_function("tracks.every((track) => track.readyState === 'ended')", polling=100)


def test_a_context_that_was_closed_ends_the_take_with_a_sentence(mic: Page) -> None:
    mic.evaluate("contexts.at(-1).close()")
    expect(mic.get_by_role("alert")).to_contain_text("press Start again")
    mic.wait_for_function("tracks.every((track) => track.readyState === 'ended')", polling=100)
