"""
A front end for real kernels, reduced to what a test wants to know about a cell.

One file, since tests share by fixtures and have nothing to import from.
"""

from __future__ import annotations

import ast
import contextlib
import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

from ..kernels import kernel_manager
from ..waiting import wait

Condition = Callable[[], object]
TASKS = """
import asyncio
from sophnet_jupyter.kernel.loop import loop
async def _others():
    return len(asyncio.all_tasks()) - 1
left = asyncio.run_coroutine_threadsafe(_others(), loop()).result(50)
"""


class Outcome:
    """What a cell has come to by now, as a front end shows it."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.unchanged: list[dict[str, Any]] = []
        """The outputs of a front end that honors no updates, each as it was first sent."""
        self.updates: list[tuple[float, str, dict[str, str]]] = []
        """When the kernel sent it, the display it went to, and the bundle."""
        self.reply: dict[str, Any] = {}
        self.idle = False
        self.messages = 0
        self.pieces = 0
        """Messages to widgets that have data beside their words, as each piece of a sound has."""
        self.bytes = 0
        self.seconds_to_idle = 0.0
        """Since it was sent, or since it was interrupted."""

    @property
    def status(self) -> str:
        return self.reply["status"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [output for output in self.outputs if output["kind"] == "error"]

    @property
    def html(self) -> str:
        return "".join(output.get("data", {}).get("text/html", "") for output in self.outputs)

    @property
    def text(self) -> str:
        """The words a reader sees, whatever kind of output they stand in."""
        return "\n".join(map(_words, self.outputs))

    @property
    def text_without_updates(self) -> str:
        """The words that a reader sees where updates are ignored."""
        said = ""
        for before, output in pairwise([{}, *self.unchanged]):
            streamed = "text" in output and output.get("name") == before.get("name")
            said += ("" if streamed else "\n") + _words(output)
        return said

    def printed(self, name: str = "stdout") -> str:
        return "".join(output["text"] for output in self.outputs if output["kind"] == name)


class Kernel:
    """A kernel and the front end that watches it."""

    def __init__(self, manager: KernelManager) -> None:
        self.manager = manager
        self.client = manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.names_cells = True
        """Whether it says with each request which cell asks: a notebook does, a console not."""
        self._outcomes: dict[str, Outcome] = {}
        self._displays: dict[str, list[dict[str, Any]]] = {}

    @property
    def pid(self) -> int:
        return self.manager.provisioner.pid

    def send(self, code: str, *, cell: str = "", **options: Any) -> Outcome:
        """
        Start a cell; the outcome fills while somebody follows.

        Each is a cell of its own, unless its id is given.
        """
        if self.names_cells:
            self.client.session.metadata = {"cellId": cell or uuid.uuid4().hex}
        message_id = self.client.execute(code, **options)
        self._outcomes[message_id] = outcome = Outcome()
        outcome.seconds_to_idle = -time.monotonic()
        return outcome

    def run(
        self,
        code: str,
        *,
        interrupt_after: float | Callable[[Outcome], object] | None = None,
        **options: Any,
    ) -> Outcome:
        """Run a cell to its end; interrupt it after so many seconds, or when that holds."""
        outcome = self.send(code, **options)
        if interrupt_after is not None:
            if callable(interrupt_after):
                self.follow(lambda: interrupt_after(outcome))
            else:
                time.sleep(interrupt_after)
            self.interrupt(outcome)
        return self.finish(outcome)

    def interrupt(self, outcome: Outcome) -> None:
        outcome.seconds_to_idle = -time.monotonic()
        self.manager.interrupt_kernel()

    def finish(self, outcome: Outcome, within: float = 60) -> Outcome:
        self.follow(lambda: outcome.idle and outcome.reply, within)
        return outcome

    def follow(self, until: Condition, within: float = 60) -> None:
        """Show what the kernel sends until something holds."""
        deadline = time.monotonic() + within
        iopub, shell = self.client.iopub_channel.socket, self.client.shell_channel.socket
        while not until():
            assert time.monotonic() < deadline, "it did not happen"
            if iopub.poll(5):
                self._take(iopub.recv_multipart())
            elif shell.poll(0):
                message = self.client.shell_channel.get_msg(timeout=1)
                if outcome := self._outcomes.get(message["parent_header"].get("msg_id")):
                    outcome.reply = message["content"]

    def value(self, expression: str) -> Any:
        """A plain value of the notebook. The cell that asks for it leaves no trace."""
        asked = self.send("", silent=True, user_expressions={"it": expression})
        answer = self.finish(asked).reply["user_expressions"]["it"]
        assert answer["status"] == "ok", answer
        return ast.literal_eval(answer["data"]["text/plain"])

    def _take(self, frames: list[bytes]) -> None:
        _, parts = self.client.session.feed_identities(frames)
        message = self.client.session.deserialize(parts)
        outcome = self._outcomes.get(message["parent_header"].get("msg_id"))
        if outcome is None:
            return
        kind, content = message["msg_type"], message["content"]
        if kind == "status":
            if content["execution_state"] == "idle":
                outcome.idle = True
                outcome.seconds_to_idle += time.monotonic()
            return
        if kind == "execute_input":
            return
        outcome.messages += 1
        outcome.pieces += kind == "comm_msg" and bool(message["buffers"])
        outcome.bytes += sum(map(len, frames))
        self._show(outcome, kind, content, message["header"]["date"])

    def _show(self, outcome: Outcome, kind: str, content: Any, date: datetime) -> None:
        if kind in ("display_data", "execute_result", "stream", "error"):
            outcome.unchanged.append(dict(content))
        if kind == "stream":
            outcome.outputs.append({"kind": content["name"], "text": content["text"]})
        elif kind in ("display_data", "execute_result", "update_display_data"):
            display = content.get("transient", {}).get("display_id", "")
            outcome.updates.append((date.timestamp(), display, content["data"]))
            if kind != "update_display_data":
                shown = {"kind": kind, "data": {}}
                outcome.outputs.append(shown)
                self._displays.setdefault(display, []).append(shown)
            for output in self._displays.get(display, []) if display else [outcome.outputs[-1]]:
                output["data"] = content["data"]
        elif kind == "error":
            outcome.outputs.append({"kind": kind, **content})


def _words(output: dict[str, Any]) -> str:
    if "data" not in output:
        return output.get("text") or "\n".join(output["traceback"])
    data = output["data"]
    html = data.get("text/html")
    return data.get("text/plain", "") if html is None else unescape(re.sub("<[^>]*>", "", html))


@pytest.fixture(scope="session")
def running_sandbox(start_sandbox: Callable[..., Any]) -> Iterator[Any]:
    with start_sandbox("--tokens-per-second", "250") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Any) -> Any:
    """A sandbox at 250 tokens a second that has seen nothing yet."""
    running_sandbox.forget()
    return running_sandbox


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, str]]:
    """The environment of a user without settings, plus what is given."""
    home = tmp_path_factory.mktemp("home")
    places = {
        name: str(home / name.lower())
        for name in (
            "IPYTHONDIR",
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_RUNTIME_DIR",
            "SOPHNET_CONFIG_DIR",
            "SOPHNET_DATA_DIR",
        )
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOPHNET_")}
    return lambda **more: {**kept, **places, "JUPYTER_PLATFORM_DIRS": "1", **more}


@pytest.fixture(scope="session")
def start_kernel(
    environment: Callable[..., dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., contextlib.AbstractContextManager[Kernel]]:
    """Starts kernels with these settings in their environment and the extension loaded."""

    @contextlib.contextmanager
    def start(*, load: bool = True, cwd: Path | None = None, **settings: str) -> Iterator[Kernel]:
        folder = tmp_path_factory.mktemp("kernel")
        manager = kernel_manager(folder)
        # Kernels of one folder know each other's tasks, and those of no other test.
        tasks = {"SOPHNET_DATA_DIR": str((cwd or folder) / ".sophnet")}
        data = Path((tasks | settings)["SOPHNET_DATA_DIR"])
        data.mkdir(parents=True, exist_ok=True)
        # The first history of a user has a line of its own in the output.
        (data / "history.sqlite").touch()
        manager.start_kernel(env=environment(**tasks | settings), cwd=str(cwd or folder))
        kernel = None
        try:
            kernel = Kernel(manager)
            if load:
                assert kernel.run("%load_ext sophnet_jupyter").status == "ok"
            yield kernel
        finally:
            if kernel:
                kernel.client.stop_channels()
            manager.shutdown_kernel(now=True)

    return start


@pytest.fixture(scope="session")
def shared_kernel(start_kernel: Any, running_sandbox: Any) -> Iterator[Kernel]:
    with start_kernel(SOPHNET_SANDBOX_URL=running_sandbox.root) as kernel:
        yield kernel


@pytest.fixture
def kernel(shared_kernel: Kernel, sandbox: Any) -> Kernel:
    """A kernel with the extension loaded, asking `sandbox`. Tests use names of their own in it."""
    return shared_kernel


@pytest.fixture
def tasks(kernel: Kernel) -> Callable[[], int]:
    """How many tasks the kernel's connections still have."""

    def count() -> int:
        assert kernel.run(TASKS).status == "ok"
        return int(kernel.value("left"))

    return count


@pytest.fixture(scope="module")
def own(start_kernel: Any, studio: Any) -> Iterator[Kernel]:
    """A kernel that asks the sandbox of its module, its `studio`."""
    with start_kernel(SOPHNET_SANDBOX_URL=studio.root) as kernel:
        yield kernel


@pytest.fixture(scope="session")
def eventually() -> Callable[..., None]:
    return wait
