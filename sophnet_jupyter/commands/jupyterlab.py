"""A JupyterLab of the demo's own: its process, its settings, and the words that it passes on."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..files.saving import save_private
from ..language import tr

# A first start reads some hundred megabytes from a cold disk.
START_LIMIT = 60.0
# Kernels get this long to leave by themselves when the user is done.
STOP_LIMIT = 2.0


class DemoFailed(Exception):
    """The demo cannot go on. Its text says why and what to do."""

    def __init__(self, text: str, *, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def check_free(port: int) -> None:
    """Raises `DemoFailed` where a port is taken, or is none."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except (OSError, OverflowError):
        raise DemoFailed(
            tr("Port {port} cannot be used. Leave out --port to get a free one.", port=port)
        ) from None


@dataclass(frozen=True)
class Lab:
    """A JupyterLab server that answers on ``url``, or soon will."""

    process: subprocess.Popen[str]
    url: str

    def wait_until_up(self) -> None:
        """Return when the server answers; raise `DemoFailed` when it gives up."""
        deadline = time.monotonic() + START_LIMIT
        while self.process.poll() is None and time.monotonic() < deadline:
            if _answers(self.url):
                return
            time.sleep(0.1)
        raise DemoFailed(tr("JupyterLab did not start. `jupyter lab` may say more about why."))

    def wait_until_over(self) -> None:
        """Return when the user shuts Lab down from its menu."""
        # In small steps, as Windows hears no Ctrl-C inside one long wait.
        while self.process.poll() is None:
            time.sleep(0.2)


def _answers(url: str) -> bool:
    # A proxy of the environment has no business on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url.partition("/lab/")[0] + "/api", timeout=2):
            return True
    except (OSError, urllib.error.URLError):
        return False


@contextmanager
def jupyterlab(folder: Path, port: int, environ: dict[str, str], opened: str) -> Iterator[Lab]:
    """Start a server on a folder, with one of its notebooks to open; it ends with the block."""
    token = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix="sophnet-demo-") as config:
        process = subprocess.Popen(
            _command(folder, port),
            env={**environ, **_isolation(Path(config)), "JUPYTER_TOKEN": token},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            # Ctrl-C is ours: Lab would ask on the terminal whether it is meant.
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        over = threading.Event()
        threading.Thread(target=_pass_on, args=(process, over), daemon=True).start()
        address = f"http://127.0.0.1:{port}/lab/tree/{opened}?token={token}"
        try:
            yield Lab(process, address)
        finally:
            over.set()
            _end(process)


def _command(folder: Path, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *(
            f"--ServerApp.root_dir={folder}",
            "--ServerApp.log_level=ERROR",
            "--LabApp.log_level=ERROR",
        ),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]


def _isolation(config: Path) -> dict[str, str]:
    """Options that keep the user's password, proxy prefix and layout out of this server."""
    news = config / "lab/user-settings/@jupyterlab/apputils-extension"
    news.mkdir(parents=True)
    save_private(b'{"fetchNews": "false"}', news / "notification.jupyterlab-settings")
    # The kernel "python3" is this Python, whatever else the user has under that name.
    return {"JUPYTER_CONFIG_DIR": str(config), "JUPYTER_PREFER_ENV_PATH": "1"}


def _pass_on(process: subprocess.Popen[str], over: threading.Event) -> None:
    """Print warnings and errors of Lab and its kernels, until they are asked to end."""
    assert process.stderr
    with process.stderr:
        for line in process.stderr:
            # Each kernel warns that it talks over TCP, which on one machine is no news.
            if not over.is_set() and "[IPKernelApp] WARNING" not in line:
                sys.stderr.write(line)


def _end(process: subprocess.Popen[str]) -> None:
    """Ask Lab to end its kernels; a kernel that hangs is ended with Lab."""
    process.terminate()
    try:
        process.wait(timeout=STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
