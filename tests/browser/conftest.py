"""
A real JupyterLab in a real Chromium, and the few words the browser tests are written in.

`lab` is the server, `page` an empty Playwright page, `open_notebook("name.ipynb")` a
notebook in it whose kernel is ready; `open_notebook("name.ipynb", "notebooks")` opens it in
Notebook 7, which the same server has. What a test leaves to look at, and what a failed one
showed last, lies in ``test-results/``. One file, since tests here share fixtures, not imports.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import runpy
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Locator,
    Page,
    Route,
    expect,
    sync_playwright,
)

from sophnet_jupyter.widgets.panel.modules import FOLDER, inlined, style

from ..ports import free_port
from ..waiting import wait

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "test-results"
CHROMIUM = Path(__file__).with_name("chromium.py")
BUNDLE = ROOT / "labextension" / "prebuilt"
BARE_PAGE = Path(__file__).with_name("bare_page.js")
FLAGS = [
    # A microphone that beeps once a second, and nobody to ask whether it may be used.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # A test machine may be cut off: Chromium's own errands would each run into an error.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false"},
    # Cells outside the window must be in the page too, or nothing can look at them.
    "notebook-extension/tracker": {"windowingMode": "none"},
}
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
EXECUTE = """([name, args]) => {
    window.commandsPending = (window.commandsPending ?? 0) + 1;
    window.jupyterapp.commands.execute(name, args).finally(() => { window.commandsPending-- });
}"""
IDLE = """() => {
    const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
    return !window.commandsPending && sessionContext.session?.kernel?.status === "idle" &&
        content.widgets.every(cell => (cell.model.executionState ?? "idle") === "idle");
}"""
CHOSEN = """cell => [...jupyterapp.shell.widgets("main")].some(
    ({ content }) => content?.activeCell?.node === cell)"""
WRITTEN = "() => jupyterapp.shell.currentWidget.context.contentsModel.last_modified"
SAVED = """before => {
    const { contentsModel, model } = jupyterapp.shell.currentWidget.context;
    return !commandsPending && (!model.dirty || contentsModel.last_modified !== before);
}"""
# As behind a Hub: panels, media and microphone have to work there. `make hosts` runs without it.
PREFIX = "" if os.environ.get("WITHOUT_EXTENSION") else "/user/ana"
REPORTS = pytest.StashKey[dict[str, pytest.TestReport]]()

# Milliseconds that a state may take to come: for a machine that does many things at once.
PATIENCE = 45_000
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab that shares nothing with the one of whoever runs the tests."""

    url: str
    token: str = field(repr=False)
    root: Path
    settings: Path
    journal: Path
    extensions: Path

    def write(self, name: str, *cells: str) -> None:
        """Put a notebook of code cells into the server's folder."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(notebook, self.root / name)

    def api(self, path: str, method: str = "GET") -> Any:
        """Ask the server's own REST interface."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/api{path}", headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.loads(reply.read() or "null")

    def reset(self) -> None:
        """End all kernels, and forget what a test chose in the settings and which tasks it sent."""
        for kernel in self.api("/kernels"):
            self.api(f"/kernels/{kernel['id']}", "DELETE")
        # Notebooks of one folder share their tasks: a studio would go on with another test's.
        shutil.rmtree(self.journal, ignore_errors=True)
        begin_history(self.journal)
        shutil.rmtree(self.settings, ignore_errors=True)
        for name, values in SETTINGS.items():
            path = self.settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values), encoding="utf-8")


