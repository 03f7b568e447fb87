"""Kernels of the tests' own."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

# Code for a kernel in which ``press_when(holds)`` interrupts the cell that runs, as soon as that
# holds in there: a front end sees only what is shown, and a while later.
PRESS = """
import os, signal, threading, time
from contextlib import suppress
def press_when(holds):
    def watch():
        while True:
            # What it looks at may not be there yet.
            with suppress(Exception):
                if holds():
                    break
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)
    threading.Thread(target=watch, daemon=True).start()
"""


def kernel_manager(folder: Path) -> KernelManager:
    """
    A manager of this Python's kernel, whose connection file lies in that folder.

    Its sockets are files where the system has such: a port that was chosen for a kernel is free
    until the kernel takes it, and on a busy machine another connection sometimes has it by then.
    """
    manager = KernelManager(
        # Without folders to search, the only kernel there is is this Python's own.
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        connection_file=str(folder / "connection.json"),
    )
    if os.name == "posix":
        manager.transport = "ipc"
        # The name of such a file has at most 107 characters.
        short = tempfile.mkdtemp(prefix="kernel-")
        manager.ip = f"{short}/socket"
        weakref.finalize(manager, shutil.rmtree, short, ignore_errors=True)
    return manager
