"""What the page of this notebook can do: draw panels, and hear."""

from __future__ import annotations

import asyncio
from typing import Any

from ...doctor import Finding
from ...widgets.panel.page_probe import PageProbe

PATIENCE, LOOK = 3.0, 0.05
_MICROPHONE = {
    "granted": ("✓", "the microphone is allowed", ""),
    "prompt": ("✓", "the microphone: the browser asks when it is first used", ""),
    "denied": (
        "!",
        "the microphone is refused to this page",
        "allow it in the browser, by the sign beside the address, and reload the page",
    ),
    "insecure": (
        "!",
        "it came without https: browsers give it no microphone",
        "open it by https, or at localhost",
    ),
    "missing": ("!", "this browser has no microphone to give", "%listen FILE hears a recording"),
    "barred": (
        "!",
        "what shows the notebook gives it no microphone, as VS Code does not",
        "open the notebook in a browser, or %listen FILE for a recording",
    ),
}
_UNSEEN = Finding(
    mark="!",
    about="page",
    said=f"no panel was drawn within {PATIENCE:g} s, or this page is not heard while a cell runs",
    advice="pip install anywidget ipywidgets in the environment of JupyterLab; reload the page",
)


def found(facts: dict[str, Any] | None) -> Finding:
    """What a page has said of itself as a row of the doctor's; None where none has spoken."""
    if facts is None:
        return _UNSEEN
    mark, said, advice = _MICROPHONE[facts["microphone"]]
    way = "by https or at this machine" if facts["secure"] else "without https"
    said = f"draws panels; {said}" + (f"; {way}" if facts["microphone"] != "insecure" else "")
    return Finding(mark="✓" if mark == "✓" else "!", about="page", said=said, advice=advice)


async def asked(probe: PageProbe) -> Finding:
    """Wait until the page has drawn the probe and said what it can do."""
    for _ in range(round(PATIENCE / LOOK)):
        if probe.facts is not None:
            break
        await asyncio.sleep(LOOK)
    return found(probe.facts)
