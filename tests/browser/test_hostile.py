"""Text of a model does nothing: not in JupyterLab, not in a saved notebook, not in a web page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Error, Page, expect

from ..hostile.corpus import ATTACKS, IMAGES, MARKDOWN, TAGS, armed
from ..hostile.servers import PAUSE, Beacon, HostileModel, Server, serving, setup, source

pytestmark = pytest.mark.browser

NAMES = list(ATTACKS)
# Three or four outputs each, and JupyterLab shows fifty.
AT_ONCE = 12
BATCHES = [NAMES[begin : begin + AT_ONCE] for begin in range(0, len(NAMES), AT_ONCE)]
# As an error's message: one of each kind is enough, since all its signs are treated alike.
SPOKEN = [
    *("img onerror", "script", "svg onload", "iframe", "meta refresh", "command linker"),
    *("link javascript", "autolink javascript", "maths href", "maths definition"),
    *("escape link", "escape clipboard", "bidi override", "a tag", "pretend error line"),
]
OUTPUTS = ".jp-OutputArea-output"

# Everything below the outputs that could load, run, submit or lead somewhere.
SUSPECTS = """([selector, anyTab]) => {
    const bad = [];
    const allowed = new Set(`P H1 H2 H3 H4 H5 H6 STRONG EM S CODE PRE SPAN A UL OL LI BLOCKQUOTE HR
        BR DIV TABLE THEAD TBODY TR TH TD DETAILS SUMMARY B`.split(/\\s+/));
    for (const output of document.querySelectorAll(selector)) {
        for (const element of output.querySelectorAll("*")) {
            const maths = element.closest("mjx-container");
            const shown = element.outerHTML.slice(0, 200) + " in " +
                element.parentElement.outerHTML.slice(0, 400);
            if (!maths && !allowed.has(element.tagName)) bad.push(["element", shown]);
            for (const { name, value } of element.attributes) {
                if (/^on|commandlinker|^(src.*|.*action|ping|poster|background|name)$/.test(name)
                    || name === "style" && /url\\(|fixed|sticky/.test(value))
                    bad.push([name, shown]);
                // JupyterLab itself links what looks like a path in an error to its file browser.
                const isPath = value === "" && element.closest(".jp-RenderedText");
                if (/href$/.test(name) && !isPath && (!/^(https?:|mailto:)/i.test(value)
                    || !anyTab && (element.target !== "_blank" || !/noopener/.test(element.rel))))
                    bad.push(["link", shown]);
            }
            if (maths && element.hasAttribute("href")) bad.push(["maths link", shown]);
        }
    }
    return bad;
}"""
# What a page is beside its outputs. Scripts and styles of JupyterLab itself come and go.
SURROUNDINGS = """selector => ({
    title: document.title,
    path: location.pathname,
    theme: document.body.dataset.jpThemeName,
    ground: getComputedStyle(document.body).backgroundColor,
    foreign: [...document.querySelectorAll(
        "iframe, frame, object, embed, base, meta[http-equiv], form[action^=http], dialog[open]"
    )].filter(element => !element.closest(selector)).map(element => element.outerHTML),
    pwned: String(window.pwned),
})"""
# Links are judged by where they lead; a click on anything else should be a click on words.
# A browser without a window may never have an idle frame.
IDLE = "() => new Promise(done => requestIdleCallback(done, { timeout: 1000 }))"
PRESS_EVERYTHING = """selector => {
    for (const element of document.querySelectorAll(`${selector} *`)) {
        if (element.closest("a")) continue;
        for (const kind of ["mouseover", "focus", "keydown", "toggle", "animationstart"])
            element.dispatchEvent(new Event(kind, { bubbles: true }));
        element.click?.();
    }
}"""
CALL_BEACON = """address => new Promise(done => {
    const image = new Image();
    image.onload = image.onerror = done;
    image.src = address;
})"""
COMMANDS = """() => {
    window.carriedOut = [];
    jupyterapp.commands.commandExecuted.connect((_, { id }) => window.carriedOut.push(id));
}"""
FORMULA = "$\\\\alpha\\\\pi$"


@dataclass
class Watch:
    """What a page does that a page of words would not do."""

    page: Page
    home: str
    beacon: Server
    happened: list[str] = field(default_factory=list)
    allowed: str = "data:"

    def __post_init__(self) -> None:
        page, note = self.page, self.happened.append
        page.on("dialog", lambda dialog: (note(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("popup", lambda popup: note(f"popup: {popup.url}"))
        page.on("download", lambda download: note(f"download: {download.url}"))
        page.on("request", lambda request: self._requested(request.url))
        page.on("framenavigated", lambda frame: note(f"navigation: {frame.url}"))

    def _requested(self, url: str) -> None:
        if not url.startswith((self.home, self.allowed, "data:", "blob:")):
            self.happened.append(f"request: {url}")

    def allow(self, origin: str) -> None:
        """Answer what the page itself wants from elsewhere with nothing, and forget it."""
        self.page.route(f"{origin}/**", lambda route: route.abort())
        self.allowed = origin

    def forget(self) -> None:
        self.happened.clear()
        self.beacon.visits.clear()

    def settled(self) -> list[str]:
        """What has happened by now. The browser has sent what it was going to send."""
        mark = f"/control-{time.monotonic_ns()}"
        self.page.evaluate(IDLE)
        self.page.evaluate(CALL_BEACON, f"http://{self.beacon.host}{mark}")
        visits = [path for path in self.beacon.visits if not path.startswith("/control")]
        assert mark in self.beacon.visits
        seen = [what for what in self.happened if "/control-" not in what]
        return [*seen, *(f"visit: {path}" for path in visits)]

    def demand_nothing(self, *, but: str = "") -> None:
        """Fail with all that happened: the addresses tell which attack it was, and from where."""
        happened = [what for what in self.settled() if what != but]
        assert not happened, "\n".join(["these were not mere words:", *happened[:60]])


@pytest.fixture(scope="module")
def beacon() -> Iterator[Server]:
    with serving(Beacon) as server:
        yield server


@pytest.fixture(scope="module")
def model(beacon: Server) -> Iterator[Server]:
    with serving(HostileModel) as server:
        server.beacon = beacon.host
        yield server


@pytest.fixture(autouse=True)
def no_visits_yet(beacon: Server) -> None:
    beacon.visits.clear()


def cells(model: Server) -> list[str]:
    """The notebook: the set-up, then every attack as an answer, and some as errors."""
    return [
        setup(f"http://{model.host}"),
        *(source("words", names) for names in BATCHES),
        source("refusal", SPOKEN),
        source("late", SPOKEN),
        f"from IPython.display import Markdown; Markdown('{FORMULA}')",
    ]


def examine(page: Page, watch: Watch, before: dict[str, str]) -> None:
    """Demand that outputs hold words only, and that nothing else has changed or happened."""
    # What is out of sight might load only when it is looked at.
    page.locator(OUTPUTS).evaluate_all("all => all.forEach(output => output.scrollIntoView())")
    watch.demand_nothing()
    suspects = page.evaluate(SUSPECTS, [OUTPUTS, False])
    assert not suspects, "\n".join(map(str, suspects))
    assert page.evaluate(SURROUNDINGS, OUTPUTS) == before


def test_model_text_does_nothing_in_jupyterlab_live_saved_trusted_or_not(
    lab: Any, open_notebook: Callable[[str], Any], page: Page, beacon: Server, model: Server
) -> None:
    lab.write("hostile.ipynb", *cells(model))
    notebook = open_notebook("hostile.ipynb")
    before = page.evaluate(SURROUNDINGS, OUTPUTS)
    page.evaluate(COMMANDS)
    watch = Watch(page, lab.url, beacon)
    notebook.run_all(within=150)
    watch.demand_nothing()
    last = notebook.output_of(len(cells(model)) - 1)
    expect(last.locator("mjx-container")).to_be_visible()
    assert set(model.visits) == set(NAMES)
    examine(page, watch, before | {"pwned": "undefined"})
    # What a model wrote has redefined nothing of the reader's own formulas.
    assert last.locator("mjx-c").evaluate_all("all => all.map(c => c.className)") == [
        "mjx-c1D6FC TEX-I",
        "mjx-c1D70B TEX-I",
    ]
    page.evaluate(PRESS_EVERYTHING, OUTPUTS)
    watch.demand_nothing()
    carried_out = page.evaluate("() => window.carriedOut")
    assert not [name for name in carried_out if name.startswith(("terminal:", "apputils:"))]
    a_link_opens_elsewhere(page, watch)
    notebook.save()
    trusted = json.loads((lab.root / "hostile.ipynb").read_text(encoding="utf-8"))
    # Other bytes have another signature, which nobody has given.
    trusted["metadata"]["title"] = "a copy from elsewhere"
    (lab.root / "stranger.ipynb").write_text(json.dumps(trusted), encoding="utf-8")
    for name, is_trusted in (("hostile.ipynb", True), ("stranger.ipynb", False)):
        reopened(notebook, name, is_trusted=is_trusted, watch=watch)


def a_link_opens_elsewhere(page: Page, watch: Watch) -> None:
    """The one thing that a click may do: show the page a link names, in a tab of its own."""
    source = page.locator(f"{OUTPUTS} li a[href='http://{watch.beacon.host}/a/source']").first
    with page.expect_popup() as popup:
        source.click()
    assert popup.value.evaluate("() => window.opener") is None
    popup.value.close()
    watch.forget()


def reopened(notebook: Any, name: str, *, is_trusted: bool, watch: Watch) -> None:
    page = notebook.page
    page.goto(f"{watch.home}/lab/tree/{name}?reset")
    page.locator(OUTPUTS).last.wait_for(timeout=60_000)
    notebook.wait_idle()
    watch.forget()
    trusts = "() => jupyterapp.shell.currentWidget.content.widgets.every(c => c.model.trusted)"
    assert page.evaluate(trusts) is is_trusted
    before = page.evaluate(SURROUNDINGS, OUTPUTS)
    assert before["pwned"] == "undefined"
    page.evaluate(PRESS_EVERYTHING, OUTPUTS)
    examine(page, watch, before)
    notebook.screenshot(f"hostile-{name.partition('.')[0]}")


@pytest.fixture(scope="module")
def executed(model: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notebook as a batch run leaves it."""
    folder = tmp_path_factory.mktemp("exported")
    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, cells(model))])
    path = folder / "hostile.ipynb"
    nbformat.write(notebook, path)
    model.pause = 0.0
    convert(path, "--to=notebook", "--execute", "--inplace", "--ExecutePreprocessor.timeout=120")
    model.pause = PAUSE
    return path


