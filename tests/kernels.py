"""Kernels of the tests' own."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager


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
