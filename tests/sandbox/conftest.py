from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from ..waiting import wait


class Sandbox:
    """A sandbox in a process of its own, and a client that knows its key."""

    def __init__(
        self, process: subprocess.Popen[bytes], told: dict[str, Any], key: str = "sandbox"
    ) -> None:
        self.process = process
        self.port: int = told["port"]
        self.url: str = told["url"]
        self.root = self.url.removesuffix("/api/open-apis")
        self.http = httpx2.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=60
        )

    def ask(
        self, prompt: str = "hi", *, faults: str = "", quirks: str = "", **fields: Any
    ) -> httpx2.Response:
        """Send one chat message and read the whole answer."""
        body = {"model": "m", "messages": [{"role": "user", "content": prompt}], **fields}
        headers = _switches(faults, quirks)
        return self.http.post("/v1/chat/completions", json=body, headers=headers)

    def look(self, path: str, *, faults: str = "", quirks: str = "") -> Any:
        """What stands at a path, read as JSON."""
        return self.http.get(path, headers=_switches(faults, quirks)).json()

    def text(self, prompt: str, **fields: Any) -> str:
        return self.ask(prompt, **fields).json()["choices"][0]["message"]["content"]

    def seen(self) -> dict[str, Any]:
        return self.http.get(f"{self.root}/sandbox/seen").json()

    def forget(self) -> None:
        self.http.delete(f"{self.root}/sandbox/seen")


def _switches(faults: str, quirks: str) -> dict[str, str]:
    return {"X-Sandbox-Faults": faults, "X-Sandbox-Quirks": quirks}


@contextlib.contextmanager
def start(*arguments: str, **environment: str) -> Iterator[Sandbox]:
    """Run the sandbox with these arguments, at full speed unless they say otherwise."""
    # One that spends the key of another server takes none that could be guessed.
    key = "sandbox" if "--upstream" not in arguments else "a-key-of-these-tests"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "sophnet_jupyter.sandbox"),
            *("--tokens-per-second", "0", "--first-token", "0", "--vectors", "lexical"),
            *arguments,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "SOPHNET_SANDBOX_KEY": key, **environment},
    )
    with process:
        try:
            sandbox = Sandbox(process, json.loads(process.stdout.readline()), key)
            with sandbox.http:
                yield sandbox
        finally:
            process.kill()


@pytest.fixture(scope="session")
def started() -> Callable[..., contextlib.AbstractContextManager[Sandbox]]:
    return start


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with start() as running:
        yield running


@pytest.fixture(scope="module")
def quick() -> Iterator[Sandbox]:
    """A sandbox whose tasks are done at once."""
    with start("--task-seconds", "0") as running:
        yield running


@pytest.fixture(scope="session")
def eventually() -> Callable[..., None]:
    return wait


@pytest.fixture(scope="session")
def payloads() -> Callable[[bytes], list[dict[str, Any]]]:
    """Reads the JSON chunks of a stream in its plain form."""

    def read(raw: bytes) -> list[dict[str, Any]]:
        events = raw.decode().removesuffix("\n\n").split("\n\n")
        assert events.pop() == "data:[DONE]"
        return [json.loads(event.removeprefix("data:")) for event in events]

    return read
