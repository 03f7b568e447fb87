"""A host in an environment of its own, which `tests/hosts.py` has made: see there."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from ...ports import free_port
from ...waiting import wait

RESULTS = Path(__file__).parents[3] / "test-results"


@pytest.fixture(scope="session")
def host_python() -> str:
    """The Python that has the host."""
    return os.environ.get("HOST", sys.executable)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the host works; a folder for each file of stories."""
    return tmp_path_factory.mktemp("host")


@pytest.fixture(scope="module")
def host_variables(folder: Path) -> dict[str, str]:
    """The environment of a user who has set nothing and has no key."""
    ours = ("SOPHNET_", "DIFY_", "TELEAI_", "JUPYTER", "IPYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    home = folder / "home"
    home.mkdir()
    # So that the kernel is the one of that Python, whatever the machine has installed.
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), "JUPYTER_PREFER_ENV_PATH": "1"}


@pytest.fixture(scope="module")
def run_host(host_python: str, host_variables: dict[str, str], folder: Path) -> Callable[..., Any]:
    """Run a module of the host to its end: ``run_host("papermill", "in.ipynb", "out.ipynb")``."""

    def run_host(
        module: str, *arguments: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [host_python, "-m", module, *arguments],
            cwd=folder,
            env={**host_variables, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run_host


@pytest.fixture(scope="module")
def write(folder: Path) -> Callable[..., None]:
    """Write a notebook of code cells, each of them a slide."""

    def write(name: str, *cells: str) -> None:
        slide = {"slideshow": {"slide_type": "slide"}}
        made = [nbformat.v4.new_code_cell(each, metadata=slide) for each in cells]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel})
        nbformat.write(notebook, folder / name)

    return write


@pytest.fixture(scope="module")
def serve_host(
    host_python: str, host_variables: dict[str, str], folder: Path
) -> Callable[..., contextlib.AbstractContextManager[str]]:
    """Run a module of the host that serves pages: ``with serve_host("voila") as address``."""

    @contextlib.contextmanager
    def serve_host(module: str, *arguments: str, port: str) -> Iterator[str]:
        chosen = free_port()
        RESULTS.mkdir(exist_ok=True)
        with (RESULTS / f"{module}.log").open("wb") as log:
            server = subprocess.Popen(
                [host_python, "-m", module, *arguments, port.format(chosen)],
                cwd=folder,
                env=host_variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            wait(lambda: server.poll() is not None or listens(chosen), within=120)
            assert server.poll() is None, f"it has ended: see test-results/{module}.log"
            yield f"http://127.0.0.1:{chosen}/"
        finally:
            server.terminate()
            try:
                server.wait(timeout=60)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()

    return serve_host


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
