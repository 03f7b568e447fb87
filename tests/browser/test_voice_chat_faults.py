"""
What a voice chat leaves behind in a page when it ends, in each of its states.

In a bare page with a stand-in for JupyterLab, which can end everything at once; the last test has
the real one. `test_voice_chat` has conversations.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .hearing import restart_kernel

pytestmark = pytest.mark.browser

# Deaf while it is answered: Chromium's microphone beeps, and would break the answer off.
TRAITS: dict[str, Any] = {
    "key": "it",
    "title": "Talk",
    "phase": "ready",
    "sandbox": True,
    "sourced": False,
    "clean": False,
    "mode": "hands-free",
    "half_duplex": True,
    "silence": 0.7,
    "chat_model": "",
    "voice": "",
    "system": "",
    "sound_format": "pcm",
}
# What the kernel says on the way to each state.
ASKED = """() => {
    const said = { answer: "It is", ending: "", error: "", figures: "", has_sound: false };
    host.tell({ kind: "turn", index: 0, question: "What is it?", ...said });
    host.become("thinking");
}"""
# Half a minute of a tone.
SOUND = """() => {
    const wave = Int16Array.from({ length: 30 * 24_000 }, (_, at) => 9000 * Math.sin(at / 9));
    host.tell({ kind: "sound", exchange: "0", at: 0 }, [new DataView(wave.buffer)]);
}"""
SPEAKING = "host.become('speaking')"
WAYS = {
    "connecting": ["host.become('connecting')"],
    "listening": ["host.become('listening')"],
    "thinking": [ASKED],
    "speaking": [ASKED, SOUND, SPEAKING],
    "interrupted": [ASKED, SOUND, SPEAKING],
    "reconnecting": ["host.become('listening')", "host.become('reconnecting')"],
}


def enter(page: Page, state: str) -> None:
    """Begin to talk, and get into this state."""
    page.get_by_role("button", name="Start").click()
    page.wait_for_function("host.frames().length > 0", polling=100)
    for step in WAYS[state]:
        page.evaluate(step)
    if state in ("speaking", "interrupted"):
        page.wait_for_function("sounds()", polling=100)
    if state == "interrupted":
        page.get_by_role("button", name="Interrupt").click()
        page.wait_for_function("host.sent('interrupt').length > 0", polling=100)
        page.evaluate("host.become('interrupted')")
        page.wait_for_function("!sounds()", polling=100)
    expect(page.locator(".sophnet-phase")).to_have_text(state.capitalize())
    assert page.evaluate("tracks.at(-1).readyState") == "live"


def assert_it_is_over(page: Page, console: Any) -> None:
    page.wait_for_function("host.closed() && !sounds()", polling=100)
    page.evaluate("host.leave()")
    page.wait_for_function("host.comms.every((comm) => comm.isDisposed)", polling=100)
    assert page.evaluate("host.left()") == 0
    assert not [line for line in console.lines if line.startswith(("error", "uncaught"))]


@pytest.mark.parametrize("state", WAYS)
def test_nothing_goes_on_after_an_end_of_any_kind_and_words_say_what_to_do(
    show_panel: Callable[..., Page], console: Any, state: str
) -> None:
    page = show_panel("voicechat/panel", **TRAITS)
    phase, alert = page.locator(".sophnet-phase"), page.get_by_role("alert")
    start = page.get_by_role("button", name="Start")

    def again() -> None:
        assert_it_is_over(page, console)
        page.evaluate("traits => show('/voicechat/panel.js', traits)", TRAITS)

    # The kernel is restarted.
    enter(page, state)
    page.evaluate("host.status('restarting')")
    expect(alert).to_have_text("The kernel was restarted: run this cell again.")
    expect(phase).to_have_text("Stopped")
    expect(page.get_by_role("button", name=re.compile("Start|Stop|Interrupt"))).to_have_count(0)
    if state in ("thinking", "speaking", "interrupted"):
        expect(page.locator(".sophnet-turns > ol > li")).to_contain_text("What is it?")
        expect(page.locator(".sophnet-turns > ol > li")).to_contain_text("It is")
    again()
    # The service refuses to go on.
    enter(page, state)
    page.evaluate("host.tell({ kind: 'error', text: 'No engine: pip install it.' })")
    page.evaluate("host.become('failed')")
    expect(alert).to_have_text("No engine: pip install it.")
    expect(phase).to_have_text("Failed")
    page.wait_for_function("host.closed()", polling=100)
    # What was on its way is not heard any more.
    opened = page.evaluate("contexts.length")
    page.evaluate(SOUND)
    assert page.evaluate("contexts.length") == opened
    # One can begin again, and then the alert is gone.
    expect(start).to_be_enabled()
    start.click()
    page.wait_for_function("tracks.at(-1).readyState === 'live'", polling=100)
    expect(alert).to_be_hidden()
    page.evaluate("host.become('stopped')")
    again()
    # The page goes, as far as anybody can tell: a subshell must not stay in the kernel.
    enter(page, state)
    # Not by an event, which Playwright would believe.
    page.evaluate("[...listeners].find(([, kind]) => kind === 'pagehide')[0]()")
    sound = "host.comms.filter(({ target }) => target === 'sophnet.audio')"
    assert page.evaluate(f"{sound}.every((comm) => comm.isDisposed)")
    page.evaluate("host.become('ready')")
    expect(phase).to_have_text("Ready")
    again()
    # The panel is taken out of the page.
    enter(page, state)
    page.evaluate("host.leave()")
    assert_it_is_over(page, console)


@pytest.mark.parametrize("mode", ["hands-free", "push-to-talk"])
def test_a_page_that_is_deaf_says_that_it_is_there_and_notices_that_nobody_hears_it(
    show_panel: Callable[..., Page], console: Any, mode: str
) -> None:
    page = show_panel("voicechat/panel", **{**TRAITS, "mode": mode})
    page.get_by_role("button", name="Start").click()
    page.wait_for_function("host.sent('begin').length > 0", polling=100)
    page.evaluate(ASKED)
    for _ in range(2):
        told = page.evaluate("host.frames().length")
        page.evaluate("late += 4000")
        page.wait_for_function(f"host.frames().length > {told}", polling=100)
    page.evaluate("host.kernel.dead = true; late += 4000")
    page.wait_for_function("host.closed()", polling=100)
    assert_it_is_over(page, console)


SLOW = """import os
os.environ["SOPHNET_SANDBOX_URL"] = "{url}"
from sophnet_jupyter import VoiceChat
talk = VoiceChat(mode="push-to-talk", clean=False)
talk"""
# A microphone that hears one number after the other, 100 ms each, as the sandbox's script
# understands them. Keeps every track that there ever was.
NUMBERS = """(() => {
    window.tracks = [];
    navigator.mediaDevices.getUserMedia = async () => {
        const context = new AudioContext({ sampleRate: 16_000 });
        const buffer = new AudioBuffer({ length: 16_000, sampleRate: 16_000 });
        buffer.copyToChannel(
            Float32Array.from({ length: 16_000 }, (_, at) => (1 + Math.floor(at / 1600)) / 100), 0,
        );
        const source = new AudioBufferSourceNode(context, { buffer, loop: true });
        const target = new MediaStreamAudioDestinationNode(context);
        source.connect(target);
        source.start();
        window.tracks.push(...target.stream.getTracks());
        return target.stream;
    };
})()"""


# As a page that crashes, or whose last words are lost on their way.
SPEECHLESS = "addEventListener('pagehide', event => event.stopImmediatePropagation())"


def test_a_reload_without_a_word_and_a_restart_while_it_thinks_keep_the_words_and_nothing_else(
    lab: Any,
    page: Page,
    open_notebook: Callable[[str], Any],
    start_sandbox: Callable[..., Any],
    console: Any,
) -> None:
    page.add_init_script(NUMBERS)
    page.add_init_script(SPEECHLESS)
    # It thinks longer than anybody waits.
    options = ("--quirk", "scripted_speech", "--fault", "slow_voice=600")
    with start_sandbox(*options) as sandbox:
        lab.write(
            "thinking.ipynb",
            SLOW.format(url=sandbox.root),
            "print([(turn.ending, bool(turn.question)) for turn in talk.turns], talk.phase)",
        )
        notebook = open_notebook("thinking.ipynb")
        notebook.run_cell(0)
        view = notebook.output_of(0).locator(".sophnet-voice-chat")
        phase, turns = view.locator(".sophnet-phase"), view.locator(".sophnet-turns > ol > li")
        hold = view.locator(".sophnet-hold")

        def ask() -> None:
            """Start, and hold the button until something was understood."""
            view.get_by_role("button", name="Start").click()
            expect(phase).to_have_text("Listening", timeout=30_000)
            hold.focus()
            page.keyboard.down("Space")
            understood = view.locator(".sophnet-partial")
            # Long enough to be no slip.
            expect(understood).to_contain_text(re.compile(r"(\d+ ){5}"), timeout=30_000)
            page.keyboard.up("Space")
            expect(phase).to_have_text("Thinking", timeout=30_000)
            answer = turns.last.locator(".sophnet-it .sophnet-words")
            expect(answer).to_contain_text("I heard", timeout=30_000)

        ask()
        notebook.save()
        page.reload()
        expect(phase).to_have_text("Ready", timeout=60_000)
        notebook.wait_idle()
        expect(turns).to_have_count(1)
        expect(turns).to_contain_text("I heard")
        expect(turns).to_contain_text("not whole")
        ask()
        notebook.run_cell(1)
        expect(notebook.output_of(1)).to_contain_text(
            "[('incomplete', True), (None, True)] thinking"
        )
        restart_kernel(page, view)
        expect(turns).to_have_count(2)
        notebook.wait_idle()
    assert not [line for line in console.lines if line.startswith("uncaught")], console.lines