@dataclass(frozen=True)
class Notebook:
    """A notebook that is open in front of the user. Cells count from 0, Markdown included."""

    page: Page

    def cell(self, index: int) -> Locator:
        return self.page.locator(f"{PANEL} .jp-Notebook .jp-Cell").nth(index)

    def output_of(self, index: int) -> Locator:
        """Everything below a cell: all its outputs."""
        return self.cell(index).locator(".jp-Cell-outputArea")

    def start_cell(self, index: int) -> None:
        """Run a cell as a user does, and do not wait."""
        self.choose(index)
        self.page.keyboard.press("Control+Enter")

    def choose(self, index: int) -> None:
        """Click a cell's number, so that keys are for that cell."""
        cell = self.cell(index)

        def chosen() -> object:
            # What is drawn above may move it from under the mouse, and another one is chosen.
            cell.locator(".jp-InputArea-prompt").click()
            return cell.evaluate(CHOSEN)

        wait(chosen)

    def run_cell(self, index: int, *, within: float = 120) -> None:
        """Run a cell and wait until it, and all it printed, has arrived."""
        prompt = self.cell(index).locator(".jp-InputPrompt")
        before = prompt.inner_text()
        self.start_cell(index)
        expect(prompt).not_to_have_text(before)
        expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=within * 1000)
        self.wait_idle(within=within)

    def run_all(self, *, within: float = 120) -> None:
        """Run > Run All Cells, and wait for the last one, or the first error."""
        self.command("notebook:run-all-cells")
        self.wait_idle(within=within)

    def wait_idle(self, *, within: float = 120) -> None:
        """Wait until no command and no cell is running and the kernel says that it is idle."""
        # Looked at ten times a second: at each frame, as is the default, every frame is drawn.
        self.page.wait_for_function(IDLE, timeout=within * 1000, polling=100)

    def interrupt(self) -> None:
        self.command("kernelmenu:interrupt")

    def set_theme(self, name: str) -> None:
        """``JupyterLab Light``, ``JupyterLab Dark`` or another theme that is installed."""
        self.command("apputils:change-theme", theme=name)
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-name", name)
        # Under JupyterLab's splash all is pale.
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0)

    def save(self) -> None:
        """Save, and wait until the file is written; what streams on is changed again by then."""
        before = self.page.evaluate(WRITTEN)
        self.command("docmanager:save")
        self.page.wait_for_function(SAVED, arg=before, polling=100)

    def command(self, name: str, **arguments: Any) -> None:
        """Start a command of JupyterLab, as a menu would."""
        self.page.evaluate(EXECUTE, [name, arguments])

    def screenshot(self, name: str, *, of: Locator | None = None) -> Path:
        """Keep the window, or one element, as ``test-results/NAME.png``."""
        path = RESULTS / f"{name}.png"
        if of:
            of.screenshot(path=path)
        else:
            self.page.screenshot(path=path)
        return path


@dataclass
class Diary:
    """What the page wrote to the browser's console."""

    lines: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("console", lambda message: self.note(f"{message.type}: {message.text}"))
        page.on("pageerror", self.note_error)

    def note_error(self, error: Error) -> None:
        # JupyterLab removes its splash once more where two themes were set within 200 ms.
        stack = error.stack or ""
        if "removeChild" not in error.message or "jlab_core" not in stack or "blob:" in stack:
            self.note(f"uncaught: {error}")

    def note(self, line: str) -> None:
        # JupyterLab counts the seconds of its own start on a busy machine.
        if not line.endswith("to activate."):
            self.lines.append(line)


Serve = Callable[..., contextlib.AbstractContextManager[Lab]]


@pytest.fixture(scope="session")
def serve() -> Serve:
    """Serve from a folder, ``serve(home)``: for tests that need a JupyterLab of their own."""
    return served


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab with empty settings, an empty home and a folder of its own."""
    with served(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@contextlib.contextmanager
def served(
    home: Path, python: str = sys.executable, bundle: Path | None = BUNDLE, **variables: str
) -> Iterator[Lab]:
    """
    A JupyterLab that ``python`` runs, with more ``variables``.

    It has the extension of ``bundle``; with None, what is installed for that Python.
    """
    settings = home / "config" / "lab" / "user-settings"
    address, token = f"http://127.0.0.1:{free_port()}{PREFIX}", secrets.token_hex(16)
    lab = Lab(address, token, home / "root", settings, home / "sophnet", home / "labextensions")
    lab.root.mkdir()
    lab.extensions.mkdir()
    if bundle:
        (lab.extensions / "sophnet-jupyter").symlink_to(bundle)
    if os.environ.get("WITHOUT_EXTENSION"):
        switch_off(home / "config" / "labconfig" / "page_config.json")
    RESULTS.mkdir(exist_ok=True)
    log = RESULTS / "jupyterlab.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command(lab, python),
            cwd=home,
            env={**environment(lab, home), **variables},
            stdout=output,
            stderr=output,
        )
    try:
        wait_until_up(lab, server, log)
        yield lab
    finally:
        server.terminate()
        try:
            server.wait(timeout=60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def switch_off(page_config: Path) -> None:
    """As `jupyter labextension disable sophnet-jupyter` does."""
    page_config.parent.mkdir(parents=True)
    page_config.write_text('{"disabledExtensions": {"sophnet-jupyter": true}}', encoding="utf-8")


def command(lab: Lab, python: str) -> list[str]:
    port = urlsplit(lab.url).port
    return [
        *(python, "-m", "jupyterlab", "--allow-root", "--expose-app-in-browser"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        f"--ServerApp.base_url={PREFIX}/",
        *(f"--ServerApp.root_dir={lab.root}", "--ServerApp.open_browser=False"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        # The bundle of this checkout, whatever is installed: the first one of a name counts.
        f"--LabApp.extra_labextensions_path={lab.extensions}",
        # The same server has Notebook 7.
        f"--JupyterNotebookApp.extra_labextensions_path={lab.extensions}",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]


def begin_history(folder: Path) -> None:
    """A history that has begun: the first of a user has a line of its own in the output."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "history.sqlite").touch()


