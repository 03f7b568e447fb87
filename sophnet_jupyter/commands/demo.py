"""``sophnet-jupyter demo``: the notebooks, a sandbox where no key is, JupyterLab, and the end."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import signal
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from ..client import sandbox
from ..language import tr
from ..settings import Settings
from .jupyterlab import DemoFailed, check_free, free_port, jupyterlab
from .notebooks import put_notebooks

QUICKSTART = "quickstart.ipynb"
NEEDED = {"jupyterlab": "JupyterLab", "starlette": "Starlette", "uvicorn": "Uvicorn"}


def declare(commands: Any) -> None:
    """Add ``demo`` to the commands."""
    summary = tr("open JupyterLab at the quickstart; without a key, on a local sandbox")
    add = commands.add_parser("demo", help=summary, description=summary).add_argument
    add("--no-browser", action="store_true", help=tr("only print the address"))
    add(
        "--port",
        type=int,
        default=0,
        metavar="N",
        help=tr("port of JupyterLab; a free one if unset"),
    )
    add(
        "--notebook-dir",
        type=Path,
        metavar="DIR",
        help=tr("work in this folder instead of sophnet-quickstart; notebooks are added to it"),
    )
    add(
        "--reset",
        action="store_true",
        help=tr("begin with fresh notebooks; those that you changed are put aside, not deleted"),
    )


def run(options: argparse.Namespace) -> int:
    """Serve the quickstart in JupyterLab until Ctrl-C, or until Lab is shut down."""
    # The sandbox is asked for by name here, so a switch that keeps it off does not count.
    environ = {**os.environ, "SOPHNET_NO_SANDBOX": ""}
    settings = Settings.read(environ)
    _check_installed(NEEDED if settings.sandbox else {"jupyterlab": "JupyterLab"})
    port = options.port or free_port()
    check_free(port)
    folder, said = put_notebooks(options.notebook_dir, reset=options.reset)
    print(said, flush=True)
    # Entered in this order and left in the other: Ctrl-C is heard again once all has ended.
    with contextlib.suppress(_Ended), ExitStack() as stack:
        stack.enter_context(_interruptible())
        if settings.sandbox:
            print(tr("Starting a sandbox ..."), flush=True)
            stack.callback(sandbox.stop)
            environ["SOPHNET_SANDBOX_KEY"] = sandbox.key().reveal()
            environ["SOPHNET_SANDBOX_URL"] = sandbox.address().removesuffix("/api/open-apis")
        print(tr("Starting JupyterLab ..."), flush=True)
        lab = stack.enter_context(jupyterlab(folder, port, environ, QUICKSTART))
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
            tr(
                'The demo needs {names}: pip install "sophnet-jupyter[demo]"',
                names=tr(" and ").join(missing),
            ),
            status=3,
        )


class _Ended(BaseException):
    """
    Ctrl-C. No KeyboardInterrupt: one that meets the making of a dataclass while modules load is
    handled, and Python dies of it all the same at its end.
    """


@contextmanager
def _interruptible() -> Iterator[None]:
    """Make SIGTERM and a closed terminal end the demo as Ctrl-C does."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]

    def interrupt(number: int, frame: FrameType | None) -> None:
        # Once is enough: a second Ctrl-C must not disturb the cleaning up.
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise _Ended

    before = [(number, signal.signal(number, interrupt)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _greeting(url: str, settings: Settings) -> str:
    if settings.sandbox:
        where = tr("No key is set: cells talk to a sandbox on this machine. Nothing leaves it.")
    elif settings.key_source == "environment":
        where = tr("SOPHNET_API_KEY is set: cells talk to SophNet.")
    else:
        where = tr("Profile {name} has a key: cells talk to SophNet.", name=settings.profile)
    lines = [
        tr("JupyterLab is ready:"),
        f"\n    {url}\n",
        where,
        tr("Open the address, then run the cells from the top with Shift+Enter."),
        tr("Ctrl-C here ends everything."),
    ]
    return "\n".join(lines)
