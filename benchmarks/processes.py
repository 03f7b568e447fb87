"""The other processes of a run, and the cores they run on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import TracebackType
from typing import Any, Literal, Self

from .result import Missing

Side = Literal["client", "server"]


@cache
def _cores() -> list[int]:
    # Not on macOS and Windows, where there is nothing to pin with.
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


@contextmanager
def side(name: Side) -> Iterator[None]:
    """Let what is started here run on one core: clients on the first, servers on the last."""
    cores = _cores()
    if len(cores) < 2:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cores[0] if name == "client" else cores[-1]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def environment(**more: str) -> dict[str, str]:
    """The environment without the developer's settings and proxies, plus what is given."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SOPHNET_", "OPENAI_")) and not name.lower().endswith("_proxy")
    }
    # What pip installs has its bytecode: without ours we would be compiled at each start.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    # litellm would fetch a price list from the network while it is imported.
    return kept | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"} | more


class Child:
    """A module of ours in a Python of its own, which ends with its standard input."""

    def __init__(self, where: Side, module: str, *arguments: str, **variables: str) -> None:
        with side(where):
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(**variables),
                text=True,
            )

    def read(self) -> Any:
        """The next line, as JSON. Raises `Missing` when the process has ended instead."""
        assert self._process.stdout
        if line := self._process.stdout.readline():
            return json.loads(line)
        raise Missing("its process has ended")

    def write(self, order: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()


class Server(Child):
    """The service that all contenders ask."""

    def __init__(self) -> None:
        super().__init__("server", "benchmarks.server")
        self.root = f"http://127.0.0.1:{self.read()}"

    def url(self, *, rate: float = 0, late: float = 0) -> str:
        """A base address at which it streams so many tokens a second and ends so many ms late."""
        return f"{self.root}/{rate:g}/{late:g}"


class Sandbox(Child):
    """The sandbox with these faults; each answer takes ``seconds``."""

    def __init__(self, key: str, *faults: str, seconds: float) -> None:
        switches = [word for fault in faults for word in ("--fault", fault)]
        super().__init__(
            "server",
            "sophnet_jupyter.sandbox",
            *("--api-key", key, "--first-token", f"{seconds:g}", "--tokens-per-second", "0"),
            *switches,
        )
        self.url: str = self.read()["url"]

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        super().__exit__(None, None, None)


class Worker(Child):
    """One contender, doing what it is told, with these variables in its environment."""

    def __init__(self, contender: str, **variables: str) -> None:
        super().__init__("client", "benchmarks.worker", contender, **variables)

    def ask(self, order: str, **arguments: Any) -> dict[str, float]:
        """Let it do one of `worker`'s orders. Raises `Missing` when it cannot."""
        self.write({"order": order, **arguments})
        answer: dict[str, Any] = self.read()
        if "missing" in answer:
            raise Missing(answer["missing"])
        return answer
