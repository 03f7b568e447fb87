"""JupyterLab's extension: what it weighs, what it costs a start, a key and a click."""

from __future__ import annotations

import gzip
import statistics
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..lab import Lab, lab, served
from ..result import OURS, Goal, Missing, Result
from ..rounds import skip

BUNDLE = Path(__file__).parents[2] / "labextension" / "prebuilt" / "static"
MARKDOWN = "JupyterLab's Markdown cell"
WITHOUT = "JupyterLab without it"
# Some 130 kB.
LINES = 2000
LINE = "It is a **sentence** of some words, with {values} and `code`, isn't it?"
# Milliseconds for what the page draws until a click counts as lost.
PATIENCE = 30_000
# Times each plugin from within the page, before it is loaded.
TIMED = """(() => {
    window.activated = [];
    const timed = (plugin) => {
        const { activate } = plugin;
        plugin.activate = (...given) => {
            const begin = performance.now();
            const made = activate(...given);
            window.activated.push(performance.now() - begin);
            return made;
        };
    };
    window._JUPYTERLAB = new Proxy({}, {
        set(known, name, container) {
            known[name] = name !== "sophnet-jupyter" ? container : {
                init: (scope) => container.init(scope),
                get: async (module) => {
                    const make = await container.get(module);
                    return () => {
                        const made = make();
                        if (Array.isArray(made.default)) made.default.forEach(timed);
                        return made;
                    };
                },
            };
            return true;
        },
    });
})()"""
# Inserts letters in the middle of two cells by turns, and says how long each took.
KEYS = """async ([indexes, rounds]) => {
    const cells = indexes.map(index => jupyterapp.shell.currentWidget.content.widgets[index]);
    const views = cells.map(cell => cell.editor.editor);
    const taken = indexes.map(() => []);
    for (let round = -5; round < rounds; round++) {
        for (const [number, view] of views.entries()) {
            const from = view.state.doc.line(Math.floor(view.state.doc.lines / 2)).from;
            const begin = performance.now();
            view.dispatch({ changes: { from, insert: "a" } });
            if (round >= 0) taken[number].push(performance.now() - begin);
            await new Promise(done => setTimeout(done, 20));
        }
    }
    return taken;
}"""
# Clicks Stop, and says how long the answer took to be marked, and the kernel to be idle.
STOP = """() => new Promise((done, fail) => {
    const { content, sessionContext } = jupyterapp.shell.currentWidget;
    const { node } = content.widgets[1];
    const begin = performance.now();
    node.querySelector(".jp-sophnet-stop").click();
    const look = () => {
        const stopped = node.querySelector(".jp-sophnet-mark[data-state=stopped]");
        const drawn = /■ stopped/.test(node.textContent);
        if (stopped && drawn && sessionContext.session.kernel.status === "idle")
            done(performance.now() - begin);
        else if (performance.now() - begin > 30000) fail(new Error("nothing was stopped"));
        else setTimeout(look, 2);
    };
    look();
})"""
# Notes when each of the partial words, which say when they were sent, was drawn.
WATCH = """() => {
    window.late = [];
    let last = "";
    new MutationObserver(() => {
        const words = document.querySelector(".jp-sophnet-partial")?.textContent ?? "";
        const sent = /(\\d{13})/.exec(words)?.[1];
        if (sent && sent !== last) window.late.push(Date.now() - Number(sent));
        last = sent ?? last;
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
DICTATE = "[data-command='sophnet:dictate']"
SPEAK = """
import time
from sophnet_jupyter.lab.messages import Heard
from sophnet_jupyter.lab.target import _pages
(page,) = [one for one in _pages if one._dictation._recognition]
for _ in range({count}):
    page.tell(Heard(page._dictation._recognition.take.number, False, f"{{time.time() * 1000:.0f}}"))
    time.sleep(0.05)