def environment(lab: Lab, home: Path) -> dict[str, str]:
    """No key, no profile and no setting of the user may decide how a test ends."""
    ours = ("SOPHNET_", "DIFY_", "TELEAI_", "JUPYTER", "IPYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    places = {
        "HOME": home,
        "IPYTHONDIR": home / "ipython",
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "SOPHNET_DATA_DIR": lab.journal,
        "SOPHNET_CACHE_DIR": lab.journal / "cache",
    }
    begin_history(lab.journal)
    # The kernel must be this Python, whatever kernels the machine has installed.
    fixed = {"JUPYTER_TOKEN": lab.token, "JUPYTER_PREFER_ENV_PATH": "1"}
    if beside := os.environ.get("BESIDE"):
        # The folder of another extension: see tests/hosts.py.
        fixed["JUPYTER_PATH"] = f"{beside}/share/jupyter"
        fixed["JUPYTER_CONFIG_PATH"] = f"{beside}/etc/jupyter"
        if (pages := Path(beside, "share", "jupyter", "lab")).is_dir():
            # It is another JupyterLab, with its own pages.
            fixed["JUPYTERLAB_DIR"] = str(pages)
        fixed["PYTHONPATH"] = os.pathsep.join([*filter(None, [kept.get("PYTHONPATH")]), beside])
    return {**kept, **{name: str(path) for name, path in places.items()}, **fixed}


def wait_until_up(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while server.poll() is None and time.monotonic() < deadline:
        try:
            lab.api("/status")
        except OSError:
            time.sleep(0.1)
        else:
            return
    tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    pytest.fail(f"JupyterLab did not start:\n{tail}", pytrace=False)


# One for each file: Playwright keeps an event loop running in this thread while it lives,
# and a later test's asyncio.run() would be refused.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window, with a microphone that beeps."""
    chromium = runpy.run_path(str(CHROMIUM))["find"]()
    if chromium is None:
        pytest.fail(
            "No Chromium starts on this machine. `make test` installs one; "
            "or install Chromium or Google Chrome yourself.",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def console() -> Diary:
    """The browser's console, so that a test can demand that it stayed silent."""
    return Diary()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile that has never been used."""
    context = browser.new_context(
        locale="en-US",
        timezone_id="Asia/Shanghai",
        viewport={"width": 1440, "height": 900},
        # What pulses is drawn without end, and costs a machine without a graphics card half a core.
        reduced_motion="reduce",
        permissions=["microphone", "clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, console: Diary, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page; when the test fails, its last sight and its console are kept."""
    page = context.new_page()
    console.follow(page)
    yield page
    report = request.node.stash.get(REPORTS, {}).get("call")
    if report is None or report.failed:
        name = re.sub(r"\W+", "-", request.node.name).strip("-")
        RESULTS.mkdir(exist_ok=True)
        page.screenshot(path=RESULTS / f"failed-{name}.png")
        (RESULTS / f"failed-{name}.txt").write_text("\n".join(console.lines), encoding="utf-8")


@pytest.fixture
def policy() -> str:
    """The Content-Security-Policy of a page with a panel and nothing else; empty for none."""
    return ""


@pytest.fixture
def show_panel(page: Page, policy: str) -> Callable[..., Page]:
    """A page with a panel and nothing else, whose ``host`` is what `bare_page.js` makes."""
    headers = {"Content-Security-Policy": policy} if policy else {}

    def show_panel(name: str, **traits: Any) -> Page:
        def serve(route: Route) -> None:
            if route.request.url.endswith(".js"):
                route.fulfill(body=inlined(f"{name}.js"), content_type="text/javascript")
            else:
                sheet = f"{name}.css"
                css = style(sheet) if (FOLDER / sheet).exists() else ""
                html = f"<!doctype html><style>{css}</style>"
                route.fulfill(body=html, content_type="text/html", headers=headers)

        page.add_init_script(path=BARE_PAGE)
        # Localhost is secure, so that it may have a microphone.
        page.route("http://localhost/**", serve)
        page.goto("http://localhost/")
        page.evaluate("([module, traits]) => show(module, traits)", [f"/{name}.js", traits])
        return page

    return show_panel


@pytest.fixture
def open_notebook(lab: Lab, page: Page) -> Iterator[Callable[..., Notebook]]:
    """Open a file of ``lab.root`` and wait for its kernel."""

    def open_notebook(name: str, host: str = "lab/tree") -> Notebook:
        page.goto(f"{lab.url}/{host}/{name}?reset&token={lab.token}")
        page.locator(PANEL).wait_for(timeout=60_000)
        notebook = Notebook(page)
        notebook.wait_idle()
        return notebook

    lab.reset()
    yield open_notebook
    lab.reset()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash.setdefault(REPORTS, {})[report.when] = report
    return report
