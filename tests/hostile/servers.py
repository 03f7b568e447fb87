"""Two servers: one that counts its visitors, and a model that says what the corpus says."""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

from .corpus import ATTACKS, armed

# Between two pieces: long enough for a view to paint a half, short enough for all the attacks.
PAUSE = 0.01


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.visits: list[str] = []
        self.beacon = ""
        self.pause = PAUSE

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Beacon(BaseHTTPRequestHandler):
    """Answers any request with a script, and remembers its path."""

    server: Server

    def parse_request(self) -> bool:
        understood = super().parse_request()
        self.server.visits.append(self.path if understood else "something unreadable")
        return understood

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Type", "text/javascript")
        self.end_headers()
        self.wfile.write(b"top.pwned = 'by a script of the beacon'")

    def log_message(self, *_: Any) -> None:
        pass


class HostileModel(BaseHTTPRequestHandler):
    """
    SophNet's chat, whose prompt names an attack: ``words NAME``, ``late NAME``, ``refusal NAME``.

    The attack is streamed in pieces as the answer, as its thoughts, references and tool calls; or
    it is an error's message, after some words or instead of any.
    """

    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kind, _, name = body["messages"][-1]["content"].strip().partition(" ")
        self.server.visits.append(name)
        if kind == "refusal":
            self._refuse(armed(name, self.server.beacon, "error"))
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        # A client that cannot read an answer hangs up.
        with contextlib.suppress(ConnectionError):
            for chunk in (late if kind == "late" else answer)(name, self.server.beacon):
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                self.wfile.flush()
                time.sleep(self.server.pause)
            if kind == "words":
                self.wfile.write(b"data: [DONE]\n\n")

    def _refuse(self, message: str) -> None:
        said = json.dumps({"status": 400, "message": message, "requestId": message}).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: Any) -> None:
        pass


def answer(name: str, beacon: str) -> Iterator[dict[str, Any]]:
    """The chunks of an answer that is the attack in all its parts."""
    model = armed(name, beacon, "model")
    for piece in pieces(armed(name, beacon, "thought"), 3):
        yield _chunk(model, {"reasoning_content": piece})
    for piece in pieces(armed(name, beacon, "text"), 6):
        yield _chunk(model, {"content": piece})
    reference = {
        "index": 1,
        "type": "web",
        "title": armed(name, beacon, "title"),
        "content": armed(name, beacon, "content"),
    }
    refs = [
        {**reference, "url": f"http://{beacon}/a/source"},
        {**reference, "index": 2, "url": armed(name, beacon, "url")},
        {**reference, "index": 3, "type": armed(name, beacon, "type"), "title": ""},
    ]
    called = {"name": armed(name, beacon, "name"), "arguments": armed(name, beacon, "arguments")}
    yield _chunk(model, {"tool_calls": [{"index": 0, "id": "1", "function": called}]})
    yield _chunk(model, {"content": ""}, refs=refs, finish_reason="stop")


def late(name: str, beacon: str) -> Iterator[dict[str, Any]]:
    """Some words, and then an error whose message is the attack."""
    yield _chunk("m", {"content": f"Words before the error of {name}."})
    yield {"status": 500, "message": armed(name, beacon, "late-error")}


def _chunk(model: str, delta: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "1", "model": model, "choices": [{"index": 0, "delta": delta, **more}]}


def pieces(text: str, count: int) -> list[str]:
    """A text cut at places that are random but always the same."""
    chance = random.Random(len(text))
    cuts = sorted(chance.choices(range(len(text) + 1), k=count - 1))
    edges = [0, *cuts, len(text)]
    return [text[begin:end] for begin, end in pairwise(edges)]


@contextlib.contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[Server]:
    with Server(handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def source(kind: str, names: list[str]) -> str:
    """A cell that asks for these attacks, and shows an error without stopping at it."""
    assert set(names) <= set(ATTACKS)
    return (
        "from IPython import get_ipython as shell\n"
        f"for name in {names!r}:\n"
        "    try:\n"
        f"        shell().run_cell_magic('sophchat', '--raw', {kind + ' '!r} + name)\n"
        "    except Exception:\n"
        "        shell().showtraceback()"
    )


def setup(base_url: str) -> str:
    """The first cell: the key and the address, then the extension."""
    return (
        "import os\n"
        "os.environ |= {'SOPHNET_API_KEY': 'made-up', "
        f"'SOPHNET_BASE_URL': '{base_url}/api/open-apis'}}\n"
        "get_ipython().run_line_magic('load_ext', 'sophnet_jupyter')"
    )
