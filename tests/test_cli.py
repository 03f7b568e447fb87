"""The command line, as a person at a terminal meets it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil
import pytest

from sophnet_jupyter import cli

KEY = "sk-made-up-0123456789"


@dataclass(frozen=True)
class Demo:
    """``sophnet-jupyter demo`` after it said that it is ready."""

    process: subprocess.Popen[str]
    said: str

    def ask(self, path: str, method: str = "GET") -> Any:
        """Ask JupyterLab's REST interface, at the address and with the token that were shown."""
        address = re.search(r"(http://\S+)/lab/tree/\S+\?token=(\S+)", self.said)
        assert address, self.said
        url, token = address.groups()
        headers = {"Authorization": f"token {token}"}
        request = urllib.request.Request(f"{url}/api{path}", headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as reply:
            return json.load(reply)

    def family(self, name: str = "") -> list[psutil.Process]:
        """The processes it started, all or those with ``name`` in their command."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if name in " ".join(child.cmdline())]


@contextmanager
def demo(*arguments: str, **variables: str) -> Iterator[Demo]:
    process = subprocess.Popen(
        [sys.executable, "-m", "sophnet_jupyter.cli", "demo", "--no-browser", *arguments],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    said = ""
    with process, process.stdout:
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        try:
            yield Demo(process, said)
        finally:
            process.terminate()


@pytest.mark.kernel
def test_the_demo_serves_the_quickstart_on_a_sandbox():
    with demo() as running:
        assert running.ask("/contents/quickstart.ipynb?content=0")["type"] == "notebook"
        running.ask("/kernels", "POST")
        (kernel,) = running.family("ipykernel")
        sandbox = kernel.environ()["SOPHNET_SANDBOX_URL"]
        host, port = re.fullmatch(r"http://([\d.]+):(\d+)", sandbox).groups()
        socket.create_connection((host, int(port)), timeout=5).close()
        assert kernel.cmdline()[0] == sys.executable
    assert "sandbox on this machine" in running.said


@pytest.mark.kernel
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_every_process_of_the_demo(end):
    with demo() as running:
        running.ask("/kernels", "POST")
        family = running.family()
        assert len(family) >= 3  # the sandbox, JupyterLab and a kernel
        running.process.send_signal(end)
        last_words = running.process.stdout.read()
        _, left = psutil.wait_procs(family, timeout=5)
        assert left == []
        assert running.process.wait(timeout=5) == 0
        assert last_words == ""


@pytest.mark.kernel
def test_with_a_key_the_demo_starts_no_sandbox_and_hides_the_key():
    with demo(SOPHNET_API_KEY=KEY) as running:
        assert "SOPHNET_API_KEY is set: cells talk to SophNet." in running.said
        assert running.family("sophnet_jupyter.sandbox") == []
        assert KEY not in running.said


def test_a_taken_port_is_reported_in_one_line(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert cli.main(["demo", "--no-browser", "--port", str(port)]) == 1
    said = capsys.readouterr().err
    assert said == f"Port {port} cannot be used. Leave out --port to get a free one.\n"


def test_a_key_that_cannot_be_one_is_reported_without_showing_it(monkeypatch, capsys):
    monkeypatch.setenv("SOPHNET_API_KEY", "two words")
    assert cli.main(["demo", "--no-browser"]) == 1
    said = capsys.readouterr().err
    assert "two words" not in said
    assert said.count("\n") == 1


def test_what_is_missing_is_named_with_the_command_that_installs_it(monkeypatch, capsys):
    monkeypatch.delenv("SOPHNET_API_KEY", raising=False)
    monkeypatch.setattr(cli, "NEEDED", {"no_such_lab": "JupyterLab", "json": "JSON"})
    assert cli.main(["demo", "--no-browser"]) == 3
    said = capsys.readouterr().err
    assert said == 'The demo needs JupyterLab: pip install "sophnet-jupyter[demo]"\n'


def test_a_notebook_that_someone_worked_on_is_not_overwritten(tmp_path):
    (tmp_path / "quickstart.ipynb").write_text("mine")
    assert cli.notebook_folder(tmp_path) == tmp_path
    assert (tmp_path / "quickstart.ipynb").read_text() == "mine"


def test_a_checkout_is_used_as_it_is():
    assert (cli.notebook_folder() / ".." / "pyproject.toml").is_file()


def test_the_sandbox_gets_its_options_unchanged():
    command = [sys.executable, "-m", "sophnet_jupyter.cli", "sandbox", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: python -m sophnet_jupyter.sandbox")


def test_a_word_too_much_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["demo", "--no-brwser"])
    assert "--no-brwser" in capsys.readouterr().err
