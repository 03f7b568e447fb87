"""A sandbox that hears what a test has written: numbers in place of words."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from array import array
from collections.abc import Iterator

SCRIPTED = ("-m", "sophnet_jupyter.sandbox", "--quirk", "scripted_speech")


def spoken(*numbers: int, rate: int = 16_000) -> bytes:
    """Sound in which the script hears these numbers, 100 ms each; zeros are silence."""
    samples = array("h")
    for number in numbers:
        samples.extend([number] * (rate // 10))
    return samples.tobytes()


class Service:
    """A sandbox in a process of its own, which can be made to do nothing at all for a while."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout
        self._process = process
        self.url: str = json.loads(process.stdout.readline())["url"]

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def started(*arguments: str) -> Iterator[Service]:
    """A sandbox, by the arguments of Python."""
    command = [sys.executable, *arguments, "--first-token", "0"]
    environment = {**os.environ, "SOPHNET_SANDBOX_KEY": "sandbox"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        try:
            yield Service(process)
        finally:
            process.kill()


@contextlib.contextmanager
def served(*arguments: str) -> Iterator[str]:
    """The address of one that hears a script, by its own arguments."""
    with started(*SCRIPTED, *arguments) as service:
        yield service.url