def convert(path: Path, *options: str) -> None:
    """Run nbconvert without any settings of the user."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "IPYTHON"))}
    home = {"HOME": str(path.parent), "JUPYTER_PREFER_ENV_PATH": "1"}
    command = [sys.executable, "-m", "nbconvert", *options, str(path)]
    subprocess.run(command, check=True, capture_output=True, env={**kept, **home})


@pytest.mark.parametrize("sanitize", [[], ["--sanitize-html"]], ids=["as-it-is", "sanitized"])
@pytest.mark.parametrize("template", ["lab", "basic"])
def test_model_text_does_nothing_in_a_page_made_by_nbconvert(
    executed: Path, page: Page, beacon: Server, template: str, sanitize: list[str]
) -> None:
    name = f"{template}{len(sanitize)}"
    convert(executed, "--to=html", f"--template={template}", f"--output={name}", *sanitize)
    address = executed.with_name(f"{name}.html").as_uri()
    watch = Watch(page, "file://", beacon)
    # MathJax and require.js, which nbconvert's own template loads.
    watch.allow("https://cdnjs.cloudflare.com")
    page.goto(address)
    outputs = {"lab": OUTPUTS, "basic": ".output_subarea"}[template]
    watch.demand_nothing(but=f"navigation: {address}")
    assert page.locator(outputs).count() > len(NAMES)
    page.evaluate(PRESS_EVERYTHING, outputs)
    watch.demand_nothing(but=f"navigation: {address}")
    suspects = page.evaluate(SUSPECTS, [outputs, True])
    assert not suspects, "\n".join(map(str, suspects))
    around = page.evaluate(SURROUNDINGS, outputs)
    assert around["title"] == {"lab": "hostile", "basic": ""}[template]
    assert (around["pwned"], around["foreign"]) == ("undefined", [])


def test_the_same_texts_do_harm_where_html_is_let_through(page: Page, beacon: Server) -> None:
    markdown, harmful = MarkdownIt("commonmark"), set()
    # A browser may keep a page without an origin from asking this machine.
    watch = Watch(page, f"http://{beacon.host}/control", beacon)
    # These two would spoil the measurement itself.
    names = sorted({*IMAGES, *TAGS, *MARKDOWN} - {"meta refresh", "meta policy"})
    for name in names:
        page.goto(f"http://{beacon.host}/control")
        watch.forget()
        page.set_content(markdown.render(armed(name, beacon.host)), wait_until="commit")
        page.wait_for_load_state()
        try:
            harm = watch.settled() or page.evaluate("() => window.pwned")
        except Error as left:
            harm = "navigation" in left.message
        if harm:
            harmful.add(name)
    assert len(harmful) > 50, sorted(set(names) - harmful)
