"""A gateway before a service that quotes the key: no user hears it, and the service no token."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ..waiting import wait
from .test_gateway import ROOT, TEAM_KEY, free_ports

pytestmark = pytest.mark.kernel

TOKEN = "hub-token-0123456789abcdefghijkl"
ACCESS = "access:services!service=sophnet"


class HubAPI(BaseHTTPRequestHandler):
    """The one page of a Hub that the gateway asks: whose a token is."""

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        known = self.headers.get("Authorization", "").split()[-1:] == [TOKEN]
        user = {"kind": "user", "name": "ana", "admin": False, "groups": [], "scopes": [ACCESS]}
        body = json.dumps(user if known else {"status": 403}).encode()
        self.send_response(200 if known else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Quoting(BaseHTTPRequestHandler):
    """A service that quotes what it was sent in heads, errors, streams and pages."""

    protocol_version = "HTTP/1.1"
    heard: list[str]

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(f"{self.path}\n{self.headers}\n{sent!r}")  # type: ignore[attr-defined]
        said = self.headers["Authorization"]
        manner = json.loads(sent)["model"]
        if manner == "stream":
            self._begin(200, "text/event-stream", said)
            # Cut within the key, wherever that is.
            text = f"data: {json.dumps({'error': {'message': said}})}\n\n".encode()
            for at in range(0, len(text), 7):
                self.wfile.write(text[at : at + 7])
                self.wfile.flush()
            self.close_connection = True
            return
        pages = {"page": f"<h1>{said}</h1>", "half": said[: len(said) - 3]}
        body = pages.get(manner, json.dumps({"message": f"no entry for {said}", "code": said}))
        status = int(manner) if manner.isdigit() else 200
        self._begin(status, "application/json", said, len(body.encode()))
        self.wfile.write(body.encode())

    def _begin(self, status: int, kind: str, said: str, length: int | None = None) -> None:
        self.send_response(status, f"No {said[7:]}")
        for name in ("X-Request-Id", "X-Echo", "Set-Cookie"):
            self.send_header(name, said)
        self.send_header("Location", f"http://127.0.0.1:9/?key={said[7:]}")
        self.send_header("Content-Type", kind)
        if length is None:
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()


@contextlib.contextmanager
def served(kind: type[BaseHTTPRequestHandler]) -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with server:
        yield server
        server.shutdown()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[tuple[str, list[str], Path]]:
    """The address of a gateway, what its service has heard, and the folder of key and log."""
    (port,) = free_ports(1)
    (tmp_path / "team.key").write_text(TEAM_KEY)
    with served(HubAPI) as hub, served(Quoting) as service:
        service.heard = []
        environ = {
            **os.environ,
            "JUPYTERHUB_API_URL": f"http://127.0.0.1:{hub.server_port}/hub/api",
            "JUPYTERHUB_API_TOKEN": "token-of-the-service",
            "JUPYTERHUB_SERVICE_NAME": "sophnet",
            "JUPYTERHUB_OAUTH_ACCESS_SCOPES": json.dumps([ACCESS]),
            "JUPYTERHUB_SERVICE_PREFIX": "/services/sophnet/",
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}",
            "TEAM_KEY_FILE": str(tmp_path / "team.key"),
            "UPSTREAM": f"http://127.0.0.1:{service.server_port}/api/open-apis",
        }
        with (tmp_path / "log").open("wb") as log:
            command = [sys.executable, str(ROOT / "examples" / "hub" / "gateway.py")]
            process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        try:
            root = f"http://127.0.0.1:{port}/services/sophnet"

            def there() -> bool:
                assert process.poll() is None, (tmp_path / "log").read_text()
                with contextlib.suppress(httpx2.TransportError):
                    return asked("GET", f"{root}/usage").status_code == 200
                return False

            wait(there)
            yield root, service.heard, tmp_path
        finally:
            process.terminate()
            process.wait()


def asked(method: str, address: str, **options: Any) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return httpx2.request(method, address, headers=headers, timeout=60, trust_env=False, **options)


def test_neither_the_teams_key_nor_a_users_token_gets_to_the_other_side(
    gateway: tuple[str, list[str], Path],
) -> None:
    root, heard, folder = gateway
    address = f"{root}/api/open-apis/v1/chat/completions"
    manners = ["200", "400", "401", "404", "429", "500", "page", "stream"]
    replies = [asked("POST", address, json={"model": manner}) for manner in manners]
    assert [reply.status_code for reply in replies] == [200, 400, 401, 404, 429, 500, 200, 200]
    assert "*" * len(TEAM_KEY) in replies[-1].text, "it was quoted, and is hidden"
    half = asked("POST", address, json={"model": "half"})
    assert half.text == f"Bearer {TEAM_KEY}"[:-3], "nothing is lost of what is no key"
    wrong = ("/api/open-apis", "/nowhere", "/usage?apikey=x")
    replies += [asked("GET", f"{root}{path}") for path in wrong]
    (folder / "team.key").unlink()
    replies.append(asked("POST", address, json={"model": "200"}))
    assert replies[-1].status_code == 503
    assert "tell whoever keeps this Hub" in replies[-1].text
    (folder / "team.key").write_text(f"{TEAM_KEY}\n and more\n")
    replies.append(asked("POST", address, json={"model": "200"}))
    assert replies[-1].status_code == 502
    for reply in replies:
        said = f"{reply.headers}{reply.text}{reply.reason_phrase}{reply.url}"
        assert TEAM_KEY not in said
        assert TOKEN not in said
    assert len(heard) == len(manners) + 1
    assert all(f"Bearer {TEAM_KEY}" in one and TOKEN not in one for one in heard)
    written = (folder / "log").read_text(errors="replace")
    assert TEAM_KEY not in written
    assert TOKEN not in written
