"""Answers on their way through a real Jupyter server, which drops what comes too fast."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import subprocess
import sys
import time
import uuid
from datetime import datetime
from html import unescape

import httpx2
import pytest
from websockets.sync.client import connect

from ..ports import free_port
from ..waiting import WITHIN

pytestmark = pytest.mark.kernel

STREAMS = 20


class Browser:
    """What a front end sees of a kernel behind a server: each cell's messages, when they came."""

    def __init__(self, socket):
        self._socket = socket
        self.arrived = {}
        self.drawn_at = []
        self.warnings = []
        self._displays = {}

    def run(self, code):
        """Send a cell and do not wait. Returns its id."""
        cell = uuid.uuid4().hex
        header = {"msg_id": cell, "msg_type": "execute_request", "session": "s", "username": "u"}
        header |= {"version": "5.3", "date": "2026-01-01T00:00:00Z"}
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": True}
        content |= {"user_expressions": {}, "stop_on_error": False}
        message = {"header": header, "parent_header": {}, "metadata": {"cellId": cell}}
        message["content"] = content
        self._socket.send(json.dumps(message | {"channel": "shell", "buffers": []}))
        self.arrived[cell] = []
        return cell

    def text(self, cell):
        """What stands below a cell by now."""
        return " ".join(" ".join(self.arrived[cell]).split())

    def follow(self, until, within=WITHIN):
        deadline = time.monotonic() + within
        while not until():
            assert time.monotonic() < deadline, "it did not happen"
            with contextlib.suppress(TimeoutError):
                self._take(json.loads(self._socket.recv(timeout=1)))

    def _take(self, message):
        kind, content = message["msg_type"], message["content"]
        outputs = self.arrived.get(message["parent_header"].get("msg_id"))
        if kind == "stream" and content["name"] == "stderr":
            self.warnings.append(content["text"])
        if outputs is None or kind not in ("display_data", "update_display_data", "execute_result"):
            return
        # By the kernel's clock: a busy machine hands several over at once.
        self.drawn_at.append(datetime.fromisoformat(message["header"]["date"]).timestamp())
        shown = unescape(re.sub("<[^>]*>", "", content["data"].get("text/html", "")))
        display = content.get("transient", {}).get("display_id")
        if kind == "update_display_data":
            outputs, place = self._displays[display]
            outputs[place] = shown
        else:
            self._displays[display] = outputs, len(outputs)
            outputs.append(shown)


@pytest.fixture(scope="module")
def server(environment, start_sandbox, tmp_path_factory):
    """A Jupyter server whose kernels ask a sandbox at 40 tokens a second."""
    port = free_port()
    token, folder = secrets.token_hex(16), tmp_path_factory.mktemp("server")
    with start_sandbox("--tokens-per-second", "40") as sandbox:
        command = [sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser"]
        command += [f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1"]
        command += [f"--ServerApp.root_dir={folder}", "--ServerApp.port_retries=0"]
        settings = {"SOPHNET_SANDBOX_URL": sandbox.root, "JUPYTER_PREFER_ENV_PATH": "1"}
        process = subprocess.Popen(
            command,
            env=environment(JUPYTER_TOKEN=token, **settings),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with (
            process,
            httpx2.Client(
                base_url=f"http://127.0.0.1:{port}/api",
                headers={"Authorization": f"token {token}"},
                timeout=WITHIN,
                trust_env=False,
            ) as api,
        ):
            try:
                yield wait_until_up(api, process)
            finally:
                process.terminate()


def wait_until_up(api, process):
    deadline = time.monotonic() + WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(httpx2.TransportError):
            api.get("/status").raise_for_status()
            return api
        time.sleep(0.1)
    raise AssertionError("the server did not start")


@pytest.fixture
def browser(server):
    kernel = server.post("/kernels", json={"name": "python3"}).raise_for_status().json()["id"]
    address = str(server.base_url).replace("http", "ws", 1).rstrip("/")
    headers = {"Authorization": server.headers["Authorization"]}
    path = f"{address}/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}"
    line = {"max_size": None, "proxy": None, "open_timeout": WITHIN, "ping_timeout": None}
    with connect(path, additional_headers=headers, **line) as channels:
        browser = Browser(channels)
        loaded = browser.run(
            "%load_ext sophnet_jupyter\nimport IPython\nIPython.display.HTML('ok')"
        )
        browser.follow(lambda: browser.text(loaded) == "ok")
        yield browser
    server.delete(f"/kernels/{kernel}")


def test_each_of_twenty_background_answers_arrives_whole_in_its_own_cell(browser):
    browser.drawn_at.clear()
    ends = range(60, 60 + STREAMS)
    cells = [browser.run(f"%sophchat -b Count to {end}") for end in ends]
    front = browser.run("%sophchat Count to 40")
    browser.follow(
        lambda: (
            all("ran in the background" in browser.text(cell) for cell in cells)
            and "complete" in browser.text(front)
        )
    )
    for cell, end in [*zip(cells, ends, strict=True), (front, 40)]:
        counted = ", ".join(map(str, range(1, end + 1))) + "."
        said = browser.text(cell)
        assert said.count(counted) == 1
        assert said.count("sandbox") == 1, "an answer of another cell"
    assert browser.warnings == []
    # Beginnings and ends do not wait; what is drawn in between shares what the kernel may send.
    begin, end = browser.drawn_at[0] + 0.5, browser.drawn_at[-1] - 0.5
    between = [at for at in browser.drawn_at if begin < at < end]
    assert len(between) > 50
    assert len(between) / (end - begin) <= 200
