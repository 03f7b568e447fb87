"""The command line, as a person at a terminal meets it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from sophnet_jupyter import cli
from sophnet_jupyter.commands import demo as command
from sophnet_jupyter.commands import notebooks
from sophnet_jupyter.commands.jupyterlab import DemoFailed
from sophnet_jupyter.commands.notebooks import put_notebooks, shipped

KEY = "sk-made-up-0123456789"
ROOT = Path(__file__).parents[1]


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
        with urllib.request.urlopen(request, timeout=120) as reply:
            return json.load(reply)

    def family(self, name: str = "") -> list[psutil.Process]:
        """The processes it started, all or those with ``name`` in their command."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if _is_called(child, name)]


def _is_called(process: psutil.Process, name: str) -> bool:
    try:
        return name in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        # It was over in the meantime: Jupyter asks short ones for their version.
        return False


@contextmanager
def demo(folder: Path, **variables: str) -> Iterator[Demo]:
    process = subprocess.Popen(
        [sys.executable, "-m", "sophnet_jupyter.cli", "demo", "--no-browser"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
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
def test_the_demo_serves_the_quickstart_on_a_sandbox(tmp_path):
    with demo(tmp_path) as running:
        assert running.ask("/contents/quickstart.ipynb?content=0")["type"] == "notebook"
        running.ask("/kernels", "POST")
        (kernel,) = running.family("ipykernel")
        sandbox = kernel.environ()["SOPHNET_SANDBOX_URL"]
        host, port = re.fullmatch(r"http://([\d.]+):(\d+)", sandbox).groups()
        socket.create_connection((host, int(port)), timeout=60).close()
        assert kernel.cmdline()[0] == sys.executable
    assert "sandbox on this machine" in running.said
    assert running.said.startswith(
        f"The notebooks are in {tmp_path / 'sophnet-quickstart'}.\n"
        "Starting a sandbox ...\nStarting JupyterLab ...\n"
    )


@pytest.mark.kernel
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_every_process_of_the_demo(end, tmp_path):
    with demo(tmp_path) as running:
        running.ask("/kernels", "POST")
        family = running.family()
        assert len(family) >= 3  # the sandbox, JupyterLab and a kernel
        running.process.send_signal(end)
        last_words = running.process.stdout.read()
        _, left = psutil.wait_procs(family, timeout=60)
        assert left == []
        assert running.process.wait(timeout=60) == 0
        assert last_words == ""


@pytest.mark.kernel
def test_with_a_key_the_demo_starts_no_sandbox_and_hides_the_key(tmp_path):
    with demo(tmp_path, SOPHNET_API_KEY=KEY) as running:
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
    monkeypatch.setattr(command, "NEEDED", {"no_such_lab": "JupyterLab", "json": "JSON"})
    assert cli.main(["demo", "--no-browser"]) == 3
    said = capsys.readouterr().err
    assert said == 'The demo needs JupyterLab: pip install "sophnet-jupyter[demo]"\n'


def worked_on(folder: Path) -> Path:
    quickstart = folder / "quickstart.ipynb"
    quickstart.write_text("mine")
    return quickstart


def test_a_notebook_that_someone_worked_on_is_kept(tmp_path):
    quickstart = worked_on(tmp_path)
    for _ in range(2):
        folder, said = put_notebooks(tmp_path)
        assert (folder, said) == (tmp_path, f"The notebooks are in {tmp_path}.")
        assert quickstart.read_text() == "mine"
    assert (tmp_path / "files" / "letter.png").is_file()


def test_a_reset_brings_fresh_notebooks_and_loses_none(tmp_path):
    put_notebooks(tmp_path)
    quickstart = worked_on(tmp_path)
    _, said = put_notebooks(tmp_path, reset=True)
    assert quickstart.read_bytes() == (shipped() / "quickstart.ipynb").read_bytes()
    [aside] = tmp_path.glob("before-*")
    assert [path.name for path in aside.iterdir()] == ["quickstart.ipynb"]
    assert (aside / "quickstart.ipynb").read_text() == "mine"
    assert said == f"The notebooks in {tmp_path} are fresh; 1 that you changed are in {aside.name}."


def test_newer_notebooks_take_the_place_of_those_that_nobody_changed(tmp_path, monkeypatch):
    older = tmp_path / "older"
    shutil.copytree(shipped(), older)
    for name in ("chat.ipynb", "voice.ipynb"):
        (older / name).write_text("older")
    folder = tmp_path / "folder"
    monkeypatch.setattr(notebooks, "shipped", lambda: older)
    put_notebooks(folder)
    (folder / "voice.ipynb").write_text("mine")
    monkeypatch.undo()
    for _ in range(2):
        _, said = put_notebooks(folder)
        assert (folder / "chat.ipynb").read_bytes() == (shipped() / "chat.ipynb").read_bytes()
        assert (folder / "voice.ipynb").read_text() == "mine"
        assert "There are newer ones of voice.ipynb, which you changed: --reset brings them" in said


def test_the_notebooks_of_a_checkout_stay_as_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder, _ = put_notebooks()
    assert folder == tmp_path / "sophnet-quickstart"
    worked_on(folder)
    assert (shipped() / "quickstart.ipynb").read_bytes()[:1] == b"{"


def test_a_folder_that_cannot_be_written_is_told_with_the_way_out(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DemoFailed, match="Name another folder with --notebook-dir"):
        put_notebooks(tmp_path / "file" / "folder")


def test_the_sandbox_gets_its_options_unchanged():
    command = [sys.executable, "-m", "sophnet_jupyter.cli", "sandbox", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: python -m sophnet_jupyter.sandbox")


def test_a_word_too_much_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["demo", "--no-brwser"])
    assert "--no-brwser" in capsys.readouterr().err
