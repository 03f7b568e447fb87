"""A service that says the key back in every way there is, and a front end that keeps everything."""

from __future__ import annotations

import contextlib
import json
import os
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ..kernels import kernel_manager

CANARY = "sk-canary-7Qw9Xz31LmNp84RtYv26"


class Parrot(BaseHTTPRequestHandler):
    """Answers in the manner that the model of a chat names, and always quotes the header."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        self._refuse(self.headers.get("Authorization", ""), self.server.status)

    def do_POST(self) -> None:
        said = self.headers.get("Authorization", "")
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        # A form with a file asks for no manner.
        body = json.loads(sent or b"{}") if sent[:1] != b"-" else {}
        self.server.seen.append(said)
        # A Dify app has no model to name: there it is the query.
        manner = str(body.get("model") or body.get("inputs", {}).get("query", ""))
        if manner.isdigit():
            self._refuse(said, int(manner))
        else:
            getattr(self, manner, lambda key: self._refuse(key, 401))(said)

    def _refuse(self, said: str, status: int) -> None:
        message = f"no entry for {said} (cut: {said[:25]})"
        self._send(status, json.dumps({"message": message, "code": said}), said)

    def html(self, said: str) -> None:
        self._send(200, f"<h1>{said}</h1>", said, kind="text/html")

    def okay_but(self, said: str) -> None:
        self._send(200, json.dumps({"status": 20109, "message": said, "requestId": said}), said)

    def escaped(self, said: str) -> None:
        spelt = "".join(f"\\u{ord(c):04x}" for c in said)
        self._send(400, '{"message": "' + spelt + '"}', said)

    def away(self, said: str) -> None:
        self._send(302, said, said, location=f"{self.server.elsewhere}/?key={said[7:]}")

    def middle(self, said: str) -> None:
        self._stream([{"choices": [{"delta": {"content": "half"}}]}, {"error": {"message": said}}])

    def broken(self, said: str) -> None:
        self._begin("text/event-stream", said)
        self.wfile.write(f"data: not json {said}\n\n".encode())
        self.close_connection = True

    def cut(self, said: str) -> None:
        self._stream([{"choices": [{"delta": {"content": "half"}}], "id": said}])

    def slow(self, said: str) -> None:
        self._begin("text/event-stream", said)
        self.wfile.flush()
        time.sleep(3)
        self.close_connection = True

    def nonsense(self, said: str) -> None:
        self.wfile.write(f"{said}\r\n\r\n".encode())
        self.close_connection = True

    def _stream(self, events: list[dict[str, Any]]) -> None:
        self._begin("text/event-stream", self.headers["Authorization"])
        for event in events:
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.close_connection = True

    def _begin(self, kind: str, said: str) -> None:
        self.send_response(200)
        for name, value in {"Content-Type": kind, "X-Request-Id": said, "X-Echo": said}.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()

    def _send(
        self, status: int, body: str, said: str, kind: str = "application/json", location: str = ""
    ) -> None:
        self.send_response(status, said.replace("Bearer", "No"))
        echoes = {"Content-Type": kind, "X-Request-Id": said, "X-Echo": said, "Set-Cookie": said}
        if location:
            echoes["Location"] = location
        for name, value in echoes.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())


class Elsewhere(socketserver.BaseRequestHandler):
    """Another origin. Notes all that it hears."""

    def handle(self) -> None:
        self.server.heard.append(self.request.recv(65536))


MANNERS = [
    *("400", "401", "402", "403", "404", "429", "500", "503"),
    *("html", "okay_but", "escaped", "away", "middle", "broken", "cut", "nonsense"),
]


@contextlib.contextmanager
def _served(server: Any) -> Iterator[Any]:
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with server:
        yield server
        server.shutdown()


@pytest.fixture(scope="session")
def parrot() -> Iterator[SimpleNamespace]:
    """``.url``, the ``.manners`` to ask for, what it has ``.seen``, what ``.elsewhere`` heard."""
    with (
        _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Elsewhere)) as other,
        _served(ThreadingHTTPServer(("127.0.0.1", 0), Parrot)) as server,
    ):
        other.heard = []
        server.elsewhere = f"http://127.0.0.1:{other.server_address[1]}"
        server.seen, server.status = [], 401
        yield SimpleNamespace(
            url=f"http://127.0.0.1:{server.server_address[1]}",
            manners=MANNERS,
            seen=server.seen,
            elsewhere=other.heard,
        )


class FrontEnd:
    """A kernel, and every message that it ever sent."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.manager = kernel_manager(folder / "runtime")
        names = ("IPYTHONDIR", "SOPHNET_CONFIG_DIR", "SOPHNET_DATA_DIR")
        places = {name: str(folder / name.lower()) for name in names}
        runtime = folder / "runtime"
        runtime.mkdir(parents=True)
        places |= {"JUPYTER_RUNTIME_DIR": str(runtime), "JUPYTER_PLATFORM_DIRS": "1"}
        self.errors = (folder / "stderr").open("wb")
        self.manager.start_kernel(
            env={**os.environ, **places, **variables},
            cwd=str(folder),
            stderr=self.errors,
            stdout=self.errors,
        )
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.messages: list[dict[str, Any]] = []

    def run(self, code: str, typed: str | None = None) -> SimpleNamespace:
        """Run a cell; ``typed`` answers a prompt, None means that there is nobody to ask."""
        said: list[dict[str, Any]] = []
        prompts: list[dict[str, Any]] = []

        def answer(message: dict[str, Any]) -> None:
            prompts.append(message["content"])
            self.client.input(typed)

        reply = self.client.execute_interactive(
            code,
            timeout=120,
            allow_stdin=typed is not None,
            stdin_hook=answer,
            output_hook=said.append,
        )
        self.messages += [*said, reply]
        shown = [message["content"] for message in said]
        return SimpleNamespace(
            status=reply["content"]["status"],
            text="\n".join(map(_words, shown)),
            outputs=shown,
            prompts=prompts,
        )

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.errors.close()


def _words(content: dict[str, Any]) -> str:
    if "data" in content:
        return str(content["data"].get("text/plain", ""))
    return str(content.get("text") or "\n".join(content.get("traceback", [])))


@pytest.fixture(scope="session")
def front_end(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Starts kernels with these variables in their environment."""

    @contextlib.contextmanager
    def start(**variables: str) -> Iterator[FrontEnd]:
        kernel = FrontEnd(tmp_path_factory.mktemp("front-end"), **variables)
        try:
            yield kernel
        finally:
            kernel.close()

    return start


@pytest.fixture(scope="session")
def canary() -> str:
    return CANARY
