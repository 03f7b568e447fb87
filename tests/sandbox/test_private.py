"""The sandbox is its own user's: other users of the machine and web pages get nothing of it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sophnet_jupyter import Client
from sophnet_jupyter.client import sandbox as child
from sophnet_jupyter.sandbox.server import key as sandbox_key
from sophnet_jupyter.settings import Settings, data_folder
from sophnet_jupyter.settings.shared_sandbox import sandbox_key as client_key

COMMAND = [sys.executable, "-m", "sophnet_jupyter.sandbox"]
MODELS = "/api/open-apis/v1/models"
LIVE = "/api/open-apis/v1/speech/transcriptions"


@contextlib.contextmanager
def alone(*arguments, **environment):
    """A server that was given no key, and what it told."""
    given = {name: value for name, value in os.environ.items() if name != "SOPHNET_SANDBOX_KEY"}
    process = subprocess.Popen(
        [*COMMAND, "--first-token", "0", "--tokens-per-second", "0", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**given, **environment},
    )
    with process:
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Such a server with a data folder: ``.told``, ``.folder`` and ``.root``."""
    folder = tmp_path_factory.mktemp("data")
    with alone(SOPHNET_DATA_DIR=str(folder)) as told:
        yield told, folder, f"http://127.0.0.1:{told['port']}"


def ask(root, key="", path=MODELS, **headers):
    headers = {**({"authorization": f"Bearer {key}"} if key else {}), **headers}
    return httpx2.get(root + path, headers=headers, trust_env=False, timeout=60)


def test_nobody_guesses_the_key_of_a_sandbox_that_was_given_none(own):
    told, _, root = own
    for guess in ("", "sandbox", "SOPHNET_SANDBOX_KEY", str(told["pid"]), str(told["port"])):
        for path in (MODELS, "/sandbox/seen", "/v1/info"):
            assert ask(root, guess, path).status_code == 401, (guess, path)


def test_its_key_lies_where_its_user_alone_reads_it_and_clients_find_it(own, monkeypatch):
    told, folder, root = own
    path = Path(told["key_file"])
    assert path.parent.parent == folder
    assert "key" not in told
    assert ask(root, path.read_text()).status_code == 200
    environ = {"SOPHNET_DATA_DIR": str(folder), "SOPHNET_SANDBOX_URL": told["url"]}
    assert ask(root, client_key(environ).reveal()).status_code == 200
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        # One that others could have written is not believed.
        monkeypatch.setattr(Path, "stat", lambda self: os.stat_result([0o100666, *[0] * 9]))
        assert client_key(environ).reveal() == "sandbox"


def test_a_key_is_looked_up_for_this_machine_only(own):
    told, folder, _ = own
    elsewhere = f"http://sandbox.example:{told['port']}"
    environ = {"SOPHNET_DATA_DIR": str(folder), "SOPHNET_SANDBOX_URL": elsewhere}
    assert client_key(environ).reveal() == "sandbox"


def test_the_file_of_a_key_goes_with_its_server(tmp_path):
    with alone(SOPHNET_DATA_DIR=str(tmp_path)) as told:
        assert Path(told["key_file"]).exists()
    assert not Path(told["key_file"]).exists()


@pytest.mark.parametrize("home", ["/home/ada", ""])
@pytest.mark.parametrize("xdg", ["/data", "relative", ""])
@pytest.mark.parametrize("named", ["/mine", ""])
def test_server_and_clients_look_in_the_same_folder(home, xdg, named):
    environ = {"HOME": home, "USERPROFILE": home, "LOCALAPPDATA": xdg, "XDG_DATA_HOME": xdg}
    environ["SOPHNET_DATA_DIR"] = named
    assert sandbox_key.data_folder(environ) == data_folder(environ)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:PORT", "127.0.0.1", "127.0.0.1:1"])
def test_a_page_whose_name_was_rebound_to_this_machine_gets_403(own, host):
    told, _, root = own
    key = Path(told["key_file"]).read_text()
    host = host.replace("PORT", str(told["port"]))
    for path in ("/", MODELS, "/sandbox/seen", "/sandbox/results/x", "/v1/info"):
        assert ask(root, key, path, host=host).status_code == 403


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "file://"]
)
def test_a_web_page_gets_403_also_with_the_key(own, origin):
    told, _, root = own
    key = Path(told["key_file"]).read_text()
    assert ask(root, key, origin=origin).status_code == 403
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://127.0.0.1:{told['port']}{LIVE}", origin=origin, open_timeout=60)
    assert refused.value.response.status_code == 403


