"""
Pages, slides and a PDF that nbconvert makes of a notebook that a batch run has executed.

What such pages load from a network lies in a folder here, so that they are drawn as they are with
one: formulas by MathJax, and widgets by the states that the notebook holds.
"""

from __future__ import annotations

import re
import runpy
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pypdfium2
import pytest
from playwright.sync_api import Page, expect
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE as IMAGE

ROOT = Path(__file__).parents[3]
CELLS = (
    "%load_ext sophnet_jupyter",
    "%sophchat Explain the quadratic formula in TeX",
    "%sophchat Draw a table of the planets",
    "%imagine --seed 7 a red fox",
    "from sophnet_jupyter import ChatPanel\n"
    "panel = ChatPanel()\n"
    "panel.ask('Count to 40')\n"
    "while not (panel.response and panel.response.ending == 'complete'):\n"
    "    pass\n"
    "panel",
    # A widget of somebody else, by which a reader of the page knows that widgets are drawn.
    "import anywidget\n"
    "class Other(anywidget.AnyWidget):\n"
    "    _esm = 'export default { render: ({ el }) => { el.textContent = `other ${1 + 1}`; } };'\n"
    "Other()",
)
OTHER = "other 2"
WORDS = (
    "Quadratic equations.",
    "They are real if and only if",
    "Mercury",
    "6371",
    "a red fox",
    "Count to 40",
    "1, 2, 3",
    "39, 40.",
)
PRESENT = re.compile(r"\bpresent\b")
NEVER = ("Traceback", "Error", "Run its cell", "$$", r"\frac")


@pytest.fixture(scope="module")
def convert(
    folder: Path,
    host_python: str,
    write: Callable[..., None],
    run_host: Callable[..., Any],
    sandbox: Any,
) -> Callable[..., Path]:
    """Convert the executed notebook: ``convert("html", ".html")`` is where the page lies."""
    write("asked.ipynb", *CELLS)
    run = ("--to=notebook", "--execute", "--output=talk.ipynb", "asked.ipynb")
    done = run_host("nbconvert", *run, SOPHNET_SANDBOX_URL=sandbox.root)
    assert done.returncode == 0, done.stderr
    notebook = nbformat.read(folder / "talk.ipynb", as_version=4)
    assert notebook.metadata.widgets, "a page would draw no widget in any case"
    # Pages look beside them first.
    extension = Path(sys.prefix, "share", "jupyter", "nbextensions", "anywidget", "index.js")
    shutil.copy(extension, folder / "anywidget.js")
    packages = Path(host_python).parents[1] / "page"
    urls = {
        "HTMLExporter.mathjax_url": ROOT / "tests/types/node_modules/mathjax2/MathJax.js",
        "HTMLExporter.require_js_url": packages / "requirejs/package/require.js",
        "HTMLExporter.widget_renderer_url": packages / "html-manager/package/dist/embed-amd.js",
        "SlidesExporter.reveal_url_prefix": packages / "reveal.js/package",
    }
    options = [f"--{name}={path.resolve().as_uri()}" for name, path in urls.items()]
    # As nbconvert asks for it.
    options[0] += "?config=TeX-AMS_CHTML-full,Safe"
    chromium = runpy.run_path(str(ROOT / "tests" / "browser" / "chromium.py"))["find"]()

    def convert(to: str, suffix: str, *more: str) -> Path:
        variables = {"CHROMIUM": str(chromium), "PYTHONPATH": str(Path(__file__).parent)}
        command = (f"--to={to}", *options, *more, "talk.ipynb")
        done = run_host("nbconvert", *command, **variables)
        assert done.returncode == 0, done.stderr
        return folder / f"talk{suffix}"

    return convert


@pytest.fixture
def read(page: Page) -> Callable[[Path], None]:
    """Open a page of this machine, which gets nothing else."""

    def read(path: Path) -> None:
        page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        page.goto(path.as_uri())

    return read


def test_a_page_shows_every_word_formula_and_picture_and_no_panel_that_answers_nobody(
    convert: Callable[..., Path], read: Callable[[Path], None], page: Page
) -> None:
    read(convert("html", ".html"))
    expect(page.locator("main")).to_contain_text(OTHER)
    expect(page.locator(".MJXc-display .mjx-chtml")).to_have_count(1)
    seen = page.locator("main").inner_text()
    assert [word for word in WORDS if word not in seen] == []
    assert [word for word in NEVER if word in seen] == []
    expect(page.get_by_alt_text("a red fox")).to_be_visible()
    assert page.get_by_alt_text("a red fox").evaluate("image => image.naturalWidth") > 0
    expect(page.locator(".sophnet-panel")).to_have_count(0)


def test_every_slide_shows_its_words(
    convert: Callable[..., Path], read: Callable[[Path], None], page: Page
) -> None:
    read(convert("slides", ".slides.html"))
    slides = page.locator(".slides > section")
    expect(slides).to_have_count(len(CELLS))
    expect(page.locator("main")).to_contain_text(OTHER)
    expect(page.locator(".MJXc-display .mjx-chtml")).to_have_count(1)
    seen = ""
    for number in range(len(CELLS)):
        # As whoever presents it sees them, one after the other.
        expect(slides.nth(number)).to_have_class(PRESENT)
        seen += slides.nth(number).inner_text()
        page.keyboard.press("ArrowRight")
    assert [word for word in WORDS if word not in seen] == []
    assert [word for word in NEVER if word in seen] == []
    expect(page.locator(".sophnet-panel")).to_have_count(0)


def test_a_pdf_holds_every_word_and_the_picture(convert: Callable[..., Path]) -> None:
    # Root, as in a container, has no sandbox of Chromium.
    more = ("--disable-chromium-sandbox", "--WebPDFExporter.page_render_timeout=5000")
    path = convert("found_chromium.FoundChromium", ".pdf", *more)
    seen, sizes = "", []
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            seen += page.get_textpage().get_text_bounded()
            sizes += [one.get_px_size() for one in page.get_objects(filter=[IMAGE])]
    assert [word for word in WORDS if word not in seen] == []
    assert [word for word in NEVER if word in seen] == []
    assert [size for size in sizes if min(size) > 500] != []
