"""A real JupyterLab in a Chromium whose microphone beeps, with one panel in one notebook."""

from __future__ import annotations

import ast
import json
import runpy
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from .processes import environment
from .result import Missing

CHROMIUM = Path(__file__).parents[1] / "tests" / "browser" / "chromium.py"
FLAGS = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
)
# Seconds until it is up, and a cell is drawn.
PATIENCE = 60
RUN = """(code) => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    const asked = kernel.requestExecute({ code, store_history: false });
    return asked.done.then(({ content }) => {
        if (content.status !== "ok") throw new Error(`${content.ename}: ${content.evalue}`);
    });
}"""
VALUE = """(expression) => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    const asked = kernel.requestExecute({
        code: "", silent: true, user_expressions: { it: expression } });
    return asked.done.then(({ content }) => content.user_expressions.it.data["text/plain"]);
}"""


class Lab:
    """A notebook that is open in the browser, whose only cell has run."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def run(self, code: str) -> None:
        """Run code in the notebook's kernel, and wait for its end."""
        self.page.evaluate(RUN, code)

    def value(self, expression: str) -> Any:
        """A plain value of the kernel."""
        return ast.literal_eval(self.page.evaluate(VALUE, expression))

    def forbid_subshells(self) -> None:
        """Set "Kernel Comms over subshells" to disabled, as some sites do."""
        self.page.evaluate("jupyterapp.serviceManager.kernels.commsOverSubshells = 'disabled'")


@contextmanager
def lab(
    code: str,
    *,
    heard: Path | None = None,
    script: str = "",
    **variables: str,
) -> Iterator[Lab]:
    """
    A notebook with that cell, whose microphone hears a WAV again and again in place of beeps.

    ``script`` runs before the page does. Its kernel has these ``variables`` in its environment.
    Raises `Missing` where JupyterLab, Playwright or Chromium is.
    """
    if lacking := [name for name in ("jupyterlab", "playwright") if find_spec(name) is None]:
        raise Missing(f"{' and '.join(lacking)} not installed here: it comes with '.[bench]'")
    chromium = runpy.run_path(str(CHROMIUM))["find"]()
    if chromium is None:
        raise Missing("no Chromium starts here")
    from playwright.sync_api import sync_playwright

    with (
        TemporaryDirectory() as home,
        served(Path(home), code, variables) as url,
        sync_playwright() as play,
    ):
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={heard}"] if heard else list(FLAGS)
        browser = play.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_context(permissions=["microphone"]).new_page()
        if script:
            page.add_init_script(script)
        page.goto(url)
        ready = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
        page.wait_for_function(f"{ready}?.status === 'idle'", timeout=PATIENCE * 1000)
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        yield Lab(page)
        browser.close()


@contextmanager
def served(
    home: Path, code: str, variables: dict[str, str], *, disabled: bool = False
) -> Iterator[str]:
    """Its address, with the notebook and the token in it; our extension may be ``disabled``."""
    if disabled:
        config = home / "jupyter_config_dir" / "labconfig" / "page_config.json"
        config.parent.mkdir(parents=True)
        config.write_text('{"disabledExtensions": {"sophnet-jupyter": true}}', encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cell = {"cell_type": "code", "source": code, "metadata": {}, "outputs": [], "id": "it"}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = {
        "cells": [{**cell, "execution_count": None}],
        "metadata": kernel,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (home / "it.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    token = secrets.token_hex(16)
    places = ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    settings = {name: str(home / name.lower()) for name in (*places, "SOPHNET_DATA_DIR")}
    command = [
        *(sys.executable, "-m", "jupyterlab", "--allow-root", "--expose-app-in-browser"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *(f"--ServerApp.root_dir={home}", "--ServerApp.open_browser=False"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    fixed = {"JUPYTER_TOKEN": token, "JUPYTER_PREFER_ENV_PATH": "1"}
    server = subprocess.Popen(
        command,
        env=environment(**settings, **fixed, **variables),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        root = f"http://127.0.0.1:{port}"
        _wait_for(f"{root}/api/status?token={token}", server)
        yield f"{root}/lab/tree/it.ipynb?reset&token={token}"
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        try:
            opener.open(url, timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise Missing("JupyterLab does not start here")
