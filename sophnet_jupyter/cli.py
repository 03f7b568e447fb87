"""
The command line: ``demo``; ``map``, ``evaluate``, ``report``, ``sandbox`` and ``doctor`` beside it.

One piece, read from top to bottom as the demo goes: checks, folder, sandbox, Lab, the end.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.metadata
import importlib.util
import io
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from .client import sandbox
from .commands import evaluate_options, history, map_options
from .errors import SettingsError, SophNetError
from .files.saving import save_bytes, save_private
from .settings import Settings

QUICKSTART = "quickstart.ipynb"
# A first start reads some hundred megabytes from a cold disk.
START_LIMIT = 60.0
# Kernels get this long to leave by themselves when the user is done.
STOP_LIMIT = 2.0
NEEDED = {"jupyterlab": "JupyterLab", "starlette": "Starlette", "uvicorn": "Uvicorn"}


class DemoFailed(Exception):
    """The demo cannot go on. Its text says why and what to do."""

    def __init__(self, text: str, *, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options, rest = _parser().parse_known_args(argv)
    if options.command == "sandbox":
        return serve_sandbox(rest)
    if rest:
        _parser().error(f"unrecognized arguments: {' '.join(rest)}")
    if options.command == "doctor":
        return doctor(stream=options.stream)
    try:
        if options.command == "map":
            from .commands import map as mapping

            return mapping.run(options)
        if options.command == "evaluate":
            from .commands import evaluate

            return evaluate.run(options)
        if options.command == "history":
            return history.run(options)
        return report(options) if options.command == "report" else demo(options)
    except (DemoFailed, SophNetError) as error:
        print(error, file=sys.stderr)
        return getattr(error, "status", 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sophnet-jupyter", description="SophNet, Dify and TeleAI in Jupyter."
    )
    version = importlib.metadata.version("sophnet-jupyter")
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    summary = "open JupyterLab at the quickstart; without a key, on a local sandbox"
    add = commands.add_parser("demo", help=summary, description=summary).add_argument
    add("--no-browser", action="store_true", help="only print the address")
    add("--port", type=int, default=0, metavar="N", help="port of JupyterLab; a free one if unset")
    add(
        "--notebook-dir",
        type=Path,
        metavar="DIR",
        help="put the notebooks here, where they are not here yet, and work on these",
    )
    summary = "check versions, network, key and clock, and say what to do"
    add = commands.add_parser("doctor", help=summary, description=summary).add_argument
    add("--stream", action="store_true", help="also ask for a short answer, which costs tokens")
    summary = "write a notebook as one page for people without Python: no network, no scripts"
    add = commands.add_parser("report", help=summary, description=summary).add_argument
    add("notebook", type=Path, metavar="NOTEBOOK", help="the .ipynb file; it is not run")
    add("-o", "--output", type=Path, metavar="FILE", help="where to; NOTEBOOK.html if not said")
    map_options.declare(commands)
    evaluate_options.declare(commands)
    history.declare(commands)
    # Its options, --help included, are the sandbox's own.
    commands.add_parser("sandbox", help="serve the sandbox alone", add_help=False)
    return parser


def serve_sandbox(arguments: list[str]) -> int:
    """Become ``python -m sophnet_jupyter.sandbox``."""
    command = [sys.executable, "-m", "sophnet_jupyter.sandbox", *arguments]
    if os.name == "posix":
        os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted
    return subprocess.run(command, check=False).returncode


def doctor(*, stream: bool) -> int:
    """Print what was found; the exit status is 1 when something will not work."""
    # Here, since it brings the whole client with it.
    from . import doctor

    findings = asyncio.run(doctor.examine(stream=stream))
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A console without the marks' characters is no reason to fail.
        sys.stdout.reconfigure(errors="replace")
    width = max(len(finding.about) for finding in findings)
    for finding in findings:
        print(f"{finding.mark} {finding.about:<{width}}  {finding.said}")
        if finding.advice:
            print(f"{'':<{width + 2}}  → {finding.advice}")
    return 0 if doctor.all_passed(findings) else 1


def report(options: argparse.Namespace) -> int:
    """Write the page of a notebook. Raises `SettingsError`."""
    from .files.saving import save_bytes
    from .views.report.notebook import notebook_page

    source: Path = options.notebook
    try:
        book = json.loads(source.read_bytes())
        page = notebook_page(book, source.stem, source.parent)
    except OSError as error:
        raise SettingsError(f"{source} cannot be read: {error.strerror}.") from None
    except (ValueError, AttributeError, RecursionError):
        raise SettingsError(f"{source} is no notebook of format 4 (.ipynb).") from None
    target: Path = options.output or source.with_suffix(".html")
    print(save_bytes(page.encode("utf-8", "replace"), target))
    return 0


def demo(options: argparse.Namespace) -> int:
    """Serve the quickstart in JupyterLab until Ctrl-C, or until Lab is shut down."""
    # The sandbox is asked for by name here, so a switch that keeps it off does not count.
    environ = {**os.environ, "SOPHNET_NO_SANDBOX": ""}
    settings = Settings.read(environ)
    _check_installed(NEEDED if settings.sandbox else {"jupyterlab": "JupyterLab"})
    port = options.port or _free_port()
    _check_free(port)
    folder = notebook_folder(options.notebook_dir)
    # Entered in this order and left in the other: Ctrl-C is heard again once all has ended.
    with contextlib.suppress(KeyboardInterrupt), ExitStack() as stack:
        stack.enter_context(_interruptible())
        if settings.sandbox:
            stack.callback(sandbox.stop)
            environ["SOPHNET_SANDBOX_KEY"] = sandbox.key().reveal()
            environ["SOPHNET_SANDBOX_URL"] = sandbox.address().removesuffix("/api/open-apis")
        lab = stack.enter_context(_jupyterlab(folder, port, environ))
        lab.wait_until_up()
        print(_greeting(lab.url, settings), flush=True)
        if not options.no_browser:
            webbrowser.open(lab.url)
        lab.wait_until_over()
    return 0


def _check_installed(needed: dict[str, str]) -> None:
    missing = [name for module, name in needed.items() if not importlib.util.find_spec(module)]
    if missing:
        raise DemoFailed(
            f'The demo needs {" and ".join(missing)}: pip install "sophnet-jupyter[demo]"',
            status=3,
        )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _check_free(port: int) -> None:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except (OSError, OverflowError):
        raise DemoFailed(
            f"Port {port} cannot be used. Leave out --port to get a free one."
        ) from None


def notebook_folder(wanted: Path | None = None) -> Path:
    """
    The folder to work in, with the notebooks in it.

    A checkout is used as it is. Elsewhere they are copied to ``sophnet-quickstart`` in the
    current folder, or at home where that is read-only; a copy that is there already is kept,
    since someone may have worked on it.
    """
    checkout = Path(__file__).parents[1]
    in_checkout = (checkout / "pyproject.toml").is_file()
    source = (checkout if in_checkout else Path(__file__).parent) / "notebooks"
    if wanted is None and in_checkout:
        return source
    base = Path.cwd() if os.access(Path.cwd(), os.W_OK) else Path.home()
    target = wanted or base / "sophnet-quickstart"
    try:
        _copy_missing(source, target)
    except OSError as error:
        raise DemoFailed(
            f"The notebooks cannot be put into {target}: {error.strerror}. "
            "Name another folder with --notebook-dir."
        ) from None
    return target.resolve()


def _copy_missing(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in source.rglob("*"):
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir(exist_ok=True)
        elif not copy.exists():
            save_bytes(path.read_bytes(), copy)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Make SIGTERM and a closed terminal end the demo as Ctrl-C does."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]

    def interrupt(number: int, frame: FrameType | None) -> None:
        # Once is enough: a second Ctrl-C must not disturb the cleaning up.
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = [(number, signal.signal(number, interrupt)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


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
        raise DemoFailed("JupyterLab did not start. `jupyter lab` may say more about why.")

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
def _jupyterlab(folder: Path, port: int, environ: dict[str, str]) -> Iterator[Lab]:
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
        address = f"http://127.0.0.1:{port}/lab/tree/{QUICKSTART}?token={token}"
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


def _greeting(url: str, settings: Settings) -> str:
    if settings.sandbox:
        where = "No key is set: cells talk to a sandbox on this machine. Nothing leaves it."
    elif settings.key_source == "environment":
        where = "SOPHNET_API_KEY is set: cells talk to SophNet."
    else:
        where = f"Profile {settings.profile} has a key: cells talk to SophNet."
    return (
        f"JupyterLab is ready:\n\n    {url}\n\n{where}\n"
        "Open the address, then run the cells from the top with Shift+Enter.\n"
        "Ctrl-C here ends everything."
    )


if __name__ == "__main__":
    sys.exit(main())
