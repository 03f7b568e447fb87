from __future__ import annotations

import contextlib
import gc
import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import httpx2
import hypothesis
import psutil
import pytest

from sophnet_jupyter import settings

SCHEDULING = Path(__file__).with_name("scheduling.py")

# An example that waits its turn on a busy machine is late, and says nothing about the code. The
# examples are the same in each run, so that one fails for what was changed since the last; where
# more of them are asked for, they are others each time.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, derandomize="FOREIGN_CASES" not in os.environ
)
hypothesis.settings.load_profile("unhurried")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Lay out files over the workers of ``make test`` in an order of our own."""
    if config.getoption("dist") != "loadfile":
        return None
    return runpy.run_path(str(SCHEDULING))["FromBothEnds"](config, log)


# All the tests are in memory from here on, in each worker: looked through with each collection of
# garbage, they cost some tests more than all else that they do.
gc.disable()


def pytest_collection_finish() -> None:
    gc.enable()
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def no_settings_of_the_developer(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests decide themselves which key there is, and no proxy stands between loopback ends."""
    for name in list(os.environ):
        ours = name.startswith(("SOPHNET_", "DIFY_", "TELEAI_"))
        if ours or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ["SOPHNET_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
    data = tmp_path_factory.mktemp("data")
    # The first history of a user has a line of its own in the output.
    (data / "history.sqlite").touch()
    os.environ["SOPHNET_DATA_DIR"] = str(data)
    # Kernels that nobody watches are to answer from the sandbox.
    os.environ["SOPHNET_SANDBOX"] = "1"
    os.environ["SOPHNET_CONFIG_DIR"] = str(tmp_path_factory.mktemp("no-profiles"))
    # They read what is said in English.
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name, "").startswith("zh"):
            os.environ[name] = "C.UTF-8"
    # Lines are cut to the width of a terminal, which is anybody's.
    os.environ["COLUMNS"] = "80"


@pytest.fixture(autouse=True, scope="session")
def interrupts_are_heard() -> None:
    """A script's background jobs ignore Ctrl-C, and so would all the processes of the tests."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def no_session_settings() -> Iterator[None]:
    yield
    settings.session.clear()


@pytest.fixture(autouse=True)
def no_pace_of_another_test() -> Iterator[None]:
    """What one test's refusals taught says nothing to the next, which may use the same server."""
    yield
    if turns := sys.modules.get("sophnet_jupyter.wire.turns"):
        turns.forget()


class Sandbox:
    """A sandbox of the tests' own, with a look into its journal."""

    def __init__(self, root: str, process: int, key: str = "sandbox") -> None:
        self.root = root
        self._process = psutil.Process(process)
        self.url = f"{root}/api/open-apis"
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx2.Client(base_url=root, headers=headers, timeout=60, trust_env=False)

    def seen(self) -> list[dict[str, Any]]:
        """The requests so far, oldest first."""
        requests: list[dict[str, Any]] = self._http.get("/sandbox/seen").json()["requests"]
        return requests

    def posted(self) -> list[Any]:
        """The bodies of the requests that were to begin something, oldest first."""
        return [request["body"] for request in self.seen() if request["method"] == "POST"]

    def prompts(self) -> list[str]:
        """The last message of each request."""
        return [request["body"]["messages"][-1]["content"] for request in self.seen()]

    def forget(self) -> None:
        self._http.delete("/sandbox/seen")

    @contextlib.contextmanager
    def still(self) -> Iterator[None]:
        """
        It takes requests and answers none meanwhile: what was asked in here cannot have ended.

        However fast it is, and however slowly a busy machine looks.
        """
        self._process.suspend()
        try:
            yield
        finally:
            self._process.resume()

    def close(self) -> None:
        self._http.close()


@contextlib.contextmanager
def run_sandbox(
    *arguments: str, key: str = "sandbox", log: IO[bytes] | None = None
) -> Iterator[Sandbox]:
    command = [sys.executable, "-m", "sophnet_jupyter.sandbox", "--first-token", "0"]
    # Vectors by words, 0.1 ms each; a test of meaning says so.
    command += ["--vectors", "lexical", *arguments]
    environment = {**os.environ, "SOPHNET_SANDBOX_KEY": key}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=log or subprocess.DEVNULL, env=environment
    )
    with process:
        try:
            port = json.loads(process.stdout.readline())["port"]
            with contextlib.closing(
                Sandbox(f"http://127.0.0.1:{port}", process.pid, key)
            ) as sandbox:
                yield sandbox
        finally:
            process.kill()


@pytest.fixture(scope="session")
def start_sandbox() -> Callable[..., contextlib.AbstractContextManager[Sandbox]]:
    """Starts sandboxes of a test's own, with these options; what they report goes to ``log``."""
    return run_sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SimpleNamespace]:
    """A sandbox that answers as fast as it can: ``.url`` (SophNet's root), ``.root``, ``.key``."""
    speed = ["--tokens-per-second", "0", "--first-token", "0", "--task-seconds", "0"]
    speed += ["--vectors", "lexical"]
    process = subprocess.Popen(
        [sys.executable, "-m", "sophnet_jupyter.sandbox", "--parent", str(os.getpid()), *speed],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "SOPHNET_SANDBOX_KEY": "sandbox"},
    )
    with process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        yield SimpleNamespace(url=url, root=url.removesuffix("/api/open-apis"), key="sandbox")
        process.kill()


@pytest.fixture
def seen(sandbox: SimpleNamespace) -> Callable[[], list[dict[str, Any]]]:
    """What the sandbox was asked in this test, oldest first."""

    def ask(method: str) -> list[dict[str, Any]]:
        url, headers = f"{sandbox.root}/sandbox/seen", {"Authorization": f"Bearer {sandbox.key}"}
        reply = httpx2.request(method, url, headers=headers, timeout=60, trust_env=False)
        requests: list[dict[str, Any]] = reply.raise_for_status().json()["requests"]
        return requests

    # It keeps the last few hundred only: behind a hundred other tests none would be new.
    ask("DELETE")
    return lambda: ask("GET")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
