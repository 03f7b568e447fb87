"""What JupyterLab's extension bears: a minute of dictation, many notebooks, a long history."""

from __future__ import annotations

import re
import wave
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory

from ..lab import Lab, lab
from ..result import OURS, Goal, Missing, Result
from ..rounds import skip
from .extension import DICTATE, PATIENCE

TURNS = 2000
SPOKEN = ("Seven hundred and twelve.", "Forty five.", "Three thousand and six.")
# A Chinese sign is one of its own: what is said behind a Chinese sentence goes in without a blank.
WORD = re.compile(r"[\u2e80-\u9fff]|[^\W\u2e80-\u9fff]+")
# Notes the final sentences as the kernel tells them, before a page has opened the line.
LOAD = """%load_ext sophnet_jupyter
from sophnet_jupyter.lab.messages import Heard, Seen
from sophnet_jupyter.lab.page import LabPage
from sophnet_jupyter.lab.target import _pages
told, tell = [], LabPage.tell
def noting(self, event):
    if isinstance(event, Heard) and event.final:
        told.append(event.text)
    tell(self, event)
LabPage.tell = noting"""
# What of the extension listens to the window or the document, and which microphones are open.
COUNT = """(() => {
    window.listening = 0;
    window.tracks = [];
    for (const target of [window, document]) {
        const { addEventListener, removeEventListener } = target;
        const known = new Set();
        target.addEventListener = (kind, hear, ...more) => {
            const isOurs = new Error().stack.includes("sophnet-jupyter");
            if (isOurs && !known.has(hear)) { known.add(hear); window.listening++; }
            return addEventListener.call(target, kind, hear, ...more);
        };
        target.removeEventListener = (kind, hear, ...more) => {
            if (known.delete(hear)) window.listening--;
            return removeEventListener.call(target, kind, hear, ...more);
        };
    }
    const media = navigator.mediaDevices;
    const ask = media?.getUserMedia.bind(media);
    if (ask) media.getUserMedia = async (wishes) => {
        const stream = await ask(wishes);
        window.tracks.push(...stream.getTracks());
        return stream;
    };
})()"""
OPEN = "window.tracks.filter(track => track.readyState === 'live').length"
SOURCE = "jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.source"
# Comms and subshells of ours beside those of the notebook that is open.
LEFT = """(lambda comms, shells: (
    len([one for one in comms.values() if "sophnet" in one.target_name]) - 2,
    len(shells.list_subshell()) - 1,
))(__import__("comm").get_comm_manager().comms,
   __import__("ipykernel.kernelapp").kernelapp.IPKernelApp.instance()
       .kernel.shell_channel_thread.manager)"""
# Closes the notebook, and opens it once more with the side panel beside it.
AGAIN = """async () => {
    const { context } = jupyterapp.shell.currentWidget;
    const { path } = context;
    await context.save();
    jupyterapp.shell.currentWidget.close();
    const opened = await jupyterapp.commands.execute("docmanager:open", { path });
    await opened.context.ready;
    await opened.sessionContext.ready;
    await jupyterapp.commands.execute("sophnet:side");
}"""
ROWS = """rows = [
    [str(n), "11-30 12:00", "DeepSeek-V3.2", f"Question {{n}}?", f"✓ Answer {{n}}.", ""]
    for n in range({turns})
]
for page in _pages:
    page.tell(Seen("history", "", rows, ""))"""
# Scrolls to the last row until no more are made, and says how many and the longest task.
SCROLL = """async () => {
    let longest = 0;
    const watch = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    });
    watch.observe({ type: "longtask" });
    const rows = () => [...document.querySelectorAll("#sophnet-side .jp-sophnet-rows")]
        .map(({ children }) => children).sort((a, b) => b.length - a.length)[0];
    for (let still = 0, before = 0; still < 20; still = rows().length > before ? 0 : still + 1) {
        before = rows().length;
        rows()[before - 1].scrollIntoView();
        await new Promise(done => setTimeout(done, 50));
    }
    watch.disconnect();
    return [rows().length, longest];
}"""