def test_a_name_that_was_allowed_and_the_names_of_this_machine_are_taken(tmp_path):
    with alone("--allow-host", "lab.example", SOPHNET_DATA_DIR=str(tmp_path)) as told:
        root, port = f"http://127.0.0.1:{told['port']}", told["port"]
        key = Path(told["key_file"]).read_text()
        for host in ("lab.example", "LAB.example:9", f"localhost:{port}", f"[::1]:{port}"):
            assert ask(root, key, host=host).status_code == 200
        assert ask(root, key, host="lab.example.evil.example").status_code == 403


def test_a_kernels_own_sandbox_has_a_key_that_only_the_kernel_knows(monkeypatch):
    monkeypatch.setenv("SOPHNET_API_KEY", "sk-of-another-service")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-a-third")
    monkeypatch.setenv("DATABASE_URL", "postgres://me:secret@db")
    try:
        root = child.address().removesuffix("/api/open-apis")
        assert ask(root, "sandbox").status_code == 401
        assert ask(root, child.key().reveal()).status_code == 200
        assert "‹key›" in child.scrub(f"it was {child.key().reveal()}.")
        if sys.platform == "linux":
            [given] = [child._child.process.pid]
            environ = Path(f"/proc/{given}/environ").read_text()
            assert "sk-of" not in environ
            assert "postgres" not in environ
            assert child.key().reveal() not in environ
            command = Path(f"/proc/{given}/cmdline").read_text()
            assert child.key().reveal() not in command
    finally:
        child.stop()


@pytest.mark.anyio
async def test_a_client_without_a_key_still_reaches_its_own_sandbox(monkeypatch):
    for name in ("SOPHNET_SANDBOX_URL", "SOPHNET_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert Settings.read().sandbox
    try:
        async with Client() as client:
            answer = await client.chat.create("say hello")
            assert answer.ending == "complete"
            assert [one async for one in client.dify.stream("say hello")]
    finally:
        child.stop()


def test_an_upstream_is_not_relayed_to_on_a_key_that_can_be_guessed(tmp_path):
    arguments = ["--upstream", "http://127.0.0.1:9/v1", "--api-key", "sandbox"]
    ended = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "--api-key" in ended.stderr


def address() -> str:
    """An address of this machine that is not a loopback, where it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return probe.getsockname()[0]


def test_a_class_shares_one_key_and_nothing_else(tmp_path):
    workbook = b"PK a workbook of one"
    with alone("--host", "0.0.0.0", "--api-key", "of-the-class") as told:
        root = f"http://{address()}:{told['port']}"
        assert "key_file" not in told
        assert ask(root, "sandbox").status_code == 401

        def each(who, method, path, **content):
            headers = {"authorization": "Bearer of-the-class", "x-sandbox-caller": who}
            reply = httpx2.request(
                method, root + path, headers=headers, trust_env=False, timeout=60, **content
            )
            return reply.raise_for_status().json()

        hello = {"model": "m", "messages": [{"role": "user", "content": "my secret plan"}]}
        each("ada", "POST", "/api/open-apis/v1/chat/completions", json=hello)
        assert "my secret plan" in json.dumps(each("ada", "GET", "/sandbox/seen"))
        assert "my secret plan" not in json.dumps(each("ben", "GET", "/sandbox/seen"))
        said = {"inputs": {"query": "hi"}, "response_mode": "blocking", "user": "same"}
        each("ada", "POST", "/v1/completion-messages", json=said)
        files = {"file": ("a.png", b"\x89PNG\r\n\x1a\n" + workbook, "image/png")}
        file = each("ada", "POST", "/v1/files/upload", data={"user": "same"}, files=files)["id"]
        of_other = {"type": "image", "transfer_method": "local_file", "upload_file_id": file}
        with pytest.raises(httpx2.HTTPStatusError):
            each("ben", "POST", "/v1/completion-messages", json={**said, "files": [of_other]})
        for number in range(60):
            assert len(each(f"pupil {number}", "GET", "/sandbox/seen")["requests"]) == 0


def test_a_key_file_is_written_into_no_link(tmp_path):
    target = tmp_path / "precious"
    target.write_text("kept")
    folder = tmp_path / "sandbox"
    folder.mkdir()
    (folder / "7.key").symlink_to(target)
    with sandbox_key.kept("secret-key", 7, {"SOPHNET_DATA_DIR": str(tmp_path)}) as path:
        assert path.read_text() == "secret-key"
    assert target.read_text() == "kept"
