"""MathJax from the site itself, on the pages that show a formula."""

from __future__ import annotations

import shutil
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

# Of the 24 MB of it what draws TeX: the program, its fonts, and what it loads for rare commands.
PARTS = ("tex-chtml.js", "output/chtml/fonts/woff-v2", "input/tex/extensions")
CONFIG = """window.MathJax = {
    tex: {inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]]},
    options: {enableMenu: false},
    startup: {elements: [".cell_output"]},
};"""


def mathjax(app: Any) -> None:
    """Let Sphinx bring MathJax along."""
    app.connect("html-page-context", _add)
    app.connect("build-finished", _copy)


def formulas(body: str) -> bool:
    """Whether a page has one, in what a cell has shown."""
    outputs = body.partition('class="cell_output')[2]
    return "\\(" in outputs or "\\[" in outputs or "$$" in outputs


def _add(app: Any, name: str, template: str, context: dict[str, Any], tree: object) -> None:
    if formulas(context.get("body", "")):
        app.add_js_file(None, body=CONFIG)
        app.add_js_file("mathjax/tex-chtml.js", loading_method="defer")


def _copy(app: Any, failure: Exception | None) -> None:
    if failure:
        return
    source = Path(str(distribution("sphinx-mathjax-offline").locate_file("sphinx-mathjax-offline")))
    for part in PARTS:
        there, here = (
            source / "static" / "mathjax" / part,
            Path(app.outdir, "_static/mathjax", part),
        )
        here.parent.mkdir(parents=True, exist_ok=True)
        if there.is_dir():
            shutil.copytree(there, here, dirs_exist_ok=True)
        else:
            # What it would read formulas aloud with is elsewhere, and switched off.
            text = there.read_text("utf-8").replace("https://cdn.jsdelivr.net/", "/")
            here.write_text(text, "utf-8")
