"""Panels: from what a page is told of one to the first frame with it, in JupyterLab."""

from __future__ import annotations

from collections.abc import Iterator

from ..lab import Lab, lab
from ..result import OURS, Goal, Missing, Result
from ..rounds import skip

PANELS = (
    "ChatPanel()",
    "Compare()",
    "ImageStudio()",
    "VideoStudio()",
    "VoiceStudio()",
    "Microphone()",
    "VoiceChat()",
    "RecordingPanel()",
    "ExcelAnalyst()",
    "DifyApp()",
    'KnowledgePanel("handbook")',
    "HistoryPanel()",
    "Explorer(Client().explore(texts, vectors=vectors))",
)
SETUP = """from sophnet_jupyter import *
import numpy as np
texts = [f"text {n}" for n in range(200)]
vectors = np.random.default_rng(0).standard_normal((200, 16))"""
# Runs code in a new cell, and says how long it took from the message that brings the panel to the
# frame that shows it.
PAINT = """async (code) => {
    const { content, sessionContext } = jupyterapp.shell.currentWidget;
    await jupyterapp.commands.execute("notebook:insert-cell-below");
    const cell = content.activeCell;
    cell.model.sharedModel.setSource(code);
    let told = 0;
    const hear = (_, { content }) => {
        if (content.data?.["application/vnd.jupyter.widget-view+json"]) told ||= performance.now();
    };
    sessionContext.iopubMessage.connect(hear);
    const painted = new Promise((done, fail) => {
        const late = setTimeout(() => fail(new Error(`no panel of ${code}`)), 30000);
        const watch = new MutationObserver(() => {
            if (!cell.node.querySelector(".sophnet-panel > header")?.offsetHeight) return;
            watch.disconnect();
            clearTimeout(late);
            requestAnimationFrame(() => {
                const { port1, port2 } = new MessageChannel();
                // Behind the frame that was just asked for.
                port1.onmessage = () => done(performance.now());
                port2.postMessage(0);
            });
        });
        watch.observe(cell.node, { childList: true, subtree: true });
    });
    jupyterapp.commands.execute("notebook:run-cell");
    const at = await painted;
    sessionContext.iopubMessage.disconnect(hear);
    cell.node.scrollIntoView();
    return at - told;
}"""
IDLE = "jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"


def measure(*, full: bool) -> Iterator[Result]:
    taken: dict[str, list[float]] = {}
    try:
        with lab(SETUP) as running:
            # One that nobody counts: the first of a page loads what all of them need.
            _paint(running, PANELS[0])
            for number in range(10 if full else 5):
                # By turns, since each comes in upon what the one before it still does.
                turn = number * 5 % len(PANELS)
                for code in (*PANELS[turn:], *PANELS[:turn]):
                    samples = taken.setdefault(code.partition("(")[0], [])
                    samples.append(_paint(running, code))
    except Missing as reason:
        skip("first_paint", reason)
        return
    for name, samples in taken.items():
        yield Result(
            measure=f"first paint: {name}",
            unit="ms",
            samples={OURS: samples},
            goal=Goal(most=100),
        )


def _paint(running: Lab, code: str) -> float:
    running.page.wait_for_function(IDLE, polling=50)
    # What a panel asks for as it opens is not to be measured with the next one.
    running.page.wait_for_timeout(300)
    found: float = running.page.evaluate(PAINT, code)
    return found
