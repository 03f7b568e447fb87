"""
What the microphone leaves behind in a page after each fault: no track, no error, no listener.

The panel's own module in a bare page, in front of a stand-in for JupyterLab that can fail in every
way that JupyterLab can, and at once. `test_microphone` has the real one.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from sophnet_jupyter.widgets.modules import inlined, style

pytestmark = pytest.mark.browser

# Keeps every track and context that there ever was, and the listeners that there are.
WATCH = """(() => {
    window.tracks = [];
    window.contexts = [];
    window.listeners = new Map();
    window.late = 0;
    const now = performance.now.bind(performance);
    performance.now = () => now() + window.late;
    const media = navigator.mediaDevices;
    const watch = (target, kinds) => {
        const { addEventListener: add, removeEventListener: remove } = target;
        target.addEventListener = function (kind, hear, ...rest) {
            if (kinds.includes(kind)) window.listeners.set(hear, kind);
            add.call(this, kind, hear, ...rest);
        };
        target.removeEventListener = function (kind, hear, ...rest) {
            window.listeners.delete(hear);
            remove.call(this, kind, hear, ...rest);
        };
    };
    watch(media, ["devicechange"]);
    watch(window, ["pagehide"]);
    const ask = media.getUserMedia.bind(media);
    window.allowed = Promise.resolve();
    media.getUserMedia = async (wishes) => {
        await window.allowed;
        const stream = await ask(wishes);
        window.tracks.push(...stream.getTracks());
        return stream;
    };
    window.AudioContext = class extends AudioContext {
        constructor(options) {
            super(options);
            window.contexts.push(this);
        }
    };
})()"""
# A widget's model and its kernel, as JupyterLab and anywidget give them to a view.
HOST = """async () => {
    const hearers = [];
    const following = new Set();
    const comms = [];
    const kernel = {
        info: Promise.resolve(), supportsSubshells: true,
        connectionStatus: "connected", isDisposed: false, dead: false,
        dispose() {
            for (const each of [kernel, ...comms]) each.isDisposed = true;
        },
        statusChanged: {
            connect: (hear) => following.add(hear),
            disconnect: (hear) => following.delete(hear),
        },
        createComm(target) {
            const comm = {
                target, sent: [], isDisposed: false, subshellId: "its own",
                commsOverSubshells: "perCommTarget", subshellStarted: Promise.resolve(),
                open() {},
                send(data) {
                    if (kernel.dead) throw new Error("Cannot send");
                    comm.sent.push(data);
                },
                close() { comm.isDisposed = true; },
                dispose() { comm.isDisposed = true; },
            };
            comms.push(comm);
            return comm;
        },
    };
    const traits = { key: "it", title: "Mic", phase: "ready", sourced: false, clean: false };
    const spread = (name, ...facts) => {
        for (const [kind, hear] of [...hearers]) if (kind === name) hear(...facts);
    };
    const model = {
        get: (name) => traits[name],
        on: (name, hear) => hearers.push([name, hear]),
        off(name, hear) {
            const at = hearers.findIndex((each) => each[0] === name && each[1] === hear);
            if (at >= 0) hearers.splice(at, 1);
        },
        widget_manager: { kernel },
    };
    const { default: widget } = await import("/microphone.js");
    const leave = widget.render({ model, el: document.body });
    window.host = {
        kernel, comms, hearers, following, leave,
        tell: (event) => spread("msg:custom", event),
        become(phase) {
            traits.phase = phase;
            spread("change:phase");
        },
        status(word) {
            for (const hear of [...following]) hear(kernel, word);
        },
        frames: () => comms.flatMap(({ sent }) => sent.filter(({ kind }) => kind === "frame")),
    };
}"""
ALL_CLOSED = """() => window.tracks.every((track) => track.readyState === "ended") &&
    window.contexts.every((context) => context.state === "closed") &&
    host.comms.every((comm) => comm.isDisposed || comm.target !== "sophnet.audio")"""
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
def mic(page: Page) -> Page:
    """A page with one panel. Localhost is secure, so that it may have a microphone."""

    def serve(route: Route) -> None:
        if route.request.url.endswith(".js"):
            route.fulfill(body=inlined("microphone.js"), content_type="text/javascript")
        else:
            css = style("microphone.css")
            route.fulfill(body=f"<!doctype html><style>{css}</style>", content_type="text/html")

    page.add_init_script(WATCH)
    page.route("http://localhost/**", serve)
    page.goto("http://localhost/")
    page.evaluate(HOST)
    return page


def assert_nothing_is_left(page: Page, console: Any) -> None:
    page.wait_for_function(ALL_CLOSED, polling=100)
    frames = page.evaluate("host.frames().length")
    # As long as three frames are.
    page.wait_for_timeout(300)
    assert page.evaluate("host.frames().length") == frames
    page.evaluate("host.leave()")
    left = (
        "[listeners.size, host.hearers.length, host.following.size, document.body.children.length]"
    )
    assert page.evaluate(left) == [0, 0, 0, 0]
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
        mic.wait_for_function(ALL_CLOSED, polling=100)
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