def measure(*, full: bool) -> Iterator[Result]:
    try:
        with TemporaryDirectory() as folder:
            heard = _spoken(Path(folder) / "spoken.wav")
            settings = {"SOPHNET_NO_SANDBOX": "", "SOPHNET_HISTORY": "0"}
            with lab(LOAD, heard=heard, script=COUNT, **settings) as running:
                # First, while a page has nothing but its line and the side panel.
                yield from _notebooks(running, 20 if full else 5)
                yield from _history(running)
                yield from _dictation(running, seconds=60 if full else 20)
    except Missing as reason:
        skip("extension_load", reason)


def _spoken(path: Path) -> Path:
    """A WAV of sentences with silence between them, which the browser hears again and again."""
    try:
        from sophnet_jupyter.sandbox.engines.sound import voice
    except ImportError as error:
        raise Missing(f"the sandbox has no voice here: {error}") from None
    with wave.open(str(path), "wb") as file:
        for sentence in SPOKEN:
            pcm, rate = voice.speak(sentence)
            if not file.getnframes():
                file.setparams((1, 2, rate, 0, "NONE", ""))
            file.writeframes(pcm + bytes(2 * rate))
    return path


def _dictation(running: Lab, *, seconds: int) -> Iterator[Result]:
    """Sentences go into a cell while another one runs."""
    page = running.page
    # Answered when the extension is loaded.
    running.value("told")
    page.evaluate("void jupyterapp.commands.execute('sophnet:dictate')")
    page.locator(f"{DICTATE}[aria-pressed=true]").wait_for(timeout=PATIENCE)
    running.run(f"import time\ntime.sleep({seconds})")
    page.keyboard.press("Escape")
    page.locator(f"{DICTATE}[aria-pressed=false]").wait_for(timeout=PATIENCE)
    told = running.value("told")
    written = page.evaluate(SOURCE).partition("\n")[2]
    yield Result(
        measure=f"extension: {seconds} s of dictation while a cell runs: words lost or doubled",
        unit="",
        samples={OURS: [lost_or_doubled(told, written)]},
        goal=Goal(most=0),
    )
    yield Result(
        measure=f"extension: {seconds} s of dictation while a cell runs: sentences",
        unit="",
        samples={OURS: [len(told)]},
    )


def lost_or_doubled(told: list[str], written: str) -> int:
    """How many words of the sentences are not in a text, or more than once; blanks do not count."""
    wanted, found = WORD.findall(" ".join(told)), WORD.findall(written)
    blocks = SequenceMatcher(None, wanted, found, False).get_matching_blocks()
    return len(wanted) + len(found) - 2 * sum(block.size for block in blocks)


def _history(running: Lab) -> Iterator[Result]:
    running.page.evaluate("void jupyterapp.commands.execute('sophnet:side')")
    running.page.locator("#sophnet-side details").first.wait_for(timeout=PATIENCE)
    # What it asks for itself comes first.
    running.page.wait_for_timeout(3000)
    running.run(ROWS.format(turns=TURNS))
    running.page.locator("#sophnet-side").get_by_text("Question 0?").first.wait_for(
        timeout=PATIENCE
    )
    made, longest = running.page.evaluate(SCROLL)
    yield Result(
        measure=f"extension: {TURNS:,} turns scrolled: rows that were not made",
        unit="",
        samples={OURS: [TURNS - made]},
        goal=Goal(most=0),
    )
    yield Result(
        measure=f"extension: {TURNS:,} turns scrolled: longest task",
        unit="ms",
        samples={OURS: [longest]},
        goal=Goal(most=50),
    )


def _notebooks(running: Lab, count: int) -> Iterator[Result]:
    """Opened and closed again and again: what stays."""
    page = running.page
    # Else the first closes while JupyterLab waits for its subshell, which nobody can give back.
    page.evaluate("void jupyterapp.commands.execute('sophnet:side')")
    page.locator("#sophnet-side details").first.wait_for(timeout=PATIENCE)
    before = page.evaluate("window.listening")
    for _ in range(count):
        page.evaluate(AGAIN)
        page.locator("#sophnet-side details").first.wait_for(timeout=PATIENCE)
    page.wait_for_timeout(1000)
    comms, subshells = running.value(LEFT)
    left = {
        "comms": comms,
        "subshells": subshells,
        "listeners": page.evaluate("window.listening") - before,
        "tracks": page.evaluate(OPEN),
    }
    for what, number in left.items():
        yield Result(
            measure=f"extension: {count} notebooks opened and closed: {what} left",
            unit="",
            samples={OURS: [number]},
            goal=Goal(most=0),
        )
