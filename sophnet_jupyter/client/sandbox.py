"""The sandbox as a child process: started on first use, ended with this process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING

from ..errors import SandboxFailed, why
from ..files.lines import lines
from ..language import tr
from ..settings.environment import refuse_silent_sandbox
from ..settings.secret import Secret
from ..settings.shared_sandbox import caller, child_environment

if TYPE_CHECKING:
    from ..wire.call import Call, Origin

# A cold disk and a busy machine; on a warm one it takes 30 ms.
START_LIMIT = 10.0


@dataclass(frozen=True, slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    url: str
    key: Secret
    owner: int
    vectors: str


_lock = threading.Lock()


def _unlock() -> None:
    """Replace the lock in a forked child: the thread that held it does not exist there."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)

# Kept over importlib.reload(), which would otherwise start a second one.
_child: _Child | None = globals().get("_child")


def address() -> str:
    """
    The root address of this process's sandbox; starts it if it does not run.

    Blocks for about 30 ms when it must start. Raises `SandboxFailed` with what it said, and
    `SettingsError` in a run that nobody watches and that has not asked for it.
    """
    return _running().url


def key() -> Secret:
    """The key that this sandbox has told us alone; starts it if it does not run."""
    return _running().key


def revealing(own: Secret, base_url: str) -> Callable[[], str]:
    """Gives the key of the sandbox at ``base_url``, or of our own one where that is empty."""
    return own.reveal if base_url else lambda: key().reveal()


def scrub(text: str) -> str:
    """The text without the key of our own sandbox."""
    child = _child
    return child.key.scrub(text) if child else text


def as_caller(origin: Origin) -> Origin:
    """The origin of a sandbox that many may share, which is told who calls."""

    def authorize(call: Call) -> Mapping[str, str]:
        return {**origin.authorize(call), "x-sandbox-caller": caller()}

    return replace(origin, authorize=authorize)


def _running() -> _Child:
    global _child
    refuse_silent_sandbox()
    with _lock:
        # A fork has our variable but not our child.
        if not (_child and _child.process.poll() is None and _child.owner == os.getpid()):
            _child = _start()
        return _child


def vectors() -> str:
    """The engine of the running sandbox's vectors, with its version; empty where none runs."""
    child = _child
    return child.vectors if child and child.process.poll() is None else ""


def running() -> str | None:
    """The address of this process's sandbox; empty where none is running."""
    child = _child
    return child.url if child and child.process.poll() is None else None


def _start() -> _Child:
    # A file, since a pipe that nobody reads would block the child, and a closed one break it.
    with tempfile.TemporaryFile() as said:
        try:
            process = _launched(said)
        except OSError as error:
            raise SandboxFailed(
                _sentence(
                    tr("{python} cannot be run, since {why}", python=sys.executable, why=why(error))
                )
            ) from None
        assert process.stdout
        # Reading has no time limit of its own: killing the child ends the read.
        killer = threading.Timer(START_LIMIT, process.kill)
        killer.start()
        try:
            line = process.stdout.readline()
        finally:
            killer.cancel()
        process.stdout.close()
        try:
            report = json.loads(line)
        except ValueError:
            raise SandboxFailed(_sentence(_last_words(process, said))) from None
    url, key = str(report["url"]), Secret(str(report["key"]))
    return _Child(process, url, key, os.getpid(), str(report.get("vectors", "")))


def _launched(said: IO[bytes]) -> subprocess.Popen[bytes]:
    # -P: a file of the notebook's folder that is called like a module is none of its modules.
    return subprocess.Popen(  # noqa: S603 - our own module, no input of anybody
        [sys.executable, "-P", "-m", "sophnet_jupyter.sandbox", "--parent", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        # Jupyter interrupts the whole process group, and the sandbox should survive that.
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        env=child_environment(),
    )


def _last_words(process: subprocess.Popen[bytes], said: IO[bytes]) -> str:
    process.kill()
    process.wait()
    said.seek(0)
    words = lines(said.read().decode("utf-8", "replace").strip())
    return (
        words[-1]
        if words
        else tr("it ended without a word, within {seconds:g} s", seconds=START_LIMIT)
    )


def _sentence(reason: str) -> str:
    return tr(
        "The sandbox did not start: {reason}. Without it a key is needed: set "
        "SOPHNET_API_KEY before the kernel starts.",
        reason=reason,
    )


def stop() -> None:
    """End the sandbox now. It would end with this process anyway."""
    global _child
    with _lock:
        child, _child = _child, None
        if child is None or child.owner != os.getpid():
            return
        with contextlib.suppress(OSError):
            if child.process.stdin:
                child.process.stdin.close()
        try:
            child.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
