"""A sandbox started by a kernel lives exactly as long as that kernel."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable


def ignore_interrupts() -> None:
    """Let Ctrl-C pass: interrupting a kernel signals its whole process group."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def silence_stdout() -> None:
    """
    Redirect stdout to nowhere: nobody reads the pipe after the first line, and it would fill up.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def watch(parent: int, stop: Callable[[], None], stopped: threading.Event) -> None:
    """
    Call ``stop`` on a thread of its own when ``parent`` is gone.

    The end of standard input tells at once, on every system. A fork of the kernel
    may hold that pipe open, so on POSIX a changed parent id is a sign as well.
    """
    gone = threading.Event()
    threading.Thread(target=_until_stdin_ends, args=(gone,), daemon=True).start()
    threading.Thread(target=_leave, args=(parent, gone, stop, stopped), daemon=True).start()


def _until_stdin_ends(gone: threading.Event) -> None:
    try:
        while os.read(0, 64):
            pass
    except OSError:
        pass
    gone.set()


def _leave(
    parent: int, gone: threading.Event, stop: Callable[[], None], stopped: threading.Event
) -> None:
    while not gone.wait(0.5):
        if os.name == "posix" and os.getppid() != parent:
            break
    stop()
    if not stopped.wait(0.3):
        os._exit(0)
