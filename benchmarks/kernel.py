"""A real kernel, and a front end that counts what it is sent."""

from __future__ import annotations

import ast
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from .contenders import KEY
from .processes import environment, side

# Nothing that is measured takes as long as that.
LIMIT = 180.0


@dataclass
class Cell:
    """What has come of a cell so far. Messages and bytes are those of its outputs and its error."""

    id: str
    sent: float
    messages: int = 0
    bytes: int = 0
    error: int = 0
    idle: float = 0.0
    reply: dict[str, Any] | None = None

    @property
    def over(self) -> bool:
        return bool(self.idle and self.reply)


class Kernel:
    """One kernel on the clients' core."""

    def __init__(self, manager: KernelManager) -> None:
        self._manager = manager
        self._client = manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)
        # As a notebook sends it; a console sends none, and is shown text.
        self._client.session.metadata = {"cellId": "a-cell"}

    def run(self, code: str, **options: Any) -> Cell:
        """Run a cell to its end. Raises RuntimeError if it fails."""
        cell = self.send(code, **options)
        self.follow(cell, lambda: cell.over)
        assert cell.reply
        if cell.reply["status"] != "ok":
            raise RuntimeError("\n".join(cell.reply.get("traceback", ["aborted"])))
        return cell

    def send(self, code: str, **options: Any) -> Cell:
        return Cell(self._client.execute(code, **options), time.perf_counter())

    def follow(self, cell: Cell, until: Callable[[], bool]) -> None:
        """Take what the kernel sends until something holds."""
        iopub, shell = self._client.iopub_channel, self._client.shell_channel
        while not until():
            if time.perf_counter() - cell.sent > LIMIT:
                raise TimeoutError("a cell did not end")
            if iopub.socket.poll(5):
                self._take(cell, iopub.socket.recv_multipart())
            elif shell.socket.poll(0):
                message = shell.get_msg(timeout=1)
                if message["parent_header"].get("msg_id") == cell.id:
                    cell.reply = message["content"]

    def interrupt(self, cell: Cell) -> float:
        """Interrupt a running cell; returns the seconds until the kernel was idle again."""
        begun = time.perf_counter()
        self._manager.interrupt_kernel()
        self.follow(cell, lambda: cell.over)
        return cell.idle - begun

    def value(self, expression: str) -> Any:
        """A plain value of the notebook."""
        cell = self.run("", silent=True, user_expressions={"it": expression})
        assert cell.reply
        return ast.literal_eval(cell.reply["user_expressions"]["it"]["data"]["text/plain"])

    def close(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def _take(self, cell: Cell, frames: list[bytes]) -> None:
        now = time.perf_counter()
        _, parts = self._client.session.feed_identities(frames)
        message = self._client.session.deserialize(parts)
        if message["parent_header"].get("msg_id") != cell.id:
            return
        if message["msg_type"] == "status":
            if message["content"]["execution_state"] == "idle":
                cell.idle = now
        elif message["msg_type"] != "execute_input":
            size = sum(map(len, frames))
            cell.messages += 1
            cell.bytes += size
            cell.error += size * (message["msg_type"] == "error")


@contextmanager
def kernel(url: str = "https://example.invalid") -> Iterator[Kernel]:
    """A new kernel of this Python, in an empty home, whose requests go to ``url``."""
    with TemporaryDirectory() as home:
        places = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
        settings = {name: str(Path(home, name)) for name in places}
        settings |= {"SOPHNET_API_KEY": KEY, "SOPHNET_BASE_URL": url, "OPENAI_API_KEY": KEY}
        manager = KernelManager(
            # Without folders to search, the only kernel there is is this Python's own.
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            connection_file=str(Path(home, "connection.json")),
        )
        with side("client"):
            manager.start_kernel(env=environment(**settings), cwd=home, stderr=subprocess.DEVNULL)
        running = None
        try:
            running = Kernel(manager)
            yield running
        finally:
            if running:
                running.close()
            else:
                manager.shutdown_kernel(now=True)
