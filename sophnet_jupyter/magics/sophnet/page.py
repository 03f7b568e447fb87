"""What the page of this notebook can do: draw panels, and hear."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from ...doctor import Finding
from ...language import mark, tr
from ...widgets.panel.page_probe import PageProbe

PATIENCE, LOOK = 3.0, 0.05
_MICROPHONE = {
    "granted": ("✓", mark("the microphone is allowed"), ""),
    "prompt": ("✓", mark("the microphone: the browser asks when it is first used"), ""),
    "denied": (
        "!",
        mark("the microphone is refused to this page"),
        mark("allow it in the browser, by the sign beside the address, and reload the page"),
    ),
    "insecure": (
        "!",
        mark("it came without https: browsers give it no microphone"),
        mark("open it by https, or at localhost"),
    ),
    "missing": (
        "!",
        mark("this browser has no microphone to give"),
        mark("%listen FILE hears a recording"),
    ),
    "barred": (
        "!",
        mark("what shows the notebook gives it no microphone, as VS Code does not"),
        mark("open the notebook in a browser, or %listen FILE for a recording"),
    ),
}
_UNSEEN = Finding(
    mark="!",
    about="page",
    said=mark(
        "no panel was drawn within {seconds:g} s, or this page is not heard while a cell runs"
    ),
    advice=mark(
        "pip install anywidget ipywidgets in the environment of JupyterLab; reload the page"
    ),
)


def found(facts: dict[str, Any] | None) -> Finding:
    """What a page has said of itself as a row of the doctor's; None where none has spoken."""
    if facts is None:
        said = tr(_UNSEEN.said, seconds=PATIENCE)
        return replace(_UNSEEN, said=said, advice=tr(_UNSEEN.advice))
    sign, said, advice = _MICROPHONE[facts["microphone"]]
    way = tr("by https or at this machine") if facts["secure"] else tr("without https")
    said = tr("draws panels; {said}", said=tr(said)) + (
        f"; {way}" if facts["microphone"] != "insecure" else ""
    )
    return Finding(
        mark="✓" if sign == "✓" else "!",
        about="page",
        said=said,
        advice=tr(advice) if advice else "",
    )


async def asked(probe: PageProbe) -> Finding:
    """Wait until the page has drawn the probe and said what it can do."""
    for _ in range(round(PATIENCE / LOOK)):
        if probe.facts is not None:
            break
        await asyncio.sleep(LOOK)
    return found(probe.facts)