"""


def measure(*, full: bool) -> Iterator[Result]:
    yield Result(
        measure="extension: bundle, gzipped",
        unit="kB",
        samples={OURS: [sum(len(gzip.compress(p.read_bytes())) for p in _scripts()) / 1000]},
        goal=Goal(most=40),
    )
    try:
        with lab("%load_ext sophnet_jupyter", script=TIMED, **_quiet()) as running:
            yield from _page(running)
            yield _keys(running, full=full)
            yield _stop(running, full=full)
            yield from _partial_words(running, full=full)
        yield _start(full=full)
    except Missing as reason:
        skip("extension", reason)


def _scripts() -> list[Path]:
    return sorted(BUNDLE.glob("*.js"))


def _quiet() -> dict[str, str]:
    return {"SOPHNET_NO_SANDBOX": "", "SOPHNET_HISTORY": "0"}


def _page(running: Lab) -> Iterator[Result]:
    asked = running.page.evaluate(
        "performance.getEntriesByType('resource').map(each => each.name)"
        ".filter(name => name.includes('/sophnet-jupyter/') && name.includes('.js')).length"
    )
    yield Result(measure="extension: requests", unit="", samples={OURS: [asked]}, goal=Goal(most=6))
    activated = running.page.evaluate("window.activated")
    yield Result(
        measure="extension: all plugins activated",
        unit="ms",
        samples={OURS: [sum(activated) if activated else float("inf")]},
        goal=Goal(most=5),
    )


def _keys(running: Lab, *, full: bool) -> Result:
    text = "\n".join([LINE] * LINES)
    _cell(running, f"%%sophchat -t 0.2\n{text}", "code")
    _cell(running, text, "markdown")
    running.page.wait_for_timeout(3000)
    rounds = 200 if full else 60
    ours, theirs = running.page.evaluate(KEYS, [[1, 2], rounds])
    running.page.evaluate("jupyterapp.commands.execute('notebook:delete-cell')")
    _source(running, 1, "%%sophchat\ncount to 2000")
    return Result(
        measure=f"extension: a key in a prompt of {LINES:,} lines",
        unit="ms",
        samples={OURS: ours, MARKDOWN: theirs},
        # One and a half times as much at most.
        goal=Goal(times_less=1 / 1.5, than=MARKDOWN),
    )


def _stop(running: Lab, *, full: bool) -> Result:
    page, taken = running.page, []
    for _ in range(10 if full else 4):
        page.evaluate(
            "(jupyterapp.shell.currentWidget.content.activeCellIndex = 1,"
            " void jupyterapp.commands.execute('notebook:run-cell'))"
        )
        page.locator(".jp-sophnet-stop").wait_for(timeout=PATIENCE)
        page.get_by_text("1, 2, 3").first.wait_for(timeout=PATIENCE)
        taken.append(page.evaluate(STOP))
    return Result(
        measure="extension: Stop to drawn and idle",
        unit="ms",
        samples={OURS: taken},
        goal=Goal(most=150),
    )


def _partial_words(running: Lab, *, full: bool) -> Iterator[Result]:
    page = running.page
    page.evaluate(WATCH)
    page.evaluate("void jupyterapp.commands.execute('sophnet:dictate')")
    page.locator(f"{DICTATE}[aria-pressed=true]").wait_for(timeout=PATIENCE)
    # Until the kernel has heard of it.
    page.wait_for_timeout(3000)
    running.run(SPEAK.format(count=200 if full else 60))
    late = page.evaluate("window.late")
    page.keyboard.press("Escape")
    page.locator(f"{DICTATE}[aria-pressed=false]").wait_for(timeout=PATIENCE)
    p95 = statistics.quantiles(late, n=20)[18] if len(late) > 20 else float("inf")
    yield Result(
        measure="extension: partial words, kernel to drawn, p95",
        unit="ms",
        samples={OURS: [p95]},
        goal=Goal(most=100),
    )


def _start(*, full: bool) -> Result:
    """From the address to the restored page, with it and without, by turns."""
    taken: dict[str, list[float]] = {OURS: [], WITHOUT: []}
    with (
        lab("", **_quiet()) as ours,
        TemporaryDirectory() as home,
        served(Path(home), "", _quiet(), disabled=True) as url,
    ):
        without = ours.page.context.browser.new_page()
        without.goto(url)
        for number in range(-1, 12 if full else 6):
            for name, page in ((OURS, ours.page), (WITHOUT, without)):
                found = _restored(page)
                if number >= 0:
                    taken[name].append(found)
    more = statistics.median(taken[OURS]) - statistics.median(taken[WITHOUT])
    return Result(
        measure="extension: a start of JupyterLab, more than without",
        unit="ms",
        samples={OURS: [more]},
        goal=Goal(most=50),
    )


def _restored(page: Any) -> float:
    page.reload()
    page.wait_for_function("window.jupyterapp?.restored", timeout=PATIENCE)
    found: float = page.evaluate("jupyterapp.restored.then(() => performance.now())")
    return found


def _cell(running: Lab, text: str, kind: str) -> None:
    running.page.evaluate(
        "async () => { const { commands } = jupyterapp;"
        " await commands.execute('notebook:insert-cell-below');"
        f" await commands.execute('notebook:change-cell-to-{kind}'); }}"
    )
    _source(running, -1, text)


def _source(running: Lab, index: int, text: str) -> None:
    running.page.evaluate(
        "([index, text]) => { const { content } = jupyterapp.shell.currentWidget;"
        " const cell = index < 0 ? content.activeCell : content.widgets[index];"
        " cell.model.sharedModel.setSource(text); }",
        [index, text],
    )
